"""Index rows made anew from the documents, while the server runs: a batch a transaction, only what differs is written.

So searches by parameters that stay the same are right throughout. Versions that were replaced before the start lose their
rows. A killed reindex goes on where it was: the setting `reindex` keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.definitions import Definitions
from seve.fhir.search.entries import Entries
from seve.store.copying import COLUMNS, INDEX_TABLES, CopyRows, VersionRow
from seve.store.queries import statements
from seve.store.sweeping import raise_horizon

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool

INDEX_FORMAT = 5
"""Raised whenever the rows that a resource gives change for another reason than its SearchParameters."""

_BATCH = 500
_ATTEMPTS = 20
LOCK = 0x5EFE_0003
_PARAMETERS, _PLACE = "parameters", "reindex"
_TELLING = ("url", "code", "base", "type", "expression", "component", "target")


class Place(msgspec.Struct, frozen=True):
    """Where a reindex is: for which fingerprint and type, behind which version, and from which horizon."""

    fingerprint: str
    type: str
    horizon: str
    after: int = 0


class ReindexRunningError(RuntimeError):
    """Another process is at it."""

    def __init__(self) -> None:
        super().__init__("another process is reindexing this store")


def fingerprint(definitions: Definitions) -> str:
    """What the index rows depend on: the search parameters in force, and the format."""
    parameters = definitions.resources("SearchParameter")
    telling = [{key: parameters[url].get(key) for key in _TELLING} for url in sorted(parameters)]
    return blake2b(encode_json([INDEX_FORMAT, telling]), digest_size=16).hexdigest()


async def is_due(connection: Connection | Pool, wanted: str) -> bool:
    """Whether the index was made with other parameters; an empty store takes the new ones at once."""
    found: str | None = await connection.fetchval(statements("loading")["get"], _PARAMETERS)
    if found == wanted:
        return False
    if not await connection.fetchval(statements("loading")["is_empty"]):
        return True
    await connection.execute(statements("loading")["set"], _PARAMETERS, wanted)
    return False


async def reindex(
    connection: Connection,
    entries_of: Callable[[Resource], Entries],
    *,
    wanted: str,
    type_: str = "",
    tell: Callable[[int], None] = lambda _: None,
) -> int:
    """Reindexes one type or ("" ) everything, and says how many versions it looked at; `tell` hears each batch.

    Raises ReindexRunningError.
    """
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        raise ReindexRunningError
    try:
        await _prepare(connection)
        place, number = await _begin(connection, wanted, type_), 0
        while batch := await _batch(connection, place):
            place = Place(place.fingerprint, place.type, place.horizon, batch[-1]["vid"])
            await _renew(connection, batch, entries_of, place)
            number += len(batch)
            tell(len(batch))
        await _end(connection, place)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    return number


async def count(connection: Connection, type_: str) -> int:
    """How many versions there are to look at."""
    number: int = await connection.fetchval(statements("reindex")["count"], type_)
    return number


async def _prepare(connection: Connection) -> None:
    if await connection.fetchval(statements("reindex")["is_posting_index_broken"]):
        await connection.execute(statements("reindex")["drop_posting_index"])
    await connection.execute(statements("reindex")["make_posting_index"])
    for table in COLUMNS:
        await connection.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS fresh_{table} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
        )
        await connection.execute(f"CREATE INDEX IF NOT EXISTS fresh_{table}_by_vid ON fresh_{table} (vid)")


async def _begin(connection: Connection, wanted: str, type_: str) -> Place:
    found: str | None = await connection.fetchval(statements("loading")["get"], _PLACE)
    place = msgspec.json.decode(found, type=Place) if found else None
    if place and (place.fingerprint, place.type) == (wanted, type_):
        return place
    horizon: str = await connection.fetchval(statements("reindex")["oldest_running"])
    await raise_horizon(connection, int(horizon))
    return Place(wanted, type_, horizon)


async def _batch(connection: Connection, place: Place) -> list[asyncpg.Record]:
    return await connection.fetch(statements("reindex")["batch"], place.after, place.type, place.horizon, _BATCH)


async def _renew(
    connection: Connection, batch: list[asyncpg.Record], entries_of: Callable[[Resource], Entries], place: Place
) -> None:
    rows = CopyRows()
    for row in batch:
        if not row["is_gone"]:
            version = VersionRow(
                *(row[name] for name in ("vid", "ref", "version", "type", "id", "method", "body", "author"))
            )
            rows.add_version(version, entries_of(parse(row["body"].encode())))
    for attempt in range(_ATTEMPTS):
        try:
            async with connection.transaction():
                await _replace(connection, rows, [row["vid"] for row in batch])
                text = msgspec.json.encode(place).decode()
                await connection.execute(statements("loading")["set"], _PLACE, text)
        except asyncpg.DeadlockDetectedError:  # with a batch of writes, which goes on
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


async def _replace(connection: Connection, rows: CopyRows, vids: list[int]) -> None:
    await rows.write(connection, prefix="fresh_")
    await connection.execute(statements("reindex")["update_versions"])
    await connection.execute(statements("reindex")["lock_reaches"])  # so that no version ends unseen meanwhile
    await connection.execute(statements("reindex")["delete_reaches"], vids)
    await connection.execute(statements("reindex")["insert_reaches"])
    for table in INDEX_TABLES:
        columns = ", ".join(COLUMNS[table])
        old, new = (", ".join(f"{alias}.{column}" for column in COLUMNS[table]) for alias in "tf")
        await connection.execute(
            f"DELETE FROM {table} t WHERE vid = ANY ($1::bigint[]) AND NOT EXISTS "  # noqa: S608 - our own tables and columns
            f"(SELECT FROM fresh_{table} f WHERE f.vid = t.vid AND ROW({new}) IS NOT DISTINCT FROM ROW({old}))",
            vids,
        )
        await connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh_{table} "  # noqa: S608 - our own tables and columns
            f"EXCEPT SELECT {columns} FROM {table} WHERE vid = ANY ($1::bigint[])",
            vids,
        )


async def _end(connection: Connection, place: Place) -> None:
    await connection.execute(statements("reindex")["drop_posting_index"])
    async with connection.transaction():
        if not place.type:
            await connection.execute(statements("loading")["set"], _PARAMETERS, place.fingerprint)
        await connection.execute(statements("loading")["unset"], _PLACE)
