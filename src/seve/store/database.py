"""The connection pool, and what each process needs to write: a clock of `vid`s with its own worker number."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from seve.kernel.identifiers import VersionClock

if TYPE_CHECKING:
    from seve.france.identity.trust import Environment

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

_SESSION = {
    "application_name": "seve",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",  # search chooses its own plans, so planning again would be wasted
    "timezone": "UTC",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}


async def _keep(connection: Connection) -> None:
    """Nothing here changes a session, so a connection goes back to the pool without the round trip of a RESET."""
    del connection


def is_unavailable(error: Exception) -> bool:
    """Whether an error says that PostgreSQL can't be reached, is starting or stopping, or broke off: worth trying again."""
    gone = (
        OSError,
        asyncpg.InterfaceError,
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,
    )
    return isinstance(error, gone)


def is_refusing(error: Exception) -> bool:
    """Whether PostgreSQL is there but takes nothing: it is a standby or was made read-only, or a right was taken away."""
    return isinstance(error, (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError))


class Database:
    """One process's door to PostgreSQL."""

    def __init__(self, pool: Pool, *, worker: int) -> None:
        self.pool = pool
        self.clock = VersionClock(worker)
        self.identities: Environment = "production"
        """Whose INS index shared data here: those of real people, or test numbers."""

    @classmethod
    async def open(cls, url: str, *, connections: int = 16) -> Database:
        """Connects; raises OSError or asyncpg.PostgresError when the server can't be reached or refuses."""
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=connections,
            server_settings=_SESSION,
            statement_cache_size=1_000,
            command_timeout=120,
            reset=_keep,
        )
        worker: int = await pool.fetchval("SELECT nextval('worker_number')")
        return cls(pool, worker=worker)

    async def close(self) -> None:
        """Waits for open work, then closes every connection."""
        await self.pool.close()

    @asynccontextmanager
    async def transaction(self, *, locks: Sequence[int] = ()) -> AsyncGenerator[Connection]:
        """A transaction that first takes advisory locks, in one order everywhere so that two can't wait for each other."""
        async with self.pool.acquire() as connection, connection.transaction():
            for lock in sorted(set(locks)):
                await connection.execute("SELECT pg_advisory_xact_lock($1)", lock)
            yield connection

    async def setting(self, name: str, default: str) -> str:
        """A value of the store; the first to ask writes its default."""
        await self.pool.execute("INSERT INTO setting VALUES ($1, $2) ON CONFLICT DO NOTHING", name, default)
        value: Any = await self.pool.fetchval("SELECT value FROM setting WHERE name = $1", name)
        return str(value)
