"""The change feed: what came to stand in the store since a mark, for copies that follow it.

A mark is `vid`s and transactions. `vid`s give the order and the windows; but a version's `vid` is given before its transaction
commits, so that one may become visible after later ones were read. The transaction tells: those up to `barrier` have all ended.
What was seen is what they wrote; what comes late has a transaction from there on, and is found in the windows from `late_from`.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.kernel.identifiers import SHIFT, first_vid_of
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection

_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.05
_FIRST_TRANSACTION = 0
_LATEST_STAMP = (10 * 60 * 1_000) << SHIFT
"""A version commits within ten minutes of its `vid`, or of the end of a transaction that was known to be open."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a copy is: it has the versions up to `cursor` of transactions before `barrier`. `late_from` is the `vid` from which
    others of them may yet come.
    """

    cursor: int = 0
    barrier: int = _FIRST_TRANSACTION
    late_from: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A version that came to stand. `body` is None for a deletion; `follows`: the copy has had an earlier version."""

    type: str
    id: str
    vid: int
    version: int
    patient: int
    body: str | None
    follows: bool


async def token(connection: Connection) -> str:
    """The store's own mark, made when first asked for. Another one after a backup was restored: the copy is then of another past."""
    found: str = await connection.fetchval(statements("feed")["token"], uuid.uuid4().hex)
    return found


async def horizon(connection: Connection, since: Mark) -> Mark:
    """How far a copy can come now. Waits up to a minute for the transactions under way; should one stay open, what it writes
    is looked for from then on.
    """
    until = first_vid_of(time.time_ns() // 1_000_000) - 1
    last: int = await connection.fetchval(statements("feed")["next_transaction"])
    end = time.monotonic() + _WAIT_SECONDS
    while (barrier := await _oldest(connection)) < last and time.monotonic() < end:  # noqa: ASYNC110 - other processes' transactions tell nobody when they end
        await asyncio.sleep(_POLL_SECONDS)
    late_from = max(until - _LATEST_STAMP, 0) if barrier >= last else since.late_from
    return Mark(max(until, since.cursor), barrier, late_from)


async def count(connection: Connection, since: Mark, until: Mark) -> int:
    """How many versions lie between two marks."""
    number: int = await connection.fetchval(statements("feed")["count"], since.cursor, until.cursor)
    return number


async def window(connection: Connection, *, after: int, until: Mark, size: int) -> int | None:
    """The last `vid` of the next `size` versions; None when there are no more."""
    return await connection.fetchval(statements("feed")["window"], after, until.cursor, size)


async def changes(connection: Connection, *, after: int, last: int, until: Mark) -> Sequence[Change]:
    """What stands at `until` among the versions in a window."""
    return await _changes(connection, (after, last, until.cursor, str(_FIRST_TRANSACTION), str(until.barrier), after))


async def late(connection: Connection, since: Mark, until: Mark) -> Sequence[Change]:
    """What stands at `until` among the versions up to `since` that became visible after it."""
    bounds = (since.late_from, since.cursor, until.cursor, str(since.barrier), str(until.barrier), since.cursor)
    return await _changes(connection, bounds)


async def removals(connection: Connection, since: Mark, until: Mark) -> Sequence[tuple[str, int]]:
    """The versions that were removed for good between two marks: type and `vid`."""
    rows = await connection.fetch(statements("feed")["removals"], str(since.barrier), str(until.barrier))
    return [(row["type"], row["vid"]) for row in rows]


async def _oldest(connection: Connection) -> int:
    number: int = await connection.fetchval(statements("feed")["oldest_transaction"])
    return number


async def _changes(connection: Connection, bounds: tuple[int | str, ...]) -> Sequence[Change]:
    rows = await connection.fetch(statements("feed")["changes"], *bounds)
    names = ("type", "id", "vid", "version", "patient", "body", "follows")
    return [Change(*(row[name] for name in names)) for row in rows]
