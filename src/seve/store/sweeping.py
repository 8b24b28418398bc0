"""Index rows of versions that were replaced long ago are deleted; the versions themselves stay.

Page links pin a snapshot in which those versions may still be in force: the setting `horizon`, a transaction id, says from
where on a link can be honoured. It is raised before rows are deleted, and read after a page was, so that no page lacks them
unnoticed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.entries import Entries
from seve.kernel.identifiers import first_vid_of
from seve.store.copying import INDEX_TABLES
from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool

DAY_SECONDS = 86_400
_BATCH = 500
_LOCK = 0x5EFE_0002
_SWEPT = "swept"


async def horizon(connection: Connection | Pool) -> int:
    """The first transaction id that every honoured page link has behind it; 0 when nothing was ever swept."""
    return await connection.fetchval(statements("sweep")["horizon"]) or 0


async def is_past(connection: Connection | Pool, snapshot: str) -> bool:
    """Whether index rows that a pg_snapshot needs may have been swept."""
    return int(snapshot.partition(":")[0]) < await horizon(connection)


async def raise_horizon(connection: Connection, xid: int) -> None:
    """Page links older than a transaction are over."""
    await connection.execute(statements("sweep")["raise_horizon"], xid)


async def sweep(
    connection: Connection, entries_of: Callable[[Resource], Entries], *, older_than_seconds: float = DAY_SECONDS
) -> int:
    """Deletes the index rows of versions replaced longer ago than that, and says of how many. 0 when another sweeps."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        return 0
    try:
        before = first_vid_of(int((time.time() - older_than_seconds) * 1_000))
        after, number = int(await connection.fetchval(statements("loading")["get"], _SWEPT) or 0), 0
        while rows := await connection.fetch(statements("sweep")["batch"], after, before, _BATCH):
            await raise_horizon(connection, max(row["ended"] for row in rows) + 1)
            after, number = rows[-1]["successor"], number + len(rows)
            async with connection.transaction():
                await _delete(connection, rows, entries_of)
                await connection.execute(statements("loading")["set"], _SWEPT, str(after))
        if before > after:
            await connection.execute(statements("loading")["set"], _SWEPT, str(before - 1))
        return number
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _delete(
    connection: Connection, rows: list[asyncpg.Record], entries_of: Callable[[Resource], Entries]
) -> None:
    keys, vids = list[int](), list[int]()
    for row in rows:
        if row["body"] is not None:
            postings = entries_of(parse(row["body"].encode())).postings
            keys += postings
            vids += [row["vid"]] * len(postings)
    await connection.execute(statements("sweep")["delete_postings"], keys, vids)
    for table in INDEX_TABLES:
        if table != "posting":  # it has no index by vid
            sql = f"DELETE FROM {table} WHERE vid = ANY ($1::bigint[])"  # noqa: S608 - our own tables
            await connection.execute(sql, [row["vid"] for row in rows])
