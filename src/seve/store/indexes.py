"""Secondary indexes are dropped before a load into an empty store and made again after it, which is many times quicker.

The setting `dropped_indexes` keeps their definitions meanwhile, so that whoever comes next can finish a killed load.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import msgspec
import psutil

from seve.store.copying import COLUMNS
from seve.store.queries import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from seve.store.database import Connection

_SETTING = "dropped_indexes"
_LOCK = 0x5EFE_0001  # who loads into a store without its indexes, or makes them again
_MEMORY_SHARE = 8


async def drop(connection: Connection) -> bool:
    """Drops them when the store is empty, and says whether they are gone; in one transaction with what says so."""
    async with connection.transaction():
        if await missing(connection):
            return True
        await connection.execute("LOCK TABLE version IN SHARE ROW EXCLUSIVE MODE")
        if not await connection.fetchval(statements("loading")["is_empty"]):
            return False
        rows = await connection.fetch(statements("loading")["secondary_indexes"], list(COLUMNS))
        definitions = {row["name"]: row["definition"] for row in rows}
        await connection.execute(statements("loading")["set"], _SETTING, msgspec.json.encode(definitions).decode())
        for name in definitions:
            await connection.execute(f'DROP INDEX "{name}"')
        return True


async def missing(connection: Connection) -> dict[str, str]:
    """The definitions of the indexes that a load dropped and nobody has made again."""
    value: str | None = await connection.fetchval(statements("loading")["get"], _SETTING)
    return msgspec.json.decode(value, type=dict[str, str]) if value else {}


async def lock(connection: Connection) -> bool:
    """Takes the right to drop and to make them, until `unlock` or the connection's end; False when another has it."""
    is_ours: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK)
    return is_ours


async def unlock(connection: Connection) -> None:
    """Gives the right back."""
    await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def make(url: str, *, at_once: int = 2, tell: Callable[[str], None] = lambda _: None) -> int:
    """Makes those that are missing, several at once, and says how many they were. The caller holds the lock."""
    connections = [await asyncpg.connect(url, server_settings=_settings(at_once)) for _ in range(at_once)]
    try:
        definitions = await missing(connections[0])
        waiting = sorted(definitions.items(), key=lambda item: "gin" not in item[1])  # the longest first

        async def work(connection: Connection) -> None:
            while waiting:
                name, definition = waiting.pop(0)
                tell(name)
                await connection.execute(definition.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))

        await asyncio.gather(*map(work, connections))
        await connections[0].execute(statements("loading")["unset"], _SETTING)
    finally:
        await asyncio.gather(*(connection.close() for connection in connections))
    return len(definitions)


def _settings(at_once: int) -> dict[str, str]:
    memory_mb = min(psutil.virtual_memory().total // 2**20 // _MEMORY_SHARE // at_once, 2_048)
    return {
        "application_name": "seve load",
        "maintenance_work_mem": f"{max(memory_mb, 64)}MB",
        "max_parallel_maintenance_workers": "0",  # an index a connection instead
        "statement_timeout": "0",
    }
