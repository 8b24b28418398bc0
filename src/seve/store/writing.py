"""Writing: deeds are decided against the current version, and batched so that many share one commit.

A `Deed` says what is to happen to one resource; a `Unit` is one or more deeds that happen together or not at all (a simple
interaction, or a whole transaction Bundle); it touches each resource once. The `CommitLane` gathers the units that wait while a batch is on its way to
disk, and commits them as one statement: 16 callers cost little more than one, and each still waits for a durable commit.

Two batches that touch the same resource meet at the unique index (ref, version): one wins, the other looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import asyncpg

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import instant_of
from seve.kernel.refusals import Refusal
from seve.store.queries import statements
from seve.store.rows import Rows

if TYPE_CHECKING:
    from seve.store.database import Connection, Database
    from seve.store.grant import Grant

_ATTEMPTS = 20
_BATCH_UNITS = 128
_BATCHES_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Current:
    """The latest version of a resource. `body` is None when it has been deleted."""

    vid: int
    version: int
    body: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What to write: a resource with its index entries, or a deletion (`resource` None)."""

    method: str
    resource: Resource | None
    entries: Entries


@dataclass(frozen=True, slots=True)
class Deed:
    """One change. `decide` sees the current version (None: never existed), and answers with a draft, with None when nothing
    has to change, or raises a Refusal. It may be called again when others were quicker, so it must not have effects.
    """

    type: str
    id: str
    decide: Callable[[Current | None], Draft | None]
    is_new: bool = False

    @property
    def ref(self) -> int:
        """The key of the resource."""
        return value_key(f"{self.type}/{self.id}")


@dataclass(frozen=True, slots=True)
class Written:
    """The state after a deed: the version in force, its document (None: deleted), and whether the deed changed anything."""

    type: str
    id: str
    vid: int
    version: int
    body: str | None
    is_changed: bool
    is_created: bool


class Contended(Refusal):
    """Too many others changed the same resource at once; nothing was written."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "store.refusals.contended"


Unit = Sequence[Deed]


class CommitLane:
    """Gathers units into batches; at most two batches are on their way at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Unit, asyncio.Future[list[Written]]]] = []
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def commit(self, grant: Grant, unit: Unit) -> list[Written]:
        """Writes a unit; returns once it is durable. Raises what a deed refused, or Contended."""
        del grant  # asked for: from the access issue on, it bounds what may be written
        future: asyncio.Future[list[Written]] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, future))
        if self._running < _BATCHES_AT_ONCE:
            self._start()
        return await future

    def _start(self) -> None:
        self._running += 1
        task = asyncio.create_task(self._run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._write(self._next_batch())
        finally:
            self._running -= 1

    def _next_batch(self) -> list[tuple[Unit, asyncio.Future[list[Written]]]]:
        """The units that wait, each resource once: a second change to it goes with a later batch."""
        batch, later = (
            list[tuple[Unit, asyncio.Future[list[Written]]]](),
            list[tuple[Unit, asyncio.Future[list[Written]]]](),
        )
        taken = set[int]()
        for unit, future in self._waiting:
            refs = {deed.ref for deed in unit}
            if len(batch) < _BATCH_UNITS and taken.isdisjoint(refs):
                batch.append((unit, future))
            else:
                later.append((unit, future))
            taken |= refs
        self._waiting = later
        return batch

    async def _write(self, batch: list[tuple[Unit, asyncio.Future[list[Written]]]]) -> None:
        try:
            async with self._database.pool.acquire() as connection:
                outcomes = await write_units(connection, self._database, [unit for unit, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to those who wait; with others aboard, each tries alone
            if len(batch) == 1:
                _settle(batch[0][1], error)
                return
            for entry in batch:
                await self._write([entry])
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            _settle(future, outcome)


def _settle(future: asyncio.Future[list[Written]], outcome: list[Written] | Exception) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


async def write_units(
    connection: Connection, database: Database, units: Sequence[Unit]
) -> list[list[Written] | Exception]:
    """Writes units in one commit (or inside the connection's transaction); a refused unit leaves nothing and its refusal
    stands in its place. Looks again when others were quicker.
    """
    refs = sorted({deed.ref for unit in units for deed in unit if not deed.is_new})
    for _ in range(_ATTEMPTS):
        batch = _Batch(database, await _current(connection, refs))
        outcomes = [batch.stage(unit) for unit in units]
        if not batch.rows.versions:
            return outcomes
        with suppress(asyncpg.UniqueViolationError):
            if connection.is_in_transaction():
                async with connection.transaction():  # a savepoint: the loser of a race looks again
                    await connection.execute(statements("write")["insert"], *batch.rows.arguments())
            else:
                await connection.execute(statements("write")["insert"], *batch.rows.arguments())
            return outcomes
    first = units[0][0]
    return [Contended(type=first.type, id=first.id) for _ in units]


async def _current(connection: Connection, refs: list[int]) -> dict[int, Current]:
    if not refs:
        return {}
    rows = await connection.fetch(statements("write")["current"], refs)
    return {row["ref"]: Current(row["vid"], row["version"], row["body"]) for row in rows}


class _Batch:
    def __init__(self, database: Database, current: dict[int, Current]) -> None:
        self._clock = database.clock
        self._current = current
        self.rows = Rows()

    def stage(self, unit: Unit) -> list[Written] | Exception:
        """All deeds of a unit, or none of them."""
        staged: list[tuple[Deed, Draft, Written, Current | None]] = []
        written = list[Written]()
        try:
            for deed in unit:
                before = self._current.get(deed.ref)
                draft = deed.decide(before)
                outcome = self._outcome(deed, draft, before)
                written.append(outcome)
                if draft is not None:
                    staged.append((deed, draft, outcome, before))
        except Exception as error:  # noqa: BLE001 - this unit's own; the others go on
            return error
        for deed, draft, outcome, before in staged:
            self._add(deed, draft, outcome, before)
        return written

    def _outcome(self, deed: Deed, draft: Draft | None, before: Current | None) -> Written:
        if draft is None:
            vid, version, body = (before.vid, before.version, before.body) if before else (0, 0, None)
            return Written(deed.type, deed.id, vid, version, body, is_changed=False, is_created=False)
        vid = self._clock.next(after=before.vid if before else 0)
        version = before.version + 1 if before else 1
        body = stamped(draft.resource, deed.id, vid=vid, version=version) if draft.resource is not None else None
        is_created = before is None or before.body is None
        return Written(deed.type, deed.id, vid, version, body, is_changed=True, is_created=is_created)

    def _add(self, deed: Deed, draft: Draft, outcome: Written, before: Current | None) -> None:
        if before:
            self.rows.ended.append(before.vid)
        self.rows.add_version(
            draft.entries,
            vid=outcome.vid,
            ref=deed.ref,
            version=outcome.version,
            type_=deed.type,
            id_=deed.id,
            method=draft.method,
            body=outcome.body,
        )


def stamped(resource: Resource, id_: str, *, vid: int, version: int) -> str:
    """The document as stored: id and meta first, with the version and time that the store gives."""
    meta = {**resource.get("meta", {}), "versionId": str(version), "lastUpdated": instant_of(vid)}
    document: Resource = {"resourceType": "", "id": "", "meta": {}} | resource
    document["id"], document["meta"] = id_, meta  # in the places that they were given above
    return encode_json(document).decode()
