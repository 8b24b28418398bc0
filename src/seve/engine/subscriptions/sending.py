"""Sending: handshakes, events, heartbeats, one subscription at a time each, tried again when they are not taken.

An event leaves only if the grant of who made the subscription sees its version at that moment. It gets its number, and stands in
the audit trail, before it leaves; it is done with once it was taken. Who was killed in between sends it again, under the same number.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from seve.engine.access.granting import background_grant, opened
from seve.engine.subscriptions import standing
from seve.engine.subscriptions.refusals import CannotCall, NobodyBehind
from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.subscriptions.notifications import Kind, Status, Told, notification
from seve.kernel.identifiers import first_vid_of, instant_of
from seve.kernel.refusals import Refusal
from seve.store.database import is_unavailable
from seve.store.subscriptions import events, registrations

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant
    from seve.store.reading import Stored
    from seve.store.subscriptions.events import Event
    from seve.store.subscriptions.registrations import Registration, Way

_ATTEMPTS = 10
_LONGEST_WAIT_SECONDS = 60.0
_LOG = logging.getLogger("seve.events")

Deliver: TypeAlias = Callable[["Registration", Resource, Sequence[Told]], Awaitable[None]]
"""Hands over a notification and the events in it. Raises a Refusal when it was not taken."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Events that are about to leave, and all places that are done with once they have."""

    told: tuple[Told, ...]
    places: tuple[int, ...]


class Sender:
    """Of one process, for some channels; each subscription is served by one task at a time."""

    def __init__(self, engine: Engine, ways: dict[Way, Deliver]) -> None:
        self._engine = engine
        self._ways = ways
        self._busy = dict[str, asyncio.Task[None]]()

    async def send_due(self, only: frozenset[str] | None = None) -> None:
        """Begins to serve whoever has something due (of `only` these ids, when given); does not wait for it."""
        for one in await registrations.due(self._engine.database.pool, list(self._ways)):
            if one.id not in self._busy and (only is None or one.id in only):
                task = asyncio.create_task(self._serve(one))
                self._busy[one.id] = task
                task.add_done_callback(lambda _, id_=one.id: self._busy.pop(id_, None))

    async def stop(self) -> None:
        """Ends what is under way; another process sends it again."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, one: Registration) -> None:
        try:
            if one.status == "requested":
                await self._shake_hands(one)
            elif standing.is_over(one):
                await standing.change(self._engine, one, "off")
            else:
                await self._drain(one)
        except Refusal as refusal:
            await self._failed(one, refusal)
        except Exception as error:  # noqa: BLE001 - the sender outlives whatever befalls one subscription; it is logged
            _LOG.error("%s: %s", one.id, type(error).__name__)
            if not is_unavailable(error):
                await self._failed(one, CannotCall(reason=type(error).__name__))

    async def _shake_hands(self, one: Registration) -> None:
        await self._grant(one)
        await self._hand_over(one, "handshake", ())
        await standing.change(self._engine, one, "active")

    async def _drain(self, one: Registration) -> None:
        """Everything that waits, then a heartbeat when nothing was said for long."""
        pool, has_spoken = self._engine.database.pool, False
        while waiting := await events.waiting(pool, one.id, most=one.most):
            handed = await self._prepared(one, waiting)
            if handed.told:
                await self._hand_over(one, "event-notification", handed.told)
            await events.sent(pool, one.id, handed.places)
            has_spoken = True
            found = await registrations.read(pool, [one.id])
            if not found or found[0].status != "active" or found[0].holder != one.holder:
                return
            one = found[0]
        if one.heartbeat_seconds and not has_spoken:
            await self._grant(one)
            await self._hand_over(one, "heartbeat", ())
            await registrations.spoke(pool, one.id)

    async def _prepared(self, one: Registration, waiting: Sequence[Event]) -> Handed:
        """Numbers what may be seen now and tells the trail of it; what may not is withheld for good."""
        pool, grant = self._engine.database.pool, await self._grant(one)
        seen = await events.visible(pool, grant, [event.vid for event in waiting])
        total, fresh, numbers = one.events, dict[int, int](), dict[int, int]()
        for event in waiting:
            if event.number is None:
                total += event.vid in seen
                fresh[event.place] = total if event.vid in seen else 0
            numbers[event.place] = event.number if event.number is not None else fresh[event.place]
        if fresh:
            await events.number(pool, one.id, fresh, total=total)
        shown = [(numbers[event.place], seen[event.vid]) for event in waiting if event.vid in seen]
        await self._record(one, grant, [stored for _, stored in shown])
        return Handed(tuple(told(number, stored) for number, stored in shown), tuple(e.place for e in waiting))

    async def _record(self, one: Registration, grant: Grant, shown: Sequence[Stored]) -> None:
        if grant.trace is None or not shown:
            return
        entities = tuple(f"{s.type}/{s.id}/_history/{s.version}" for s in shown)
        patients = tuple(sorted({s.patient for s in shown} - {0}))
        detail = json.dumps({"subscription": one.id, "content": one.content})
        act = grant.trace.act("notification", "R", entities=entities, patient_keys=patients, detail=detail)
        await self._engine.ledger.record([act])

    async def _hand_over(self, one: Registration, kind: Kind, found: Sequence[Told]) -> None:
        last = found[-1].number if found else one.events
        status = Status(f"Subscription/{one.id}", one.topic, one.status, last)
        bundle = notification(
            status,
            kind,
            content=one.content,
            base_url=self._engine.base_url,
            instant=instant_of(first_vid_of(time.time_ns() // 1_000_000)),
            events=found,
        )
        await self._ways[one.channel](one, bundle, found)

    async def _grant(self, one: Registration) -> Grant:
        return await grant_behind(self._engine, one)

    async def _failed(self, one: Registration, refusal: Refusal) -> None:
        """Tries again later, or gives up. Nobody waits for who may have nothing any more."""
        pool, reason = self._engine.database.pool, str(refusal)
        is_last = one.failures + 1 >= _ATTEMPTS or isinstance(refusal, NobodyBehind) or one.status == "requested"
        if is_last:
            await standing.change(self._engine, one, "error", reason=reason)
            return
        wait = min(2.0**one.failures, _LONGEST_WAIT_SECONDS)
        await registrations.failed(pool, one.id, reason=reason, wait_seconds=wait)


async def grant_behind(engine: Engine, one: Registration) -> Grant:
    """What who made a subscription may see now. Raises NobodyBehind."""
    if one.origin:
        principal = opened(one.origin)
        if not await registrations.holds(
            engine.database.pool, one.id, account=principal.account, client=principal.client
        ):
            raise NobodyBehind
    elif one.channel != "process" and engine.oauth_url:  # made while the server was open to everybody
        raise NobodyBehind
    return background_grant(one.owner, one.origin, engine.parameters, base_url=engine.base_url)


def told(number: int, stored: Stored) -> Told:
    """An event as it is told."""
    resource = parse(stored.body.encode()) if stored.body is not None else None
    return Told(number, instant_of(stored.vid), stored.type, stored.id, stored.method, resource)


def written(bundle: Resource) -> bytes:
    """A notification as it goes over the wire."""
    return encode_json(bundle)
