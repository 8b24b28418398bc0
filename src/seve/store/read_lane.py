"""Reads that arrive together go to the database together: one round trip for all that wait.

Each reader still sees what was committed before its read began, because a batch is taken only when it is sent. Reads that
leave entries in the audit trail are answered once those are committed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from seve.fhir.search.keys import value_key
from seve.store import reading
from seve.store.access.rule import Terms, in_force, is_seen
from seve.store.queries import statements
from seve.store.reading import Stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seve.store.audit.acts import Act
    from seve.store.audit.ledger import Ledger
    from seve.store.database import Database
    from seve.store.grant import Grant, Sight

_BATCHES_AT_ONCE = 2
_BATCH = 256


@dataclass(frozen=True, slots=True)
class _Asked:
    grant: Grant
    type: str
    id: str
    future: asyncio.Future[Stored | None]

    @property
    def ref(self) -> int:
        return value_key(f"{self.type}/{self.id}")


class ReadLane:
    """Gathers reads of current versions; at most two batches are on their way at once."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._waiting = list[_Asked]()
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, grant: Grant, type_: str, id_: str) -> Stored | None:
        """The latest version, deleted or not; None when the resource never existed, or the grant doesn't see it."""
        if grant.sight and not _is_shared(grant.sight):
            return await self._read_alone(grant, type_, id_)
        future: asyncio.Future[Stored | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(grant, type_, id_, future))
        if self._running < _BATCHES_AT_ONCE:
            self._running += 1
            task = asyncio.create_task(self._run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _read_alone(self, grant: Grant, type_: str, id_: str) -> Stored | None:
        found = await reading.read(self._database.pool, grant, type_, id_)
        await self._ledger.record(_acts(grant, type_, id_, found))
        return found

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                await self._answer(batch)
        finally:
            self._running -= 1

    async def _answer(self, batch: list[_Asked]) -> None:
        """Reads a batch, and answers it when its entries are committed."""
        try:
            found = await self._found(batch)
            await self._ledger.record(
                act
                for asked, one in zip(batch, found, strict=True)
                for act in _acts(asked.grant, asked.type, asked.id, one)
            )
        except Exception as error:  # noqa: BLE001 - handed to those who wait, who would wait for ever
            for asked in batch:
                if not asked.future.done():
                    asked.future.set_exception(error)
            return
        for asked, one in zip(batch, found, strict=True):
            if not asked.future.done():
                asked.future.set_result(one)

    async def _found(self, batch: list[_Asked]) -> list[Stored | None]:
        """What each sees, in order. Raises what the database raised."""
        found = list[Stored | None]([None]) * len(batch)
        everything = [n for n, asked in enumerate(batch) if asked.grant.sight is None]
        if everything:
            refs = [batch[n].ref for n in everything]
            rows = {row["ref"]: row for row in await self._database.pool.fetch(statements("write")["current"], refs)}
            for n in everything:
                found[n] = _stored(batch[n], rows.get(batch[n].ref))
        bounded = [(n, asked.grant.sight) for n, asked in enumerate(batch) if asked.grant.sight]
        if bounded:
            arguments = _arguments([batch[n].ref for n, _ in bounded], [sight for _, sight in bounded])
            for row in await self._database.pool.fetch(_shared_read(), *arguments):
                n, _ = bounded[row["place"] - 1]
                found[n] = _stored(batch[n], row)
        return found


def _stored(asked: _Asked, row: Any) -> Stored | None:
    if row is None or (row["type"], row["id"]) != (asked.type, asked.id):
        return None
    return Stored(asked.type, asked.id, row["vid"], row["version"], "", row["body"], row["patient"])


def _acts(grant: Grant, type_: str, id_: str, found: Stored | None) -> Sequence[Act]:
    if grant.trace is None:
        return ()
    if found is None:
        return (grant.trace.act("read", "R", outcome=4, entities=(f"{type_}/{id_}",)),)
    patients = (found.patient,) if found.patient else ()
    entity = f"{type_}/{id_}/_history/{found.version}"
    return (grant.trace.act("read", "R", entities=(entity,), patient_keys=patients),)


def _is_shared(sight: Sight) -> bool:
    """Whether a grant's terms fit in columns beside those of others."""
    is_common = sight.session is not None and sight.profession is not None
    return is_common and sight.windows is None and not sight.reaches_all and not sight.is_office


def _arguments(refs: list[int], sights: list[Sight]) -> list[Any]:
    """The resources, and by whose sight each is read; each sight once, for its terms are looked at once; the time."""
    own = list({id(sight): sight for sight in sights}.values())
    places = {id(sight): place for place, sight in enumerate(own, start=1)}
    return [
        refs,
        [places[id(sight)] for sight in sights],
        [sight.session for sight in own],
        [_array(sight.standing) for sight in own],
        [_array(sight.readers) for sight in own],
        [sight.purpose for sight in own],
        [sight.profession for sight in own],
        time.time_ns() // 1_000,
    ]


def _array(keys: Sequence[int]) -> str:
    return "{" + ",".join(map(str, keys)) + "}"


@cache
def _shared_read() -> str:
    """One statement for the reads of many grants, whose terms are columns of `q`."""
    numbers = count(1)
    terms = Terms(
        session="q.session",
        standing="q.standing",
        readers="q.readers",
        purpose="q.purpose",
        profession="q.profession",
        at="$8::bigint",
        alias=lambda prefix: f"{prefix}{next(numbers)}",
    )
    text = statements("read")["shared"].replace("/* in force */", in_force(terms))
    return text.replace("/* rule */", f"AND {is_seen('v', terms)}")
