"""The status of a subscription, where it is kept and in the resource that clients read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seve.engine.access import open_grant
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.store.deeds import Current, Deed, Draft
from seve.store.subscriptions import registrations

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.subscriptions.registrations import Registration, State


def is_over(one: Registration) -> bool:
    """Whether its `end` has passed."""
    return one.ends is not None and one.ends <= datetime.now(UTC)


async def change(engine: Engine, one: Registration, status: State, *, reason: str = "") -> None:
    """Sets the status, unless the subscription was changed meanwhile, and tells it in the Subscription."""
    if await registrations.settle(engine.database.pool, one, status, reason=reason) and one.channel != "process":
        await tell(engine, one.id, status, reason=reason)


async def tell(engine: Engine, id_: str, status: State, *, reason: str = "") -> None:
    """Writes a status into the resource; what else is in it stays as its owner wrote it."""

    def decide(current: Current | None) -> Draft | None:
        if current is None or current.body is None:
            return None
        found = parse(current.body.encode())
        changed = told(found, status, reason=reason)
        return None if changed == found else Draft("PUT", changed, engine.entries(changed))

    await engine.lane.commit(open_grant(), [Deed("Subscription", id_, decide)])


def told(subscription: Resource, status: State, *, reason: str = "") -> Resource:
    """A Subscription with a status, and with the reason of an error or none."""
    changed = {key: value for key, value in subscription.items() if key != "error"} | {"status": status}
    return changed | {"error": reason} if reason else changed
