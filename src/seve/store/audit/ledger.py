"""The ledger of a process: lends strands, and records acts that arrive together in one statement and one commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from seve.kernel.refusals import Refusal
from seve.store.audit.acts import Act, Prepared, prepared
from seve.store.audit.rows import insert_from
from seve.store.audit.strands import Abandoned, Strand
from seve.store.database import is_unavailable

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring
    from seve.store.database import Database

_BATCHES_AT_ONCE = 2
_BATCH_ACTS = 1_024


class Ledger:
    """Appends to the trail. One for each process; it has no global lock, here or in the database."""

    def __init__(self, database: Database, keys: Keyring) -> None:
        self._database = database
        self._keys = keys
        self._idle = list[Strand]()
        self._lost = list[Abandoned]()
        self._waiting = list[tuple[list[Prepared], asyncio.Future[list[int]]]]()
        self._running = 0
        self._tasks = set[asyncio.Task[None]]()

    @property
    def keys(self) -> Keyring:
        """The keys that its entries are made with, and verified."""
        return self._keys

    @asynccontextmanager
    async def strand(self) -> AsyncGenerator[Strand]:
        """A strand to make rows with. Call `advance` once they are committed, `drop` when they were never sent.

        Left by an error that PostgreSQL told, or by a Refusal (which rolls a transaction back), the rows count as refused. Left
        by anything else before `advance` (a broken connection, a cancelled task), it is unknown what became of them, and the
        strand is not used again.
        """
        strand = self._idle.pop() if self._idle else self._new()
        try:
            yield strand
        except (asyncpg.PostgresError, Refusal) as error:
            if _is_refused(error):
                strand.drop()
            raise
        finally:
            self._take_back(strand)

    async def record(self, acts: Iterable[Act]) -> list[int]:
        """Appends acts; returns their `vid`s once they are durable. Raises what the database raised, and then nothing may be shown of
        what the acts tell.
        """
        ready = list(map(prepared, acts))
        if not ready:
            return []
        future: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        self._waiting.append((ready, future))
        if self._running < _BATCHES_AT_ONCE:
            self._running += 1
            task = asyncio.create_task(self._run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    def _new(self) -> Strand:
        lost, self._lost = self._lost, []
        return Strand(self._database.clock, self._keys, lost)

    def _take_back(self, strand: Strand) -> None:
        if strand.is_settled and not strand.is_old:
            self._idle.append(strand)
        else:
            self._lost += strand.left

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._write(self._next_batch())
        finally:
            self._running -= 1

    def _next_batch(self) -> list[tuple[list[Prepared], asyncio.Future[list[int]]]]:
        acts = end = 0
        for ready, _ in self._waiting:
            if end and acts + len(ready) > _BATCH_ACTS:
                break
            acts, end = acts + len(ready), end + 1
        batch, self._waiting = self._waiting[:end], self._waiting[end:]
        return batch

    async def _write(self, batch: list[tuple[list[Prepared], asyncio.Future[list[int]]]]) -> None:
        try:
            async with self.strand() as strand:
                rows = strand.rows_of(one for ready, _ in batch for one in ready)
                await self._database.pool.execute(insert_from(1), *rows.arguments())
                strand.advance()
                vids = rows.vids[-sum(len(ready) for ready, _ in batch) :]  # a notice may stand before them
        except Exception as error:  # noqa: BLE001 - handed to those who wait
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        done = 0
        for ready, future in batch:
            if not future.done():
                future.set_result(vids[done : done + len(ready)])
            done += len(ready)


def _is_refused(error: Exception) -> bool:
    """Whether an error means that nothing was committed, and that the strand ends where we believe."""
    if isinstance(error, asyncpg.UniqueViolationError) and error.constraint_name == "audit_by_strand":
        return False  # something stands after our head: whatever it is, we don't go on there
    return not is_unavailable(error)
