"""Being woken by commits: LISTEN on a connection of its own, which also says who leads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seve.kernel.cancelling import pause
from seve.store.database import is_unavailable

if TYPE_CHECKING:
    from seve.store.database import Connection, Database

_LOCK = 0x5EFE_E7E7
_CHECK_SECONDS = 1.0
_ANSWER_SECONDS = 5.0


class Bell:
    """Calls `heard()` when something changed, and once a second in any case; `leads` while this process is the one that
    routes and sends for all.
    """

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        self._database = database
        self._heard = heard
        self.leads = False

    async def run(self) -> None:
        """Listens until it is cancelled; a lost connection is taken up again."""
        while True:
            try:
                connection = await self._database.pool.acquire()
                try:
                    await self._listen(connection)
                finally:
                    self.leads = False
                    connection.terminate()  # the lock goes with the session, and must go now
                    with contextlib.suppress(Exception):
                        await self._database.pool.release(connection, timeout=_ANSWER_SECONDS)
            except Exception as error:
                if not is_unavailable(error) and not isinstance(error, TimeoutError):
                    raise
                await pause(_CHECK_SECONDS)

    async def _listen(self, connection: Connection) -> None:
        for channel in ("change", "event"):
            await connection.add_listener(channel, self._rung)
        while True:
            if not self.leads:
                self.leads = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK)
            else:
                await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)
            self._heard()
            await pause(_CHECK_SECONDS)

    def _rung(self, *_: Any) -> None:
        self._heard()
