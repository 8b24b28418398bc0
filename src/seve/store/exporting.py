"""What an export finds: a type in windows of versions by their time, as it was at one moment.

An export shows the store at `until`, the last `vid` it knows: a version counts when nothing replaced it until then. That holds
for as long as the work takes, in any process and after any restart, where a database snapshot would end with its transaction.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.fhir.search.query import Criterion
from seve.kernel.identifiers import millisecond_of
from seve.store.queries import statements
from seve.store.search.arguments import Statement
from seve.store.search.conditions import conditions

if TYPE_CHECKING:
    from seve.store.database import Pool
    from seve.store.grant import Grant

_SETTLING_SECONDS = 0.25
_LONGEST_WRITE_SECONDS = 60.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Window:
    """The versions of a type with `after` < vid <= `last`."""

    type: str
    after: int
    last: int


async def settle(pool: Pool, *, until: int) -> None:
    """Waits until all that was to be written by `until` is: what has its number already but is not committed yet.

    A quarter of a second covers the time from number to transaction; then every transaction under way must end, which our own
    writes do within a minute.
    """
    await asyncio.sleep(max(0.0, millisecond_of(until) / 1_000 + _SETTLING_SECONDS - time.time()))
    barrier: int = await pool.fetchval(statements("task")["next_transaction"])
    end = time.monotonic() + _LONGEST_WRITE_SECONDS
    while await pool.fetchval(statements("task")["oldest_transaction"]) < barrier and time.monotonic() < end:  # noqa: ASYNC110 - other processes' transactions tell nobody when they end
        await asyncio.sleep(_POLL_SECONDS)


async def window(pool: Pool, *, type_: str, after: int, until: int, size: int) -> Window | None:
    """The next `size` versions of a type; None when there are no more."""
    last = await pool.fetchval(statements("task")["window"], type_, after, until, size)
    return None if last is None else Window(type_, after, last)


async def matching(
    pool: Pool, grant: Grant, window_: Window, *, criteria: tuple[Criterion, ...], until: int, is_of_patients: bool
) -> list[tuple[int, int]]:
    """The `vid`s in a window that were in force at `until` and meet the criteria, each with the key of its patient (0: none);
    only those of patients when asked.
    """
    statement = Statement(grant, until=until)
    bounds = f"v.type = {statement.bind(window_.type, 'text')} AND v.vid > {statement.bind(window_.after, 'bigint')}"
    bounds += f" AND v.vid <= {statement.bind(window_.last, 'bigint')}"
    scope = "v.patient <> 0" if is_of_patients else "true"
    tests = conditions(criteria, statement, "v")
    sql = f"SELECT v.vid, v.patient FROM version v WHERE {bounds} AND {scope} AND {statement.current('v')} AND {tests} ORDER BY v.vid"  # noqa: S608 - values are arguments
    return [(row["vid"], row["patient"]) for row in await pool.fetch(sql, *statement.arguments)]


async def documents(pool: Pool, vids: Sequence[int]) -> list[str]:
    """The documents of versions that `matching` let through, by `vid`."""
    return [row["body"] for row in await pool.fetch(statements("task")["documents"], list(vids))]


async def deletions(pool: Pool, grant: Grant, window_: Window, *, until: int) -> Sequence[tuple[int, str]]:
    """The deletions in a window that still held at `until`, each with the document that was deleted."""
    statement = Statement(grant)
    sql = statement.filled(statements("task")["deletions"], window_.type, window_.after, window_.last, until)
    rows = await pool.fetch(sql, *statement.arguments)
    return [(row["vid"], row["body"]) for row in rows]
