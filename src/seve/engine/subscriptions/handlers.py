"""Events for code in the same process: `subscribe(engine, topic, handler)`, with the guarantees of any other subscription."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seve.engine.subscriptions.refusals import CannotCall
from seve.fhir import Resource
from seve.store.subscriptions import registrations

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.subscriptions.knowing import Handler
    from seve.fhir.subscriptions.notifications import Told
    from seve.store.subscriptions.registrations import Registration

_MOST = 50


async def subscribe(engine: Engine, topic: str, handler: Handler, *, solution: str) -> str:
    """Has `handler` called for each event of a topic, one after the other in order, in one of the server's processes: at least
    once, from the first time on that the solution asks for the topic, also for what was while no server ran. A handler that
    raises is called again, later and later; its subscription is then in error until a server starts anew. Returns its id.

    Raises UnknownTopic.
    """
    engine.events.topic(topic)
    id_ = f"{solution}/{topic}"
    engine.events.handlers[id_] = handler
    await registrations.follow(engine.database.pool, id_, topic=topic, most=_MOST)
    return id_


class Handlers:
    """Calls the handlers of one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def deliver(self, one: Registration, bundle: Resource, events: Sequence[Told]) -> None:
        """Raises CannotCall when a handler fails, or when there is none any more."""
        del bundle
        handler = self._engine.events.handlers.get(one.id)
        if handler is None:
            raise CannotCall(reason="no handler")
        for event in events:
            await handler(event)
