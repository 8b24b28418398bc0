"""Events that wait for a subscription, in order; those that left keep their number for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.store.queries import statements
from seve.store.reading import Stored
from seve.store.search.arguments import Statement

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool
    from seve.store.grant import Grant


@dataclass(frozen=True, slots=True)
class Event:
    """A version that a subscription is to hear of. `number` is None until it is about to leave."""

    place: int
    vid: int
    number: int | None


async def add(connection: Connection, found: Sequence[tuple[str, int]]) -> None:
    """Pairs of a subscription and a `vid`, in order; who sends them is woken at the commit."""
    ids, vids = [id_ for id_, _ in found], [vid for _, vid in found]
    await connection.execute(statements("subscription")["add_events"], ids, vids)
    await connection.execute(statements("subscription")["tell_events"])


async def waiting(pool: Pool, id_: str, *, most: int) -> list[Event]:
    """The next events of a subscription."""
    rows = await pool.fetch(statements("subscription")["waiting"], id_, most)
    return [Event(row["place"], row["vid"], row["number"]) for row in rows]


async def visible(pool: Pool, grant: Grant, vids: Sequence[int]) -> Mapping[int, Stored]:
    """The versions that a grant sees now, by `vid`."""
    statement = Statement(grant)
    sql = statement.filled(statements("subscription")["visible"], list(vids))
    rows = await pool.fetch(sql, *statement.arguments)
    return {
        row["vid"]: Stored(
            row["type"], row["id"], row["vid"], row["version"], row["method"], row["body"], row["patient"]
        )
        for row in rows
    }


async def number(pool: Pool, id_: str, numbers: Mapping[int, int], *, total: int) -> None:
    """Gives numbers to events by place; 0 withholds one for good. `total` is the highest there is then."""
    places, given = list(numbers), list(numbers.values())
    await pool.execute(statements("subscription")["number"], id_, places, given, total)


async def sent(pool: Pool, id_: str, places: Sequence[int]) -> None:
    """Events that were taken."""
    await pool.execute(statements("subscription")["sent"], id_, list(places))


async def numbered(pool: Pool, id_: str, *, first: int, last: int, limit: int) -> list[tuple[int, int]]:
    """Events that have a number within bounds: `vid` and number."""
    rows = await pool.fetch(statements("subscription")["numbered"], id_, first, last, limit)
    return [(row["vid"], row["number"]) for row in rows]


async def purge(pool: Pool, *, older_than_seconds: float) -> None:
    """Forgets events that were sent that long ago."""
    await pool.execute(statements("subscription")["purge"], older_than_seconds)
