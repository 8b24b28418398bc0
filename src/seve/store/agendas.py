"""Free time of agendas, as the store lays it out (`migrations/…_agendas.sql`). No personal data: whose time, never who takes it.

Two ways to the same answer. Where many agendas could have what is asked, windows are walked in the order of their first free
minute, and the walk ends early. Where few could, the first windows of each are looked at.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool

Way: TypeAlias = Literal["under_way", "walk"]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FEW: Final = 16
_WINDOWS: Final = 32  # as both ways have it
_NOBODY: Final = (-(2**31), "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Times between two moments (aware), for a reason ("": the first of each agenda), of agendas that have all tags
    (`specialty|SM54`, `mode|video`, `public|first`, `actor|PractitionerRole/1`, …), of these Schedules (ids; none: any).
    `count` in all, at most `each` of one agenda (0: as they come).
    """

    since: datetime
    until: datetime
    reason: str = ""
    tags: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    count: int = 20
    each: int = 0


@dataclass(frozen=True, slots=True)
class Free:
    """A time that can be booked: when, for how long, of which Schedule (its id), and how many seats are left."""

    start: datetime
    schedule: str
    minutes: int
    seats: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of an agenda: whose time they are (references, the first first), and for how many at once."""

    actors: tuple[str, ...]
    seats: int


@dataclass(slots=True)
class _Found:
    """The first times found, in order, few of each agenda: minute, Schedule, length, seats."""

    wanted: Wanted
    times: list[tuple[int, str, int, int]] = field(default_factory=list[tuple[int, str, int, int]])

    def add(self, rows: Iterable[asyncpg.Record]) -> None:
        """Takes the times of more windows in."""
        most, each = self.wanted.count, self.wanted.each
        found = sorted([*self.times, *(one for row in rows for one in _starts(row, self.wanted))])
        if each:
            number = Counter[str]()
            found = [one for one in found if number.update((one[1],)) or number[one[1]] <= each]
        self.times = found[:most]

    def is_behind(self, minute: int) -> bool:
        """Whether what begins at a minute or later can't be among the first any more."""
        return len(self.times) >= self.wanted.count and self.times[-1][0] <= minute


def minute_of(moment: datetime) -> int:
    """Minutes since 1970 UTC."""
    return (moment - _EPOCH) // timedelta(minutes=1)


async def free(connection: Connection | Pool, wanted: Wanted) -> tuple[Free, ...]:
    """The first times that are free, in order."""
    found = _Found(wanted)
    enough = 2 * wanted.count // wanted.each if wanted.each else _FEW
    if wanted.schedules or await _density(connection, wanted, enough) < enough:
        found.add(await _of_each(connection, wanted))
    else:
        for way in ("under_way", "walk"):
            await _walk(connection, wanted, found, way=way)
    return tuple([await _told(connection, one) for one in found.times])


async def window(connection: Connection | Pool, schedule: str, start: datetime) -> Window | None:
    """The hours of an agenda that a moment falls into, free or not."""
    row = await connection.fetchrow(statements("agenda")["window"], schedule, minute_of(start))
    return Window(tuple(row["actors"]), row["seats"]) if row else None


async def roll(connection: Connection | Pool) -> None:
    """Lays out the days to come, and forgets those gone."""
    await connection.execute(statements("agenda")["roll"])


async def _density(connection: Connection | Pool, wanted: Wanted, limit: int) -> int:
    number: int = await connection.fetchval(statements("agenda")["density"], list(wanted.tags), limit)
    return number


async def _walk(connection: Connection | Pool, wanted: Wanted, found: _Found, *, way: Way) -> None:
    """Windows that begin before the first moment asked for (`under_way`), or later (`walk`), until none can have an earlier time."""
    after = _NOBODY
    while True:
        rows = await connection.fetch(
            statements("agenda")[way],
            wanted.reason,
            minute_of(wanted.since + timedelta(seconds=59)),
            minute_of(wanted.until),
            list(wanted.tags),
            *after,
            _now(),
        )
        found.add(rows)
        if len(rows) < _WINDOWS or found.is_behind(rows[-1]["start"]):
            return
        after = rows[-1]["start"], rows[-1]["schedule"]


async def _of_each(connection: Connection | Pool, wanted: Wanted) -> list[asyncpg.Record]:
    """Each window has one time at least, but for the one under way and those whose free time is off the grid: hence two more."""
    return await connection.fetch(
        statements("agenda")["each"],
        wanted.reason,
        minute_of(wanted.since),
        minute_of(wanted.until),
        list(wanted.tags),
        (wanted.each or wanted.count) + 2,
        list(wanted.schedules),
        _now(),
    )


def _now() -> int:
    return time.time_ns() // 1_000


def _starts(row: asyncpg.Record, wanted: Wanted) -> Iterator[tuple[int, str, int, int]]:
    """The times of a window, on its grid."""
    first, last = -(-(wanted.since - _EPOCH) // timedelta(minutes=1)), minute_of(wanted.until)
    lo, step, minutes, schedule, seats = row["lo"], row["step"], row["minutes"], row["schedule"], row["seats"]
    starts = (
        start
        for part in row["free"]
        for start in range(
            lo + -((lo - max(part.lower, first)) // step) * step, min(part.upper - minutes + 1, last), step
        )
    )
    return ((start, schedule, minutes, seats) for start in islice(starts, wanted.each or wanted.count))


async def _told(connection: Connection | Pool, one: tuple[int, str, int, int]) -> Free:
    lo, schedule, minutes, seats = one
    if seats > 1:
        seats -= await connection.fetchval(statements("agenda")["seats"], schedule, lo, lo + minutes)
    return Free(_EPOCH + timedelta(minutes=lo), schedule, minutes, seats)
