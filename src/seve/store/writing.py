"""Writing: deeds are decided against the current version, and batched so that many share one commit.

A `Deed` says what is to happen to one resource; a `Unit` is one or more deeds that happen together or not at all (a simple
interaction, or a whole transaction Bundle); it touches each resource once. The `CommitLane` gathers the units that wait while a batch is on its way to
disk, and commits them as one statement: 16 callers cost little more than one, and each still waits for a durable commit.

Two batches that touch the same resource meet at the unique index (ref, version): one wins, the other looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import asyncpg

from seve.kernel.refusals import Refusal
from seve.store.audit.rows import insert_from
from seve.store.deeds import Current, Unit, Written
from seve.store.queries import statements
from seve.store.staging import Batch

if TYPE_CHECKING:
    from seve.store.audit.acts import Act
    from seve.store.audit.ledger import Ledger
    from seve.store.audit.strands import Strand
    from seve.store.database import Connection, Database
    from seve.store.grant import Grant

_ATTEMPTS = 20
_BATCH_UNITS = 128
_BATCHES_AT_ONCE = 2


class Contended(Refusal):
    """Too many others changed the same resource at once; nothing was written."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "store.refusals.contended"


class Taken(Refusal):
    """Somebody whom the appointment needs is in another one at that time; nothing was written."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "store.refusals.taken"


_Waiting: TypeAlias = tuple["Grant", Unit, "asyncio.Future[list[Written]]"]


class CommitLane:
    """Gathers units into batches; at most two batches are on their way at once."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._waiting = list[_Waiting]()
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def commit(self, grant: Grant, unit: Unit) -> list[Written]:
        """Writes a unit; returns once it is durable. Raises what a deed refused, Contended, or what access refuses."""
        future: asyncio.Future[list[Written]] = asyncio.get_running_loop().create_future()
        self._waiting.append((grant, unit, future))
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

    def _next_batch(self) -> list[_Waiting]:
        """The units that wait, each resource once: a second change to it goes with a later batch."""
        batch, later = list[_Waiting](), list[_Waiting]()
        taken = set[int]()
        for waiting in self._waiting:
            refs = {deed.ref for deed in waiting[1]}
            (batch if len(batch) < _BATCH_UNITS and taken.isdisjoint(refs) else later).append(waiting)
            taken |= refs
        self._waiting = later
        return batch

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            async with self._ledger.strand() as strand, self._database.pool.acquire() as connection:
                writing = Writing(connection, self._database, strand)
                outcomes = await writing.write([(grant, unit) for grant, unit, _ in batch])
                strand.advance()
        except Exception as error:  # noqa: BLE001 - handed to those who wait; with others aboard, each tries alone
            if len(batch) == 1:
                _settle(batch[0][2], error)
                return
            for waiting in batch:
                await self._write([waiting])
            return
        for (_, _, future), outcome in zip(batch, outcomes, strict=True):
            _settle(future, outcome)


def _settle(future: asyncio.Future[list[Written]], outcome: list[Written] | Exception) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


@dataclass(frozen=True, slots=True)
class Writing:
    """A connection to write with, in a transaction or not, and the strand of the audit trail that goes with it.

    Whoever made it advances the strand once all is committed.
    """

    connection: Connection
    database: Database
    strand: Strand

    async def write(
        self, asked: Sequence[tuple[Grant, Unit]], *, acts: Sequence[Act] = ()
    ) -> list[list[Written] | Exception]:
        """Writes units, each for its grant, in one commit (or inside the connection's transaction); a refused unit leaves
        nothing but its entry in the trail, and its refusal stands in its place. Looks again when others were quicker.
        `acts` go into the trail beside those of the units.
        """
        refs = sorted({deed.ref for _, unit in asked for deed in unit if not deed.is_new})
        for _ in range(_ATTEMPTS):
            current, identities = await self._current(refs), self.database.identities
            batch = Batch(self.connection, self.database.clock, current, identities=identities)
            outcomes = [await batch.stage(grant, unit) for grant, unit in asked]
            batch.acts += acts
            if not batch.rows.versions and not batch.acts:
                return outcomes
            with suppress(asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError), _of_time():
                if self.connection.is_in_transaction():
                    async with self.connection.transaction():  # a savepoint: the loser of a race looks again
                        await self._insert(batch)
                else:
                    await self._insert(batch)
                return outcomes
        return [Contended(type=unit[0].type, id=unit[0].id) for _, unit in asked]

    async def _current(self, refs: list[int]) -> dict[int, Current]:
        if not refs:
            return {}
        rows = await self.connection.fetch(statements("write")["current"], refs)
        return {row["ref"]: Current.of(row) for row in rows}

    async def _insert(self, batch: Batch) -> None:
        """At once; when it takes people's time, after all those whose it is, in one order: so no two batches wait for each other."""
        if not batch.times:
            await self._execute(batch)
            return
        async with self.connection.transaction():
            await self.connection.execute(statements("write")["lock_times"], sorted(batch.times))
            await self._execute(batch)

    async def _execute(self, batch: Batch) -> None:
        arguments = batch.rows.arguments()
        if not batch.acts:
            await self.connection.execute(statements("write")["insert"], *arguments)
            return
        rows = self.strand.rows(batch.acts).arguments()
        if batch.rows.versions:
            await self.connection.execute(_insert_with_trail(len(arguments) + 1), *arguments, *rows)
        else:
            await self.connection.execute(insert_from(1), *rows)


@contextmanager
def _of_time() -> Generator[None]:
    """Raises Taken for what PostgreSQL says of the constraint on claims."""
    try:
        yield
    except asyncpg.ExclusionViolationError as error:
        raise Taken from error


@cache
def _insert_with_trail(first: int) -> str:
    insert = statements("write")["insert"].replace("WITH new_versions AS", "new_versions AS", 1)
    return f"WITH audited AS ({insert_from(first)}), {insert.partition(chr(10))[2]}"
