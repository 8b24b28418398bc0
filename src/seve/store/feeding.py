"""The change feed: what came to stand in the store since a mark, for copies that follow it.

A mark is `vid`s and transactions. `vid`s give the order and the windows; but a version's `vid` is given before its transaction
commits, so that one may become visible after later ones were read. The transaction tells: those up to `barrier` have all ended.
What was seen is what they wrote; what comes late has a transaction from there on, and is found in the windows from `late_from`.

Who follows change by change (`arrivals`) has a place instead, in the order of transactions: nothing that is not final is read,
so that nothing comes late.
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
_WINDOW_BYTES = 32 * 2**20
"""Of documents as PostgreSQL compresses them: some four times as much in memory."""

_LATEST_STAMP = (10 * 60 * 1_000) << SHIFT
"""A version commits within ten minutes of its `vid`, or of the end of a transaction that was known to be open."""

_LAST_VID = 2**63 - 1
_ARRIVAL = ("xid", "vid", "ref", "version", "type", "id", "patient", "is_deletion", "before", "replaces")


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


@dataclass(frozen=True, slots=True)
class Place:
    """Everything up to this version of this transaction is seen, and all of earlier transactions."""

    xid: int
    vid: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A version that was committed. `before` is the version that it replaces, None for none; `replaces`: that was no deletion."""

    xid: int
    vid: int
    ref: int
    version: int
    type: str
    id: str
    patient: int
    is_deletion: bool
    before: int | None
    replaces: bool


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
    """The last `vid` of the next `size` versions, of fewer where they are large; None when there are no more."""
    return await connection.fetchval(statements("feed")["window"], after, until.cursor, size, _WINDOW_BYTES)


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


async def barrier(connection: Connection) -> int:
    """Transactions before this one have all ended. To be asked before anything that is decided by what they wrote, in a
    transaction that has not written yet.
    """
    return await _oldest(connection)


async def place(connection: Connection, follower: str) -> Place:
    """How far a follower is; a new one begins with the first transaction."""
    row = await connection.fetchrow(statements("feed")["place"], follower)
    row = row or await connection.fetchrow(statements("feed")["begin"], follower)
    assert row is not None
    return Place(row["xid"], row["vid"])


async def go_on(connection: Connection, follower: str, place: Place) -> None:
    """The follower has seen everything up to a place."""
    await connection.execute(statements("feed")["go_on"], follower, str(place.xid), place.vid)


async def arrivals(
    connection: Connection, since: Place, *, before: int, types: Sequence[str], limit: int
) -> tuple[list[Arrival], Place]:
    """What transactions before a barrier wrote after a place, and the place after that: by transaction, and each resource in
    the order of its versions. What is under way is not awaited: it comes next time.
    """
    if before <= since.xid:
        return [], since
    arguments = (str(since.xid), since.vid, str(before), list(types), limit)
    rows = await connection.fetch(statements("feed")["arrivals"], *arguments)
    if any(
        row["is_early"] for row in rows
    ):  # it replaces what stands in a transaction after one that is still under way
        return [], since
    last = Place(rows[-1]["xid"], rows[-1]["vid"]) if len(rows) == limit else Place(before - 1, _LAST_VID)
    return _in_order([Arrival(*(row[name] for name in _ARRIVAL)) for row in rows]), last


def _in_order(found: list[Arrival]) -> list[Arrival]:
    """Transactions that raced for a resource have numbers in the order of their beginnings, versions in that of their ends."""
    by_ref = dict[int, list[Arrival]]()
    for one in found:
        by_ref.setdefault(one.ref, []).append(one)
    queues = {ref: iter(sorted(ones, key=lambda one: one.version)) for ref, ones in by_ref.items()}
    return [next(queues[one.ref]) for one in found]


async def _oldest(connection: Connection) -> int:
    number: int = await connection.fetchval(statements("feed")["oldest_transaction"])
    return number


async def _changes(connection: Connection, bounds: tuple[int | str, ...]) -> Sequence[Change]:
    rows = await connection.fetch(statements("feed")["changes"], *bounds)
    names = ("type", "id", "vid", "version", "patient", "body", "follows")
    return [Change(*(row[name] for name in names)) for row in rows]
