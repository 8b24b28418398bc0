"""Rest-hook: a signed POST to the endpoint of the subscription."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seve.engine.subscriptions.calling import Line
from seve.engine.subscriptions.refusals import CannotCall
from seve.engine.subscriptions.sending import written
from seve.fhir import Resource
from seve.fhir.subscriptions.signing import SIGNATURE, TIME, signature

if TYPE_CHECKING:
    from seve.engine.subscriptions.knowing import Events
    from seve.fhir.subscriptions.notifications import Told
    from seve.store.subscriptions.registrations import Registration

_MOST_LINES = 1_000


class Hooks:
    """The lines to endpoints, by subscription."""

    def __init__(self, known: Events) -> None:
        self._known = known
        self._lines = dict[tuple[str, str, int], Line]()

    async def deliver(self, one: Registration, bundle: Resource, events: Sequence[Told]) -> None:
        """Raises CannotCall unless the endpoint answers with 2xx, EndpointRefused."""
        del events
        body, second = written(bundle), int(time.time())
        secret = self._known.secrets.open(one.secret, about=about(one.id))
        headers = {
            "content-type": "application/fhir+json",
            "user-agent": "Seve",
            TIME: str(second),
            SIGNATURE: signature(secret, body, second=second),
        }
        status = await asyncio.to_thread(self._line(one).post, body, headers)
        if not 200 <= status < 300:
            raise CannotCall(reason=f"HTTP {status}")

    def close(self) -> None:
        """Ends all connections."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _line(self, one: Registration) -> Line:
        key = (one.id, one.endpoint, one.timeout_seconds)
        if key not in self._lines:
            if len(self._lines) >= _MOST_LINES:
                self.close()
            self._lines[key] = Line(one.endpoint, self._known.hook_hosts, timeout_seconds=one.timeout_seconds)
        return self._lines[key]


def about(id_: str) -> str:
    """What the secret of a subscription is sealed for."""
    return f"subscription {id_}"
