"""Reads that arrive together go to the database together: one round trip for all that wait.

Each reader still sees what was committed before its read began, because a batch is taken only when it is sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from seve.fhir.search.keys import value_key
from seve.store.queries import statements
from seve.store.reading import Stored

if TYPE_CHECKING:
    from seve.store.database import Database
    from seve.store.grant import Grant

_BATCHES_AT_ONCE = 2
_BATCH = 256


class ReadLane:
    """Gathers reads of current versions; at most two batches are on their way at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[str, str, asyncio.Future[Stored | None]]] = []
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, grant: Grant, type_: str, id_: str) -> Stored | None:
        """The latest version, deleted or not; None when the resource never existed."""
        del grant  # asked for: from the access issue on, it bounds what may be read
        future: asyncio.Future[Stored | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((type_, id_, future))
        if self._running < _BATCHES_AT_ONCE:
            self._running += 1
            task = asyncio.create_task(self._run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                await self._read(batch)
        finally:
            self._running -= 1

    async def _read(self, batch: list[tuple[str, str, asyncio.Future[Stored | None]]]) -> None:
        try:
            refs = [value_key(f"{type_}/{id_}") for type_, id_, _ in batch]
            rows = await self._database.pool.fetch(statements("write")["current"], refs)
        except Exception as error:  # noqa: BLE001 - handed to those who wait
            for _, _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        found = {(row["type"], row["id"]): row for row in rows}
        for type_, id_, future in batch:
            row = found.get((type_, id_))
            if not future.done():
                future.set_result(Stored(type_, id_, row["vid"], row["version"], "", row["body"]) if row else None)
