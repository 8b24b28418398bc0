"""Rooms across server processes: who is in one (table `presence`), and what is said in it (NOTIFY), which nobody keeps.

What is said may be longer than a notification (8,000 bytes): it goes in pieces, within one statement, and is put together
again by each process that has somebody in the room. A process that may have missed something says so to those it serves.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from seve.kernel.cancelling import pause
from seve.store.database import is_unavailable
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Database, Pool

SEEN_SECONDS = 40.0
"""Who was not seen for so long is not there."""
KEPT_SECONDS = 600.0
"""Who comes back within this time has kept their place in line."""
_GONE_SECONDS = 86_400.0
_PIECE = 7_000
_CHECK_SECONDS = 1.0
_ANSWER_SECONDS = 5.0
_SWEEP_TURNS = 3_600
_MOST_UNFINISHED = 500

Hear: TypeAlias = Callable[[str | None], None]
"""Takes what was said in a room; None: something may have been missed."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in a room. `since` they came, `seen` last."""

    member: str
    since: datetime
    seen: datetime


async def enter(pool: Pool, room: str, member: str, *, most: int = 0) -> datetime | None:
    """Comes into a room, or says to be there still; since when, or None when `most` others are there (0: no limit)."""
    arguments = (room, member, KEPT_SECONDS, most, SEEN_SECONDS)
    if not most:
        return await pool.fetchval(statements("room")["enter"], *arguments)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(statements("room")["lock"], room)
        return await connection.fetchval(statements("room")["enter"], *arguments)


async def leave(pool: Pool, room: str, member: str) -> None:
    """Goes."""
    await pool.execute(statements("room")["leave"], room, member)


async def here(pool: Pool, room: str) -> tuple[Present, ...]:
    """Who is in a room, in the order in which they came."""
    rows = await pool.fetch(statements("room")["here"], room, SEEN_SECONDS)
    return tuple(Present(row["member"], row["since"], row["seen"]) for row in rows)


async def tell(pool: Pool, room: str, text: str) -> None:
    """Says something to all who are in a room, in every process."""
    written = json.dumps(text)
    parts = [written[at : at + _PIECE] for at in range(0, len(written), _PIECE)]
    number, total = secrets.token_hex(8), len(parts)
    pieces = [f"{room}\n{number} {place} {total}\n{part}" for place, part in enumerate(parts)]
    await pool.execute(statements("room")["tell"], pieces)


@dataclass(slots=True)
class _Unfinished:
    """Pieces of one thing said."""

    parts: dict[int, str] = field(default_factory=dict)


class Relay:
    """Hears what is said, for those whom this process serves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_room: dict[str, list[Hear]] = {}
        self._unfinished: dict[str, _Unfinished] = {}
        self.hearing = asyncio.Event()

    def listen(self, room: str, hear: Hear) -> Callable[[], None]:
        """Hears what is said in a room from now on; what it gives ends that."""
        self._by_room.setdefault(room, []).append(hear)

        def end() -> None:
            left = self._by_room.get(room, [])
            if hear in left:
                left.remove(hear)
            if not left:
                self._by_room.pop(room, None)

        return end

    async def run(self) -> None:
        """Listens until it is cancelled; a lost connection is taken up again, and those in rooms are told that something may be missing."""
        while True:
            try:
                connection = await self._database.pool.acquire()
                try:
                    await self._listen(connection)
                finally:
                    connection.terminate()
                    with contextlib.suppress(Exception):
                        await self._database.pool.release(connection, timeout=_ANSWER_SECONDS)
            except Exception as error:
                self._missed()
                if not is_unavailable(error) and not isinstance(error, TimeoutError):
                    raise
                await pause(_CHECK_SECONDS)

    async def _listen(self, connection: Connection) -> None:
        await connection.add_listener("room", self._heard)
        self._missed()  # who joined before may have been spoken to
        self.hearing.set()
        turns = 0
        try:
            while True:  # a connection that broke off silently is found by asking
                if turns % _SWEEP_TURNS == 0:
                    await connection.execute(statements("room")["sweep"], _GONE_SECONDS, timeout=_ANSWER_SECONDS)
                turns += 1
                await pause(_CHECK_SECONDS)
                await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)
        finally:
            self.hearing.clear()

    def _missed(self) -> None:
        self._unfinished.clear()
        for hears in list(self._by_room.values()):
            for hear in list(hears):
                hear(None)

    def _heard(self, _connection: Any, _process: int, _channel: str, payload: object) -> None:
        room, numbers, part = str(payload).split("\n", 2)
        if room not in self._by_room:
            return
        number, place, total = numbers.split(" ")
        if len(self._unfinished) >= _MOST_UNFINISHED:
            self._unfinished.clear()
        found = self._unfinished.setdefault(number, _Unfinished())
        found.parts[int(place)] = part
        if len(found.parts) < int(total):
            return
        del self._unfinished[number]
        text = json.loads("".join(found.parts[n] for n in range(int(total))))
        for hear in list(self._by_room[room]):
            hear(text)
