"""Migrations: numbered SQL files, applied forward, each in its own transaction. Together they are the schema.

Until the first release a change edits the file that made its table; from then on files are only added.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg

if TYPE_CHECKING:
    from seve.store.database import Connection

_LOCK = 0x5EFE  # one process migrates, the others wait


async def prepare(url: str) -> int:
    """Creates the database when it is missing, brings it up to date, and says how many migrations ran."""
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InvalidCatalogNameError:
        await create_database(url)
        connection = await asyncpg.connect(url)
    try:
        return await migrate(connection)
    finally:
        await connection.close()


async def migrate(connection: Connection) -> int:
    """Applies what is missing. Raises NewerStoreError when the store is ahead of this program."""
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        missing, ahead = await unapplied(connection)
        if ahead:
            raise NewerStoreError(max(ahead))
        for number, (name, sql) in missing.items():
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute("INSERT INTO migration (number, name) VALUES ($1, $2)", number, name)
        return len(missing)
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def unapplied(connection: Connection) -> tuple[dict[int, tuple[str, str]], set[int]]:
    """The migrations that the store lacks, in order, and the numbers of those that only a newer program knows."""
    known = await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL")
    done = {row["number"] for row in await connection.fetch("SELECT number FROM migration")} if known else set[int]()
    available = dict(_migrations())
    missing = {number: available[number] for number in sorted(available.keys() - done)}
    return missing, done - available.keys()


class NewerStoreError(RuntimeError):
    """The store was written by a newer Sève: this one must not touch it."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"the store has migration {number}, which this version of Sève does not know; install a newer version"
        )


def _migrations() -> Iterator[tuple[int, tuple[str, str]]]:
    for file in resources.files("seve.store").joinpath("migrations").iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            yield int(number), (name, file.read_text(encoding="utf-8"))


async def create_database(url: str) -> None:
    """Creates the database of a URL, unless another process was quicker."""
    name = urlsplit(url).path.lstrip("/")
    connection = await asyncpg.connect(url, database="postgres")
    try:
        quoted = name.replace('"', '""')
        await connection.execute(f"CREATE DATABASE \"{quoted}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    except asyncpg.DuplicateDatabaseError:
        pass  # another process was quicker
    finally:
        await connection.close()
