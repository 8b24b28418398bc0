"""Hearing at once that a session ended, in whatever process: `LISTEN session_ended` on a connection of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seve.kernel.cancelling import pause
from seve.store.database import is_unavailable

if TYPE_CHECKING:
    from seve.store.database import Connection, Database

_CHECK_SECONDS = 1.0
_ANSWER_SECONDS = 2.0


class EndedSessions:
    """Calls `forget(key)` for each session that ends. `hears` is False while the connection is down or in doubt."""

    def __init__(self, database: Database, forget: Callable[[int], None], forget_all: Callable[[], None]) -> None:
        self._database = database
        self._forget = forget
        self._forget_all = forget_all
        self.hears = False

    async def run(self) -> None:
        """Listens until it is cancelled; a lost connection is taken up again."""
        while True:
            try:
                connection = await self._database.pool.acquire()
                try:
                    await self._listen(connection)
                finally:
                    connection.terminate()  # not closed: one that was cut in the middle would be waited for without end
                    with contextlib.suppress(Exception):
                        await self._database.pool.release(connection, timeout=_ANSWER_SECONDS)
            except Exception as error:
                self._forget_all()
                if not is_unavailable(error) and not isinstance(error, TimeoutError):
                    raise
                await pause(_CHECK_SECONDS)

    async def _listen(self, connection: Connection) -> None:
        """Until the connection is lost."""
        connection.add_termination_listener(self._lost)
        await connection.add_listener("session_ended", self._heard)
        try:
            self._forget_all()
            self.hears = True
            while True:  # a connection that broke off silently is found by asking
                await pause(_CHECK_SECONDS)
                await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)
        finally:
            self.hears = False
            connection.remove_termination_listener(self._lost)

    def _lost(self, _connection: Any) -> None:
        self.hears = False

    def _heard(self, _connection: Any, _process: int, _channel: str, payload: object) -> None:
        self._forget(int(str(payload)))
