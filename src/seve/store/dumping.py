"""Taking data out, and a whole store back in: NDJSON by type, and dumps of PostgreSQL's own tools."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from seve.store.embedded import binaries
from seve.store.migrate import create_database, migrate
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection

_PREFETCH = 500
_SESSION = {"application_name": "seve", "statement_timeout": "0", "jit": "off"}


class DumpError(RuntimeError):
    """A program of PostgreSQL failed, or the store isn't empty; the message says which and why."""


async def connect(url: str) -> Connection:
    """A connection that may take its time."""
    return await asyncpg.connect(url, server_settings=_SESSION)


async def types(connection: Connection, *, with_history: bool) -> list[str]:
    """The types that have anything to export."""
    return [row["type"] for row in await connection.fetch(statements("dump")["types"], with_history)]


async def count(connection: Connection, types_: Sequence[str], *, with_history: bool) -> int:
    """How many documents an export gives."""
    number: int = await connection.fetchval(statements("dump")["count"], list(types_), with_history)
    return number


async def is_bare(connection: Connection) -> bool:
    """Whether nothing is in the store, or only the beginning of a load."""
    is_empty = await connection.fetchval(statements("loading")["is_empty"])
    return is_empty or bool(await connection.fetchval(statements("loading")["is_under_way"]))


async def documents(connection: Connection, type_: str, *, with_history: bool) -> AsyncIterator[str]:
    """The documents of a type, the oldest first; within a transaction. Deletions have none."""
    async for row in connection.cursor(statements("dump")["bodies"], type_, with_history, prefetch=_PREFETCH):
        yield row["body"]


async def backup(url: str, file: Path) -> None:
    """Writes the state at this moment into one file, while others read and write. Raises DumpError."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.touch(mode=0o600)
        await _run("pg_dump", "--format=custom", "--compress=gzip:1", "--no-owner", f"--file={partial}", url=url)
        _flush(partial)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


async def restore(url: str, file: Path, *, jobs: int, replaces: bool) -> None:
    """Makes the store from a backup, in a database beside it that takes its place once it is complete.

    Raises DumpError when the store isn't empty and `replaces` is not asked for, or when the file is no backup.
    """
    if not replaces and not await _is_empty(url):
        raise DumpError("the store is not empty: nothing was restored (--replace overwrites it)")
    beside = _beside(url)
    await _drop(url, _name(beside))
    await create_database(beside)
    try:
        for section in ("pre-data", "data"):
            await _restore_section(beside, file, section, jobs=jobs)
        await _adopt(beside)
        await _restore_section(beside, file, "post-data", jobs=jobs)
        await _settle(beside)
    except BaseException:
        await _drop(url, _name(beside))
        raise
    await _take_place(url, _name(beside))


async def _restore_section(url: str, file: Path, section: str, *, jobs: int) -> None:
    options = ("--no-owner", "--exit-on-error", f"--jobs={jobs}", f"--section={section}")
    await _run("pg_restore", *options, str(file), url=url)


async def _adopt(url: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statements("dump")["new_cluster"])
        await connection.execute(statements("dump")["forget_cluster"])
        if await connection.fetchval("SELECT to_regclass('removal') IS NOT NULL"):  # not in backups of older versions
            await connection.execute(statements("dump")["new_cluster_of_removals"])
        if await connection.fetchval("SELECT to_regclass('follower') IS NOT NULL"):
            await connection.execute(statements("dump")["new_cluster_of_followers"])
        if await connection.fetchval("SELECT to_regclass('session') IS NOT NULL"):  # not in backups of older versions
            await connection.execute(statements("dump")["end_sessions"])
    finally:
        await connection.close()


async def _settle(url: str) -> None:
    connection = await connect(url)
    try:
        await migrate(connection)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _is_empty(url: str) -> bool:
    try:
        connection = await connect(url)
    except asyncpg.InvalidCatalogNameError:
        return True
    try:
        is_made = await connection.fetchval("SELECT to_regclass('version') IS NOT NULL")
        return not is_made or bool(await connection.fetchval(statements("loading")["is_empty"]))
    finally:
        await connection.close()


async def _take_place(url: str, beside: str) -> None:
    connection = await asyncpg.connect(url, database="postgres", server_settings=_SESSION)
    try:
        await _drop(url, _name(url))
        await connection.execute(f"ALTER DATABASE {_quoted(beside)} RENAME TO {_quoted(_name(url))}")
    finally:
        await connection.close()


async def _drop(url: str, name: str) -> None:
    connection = await asyncpg.connect(url, database="postgres", server_settings=_SESSION)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
    finally:
        await connection.close()


async def _run(program: str, *arguments: str, url: str) -> None:
    parts = urlsplit(url)
    environment = {**os.environ, "PGAPPNAME": "seve", "PGOPTIONS": "-c statement_timeout=0"}
    if parts.password:  # not among the arguments, which every user of the machine can see
        environment["PGPASSWORD"] = unquote(parts.password)
        url = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@", 1)))
    ran = await asyncio.create_subprocess_exec(
        str(binaries() / program), f"--dbname={url}", *arguments, stderr=asyncio.subprocess.PIPE, env=environment
    )
    _, problems = await ran.communicate()
    if ran.returncode:
        raise DumpError(f"{program}: {problems.decode(errors='replace').strip()[:2_000]}")


def _flush(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _beside(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{_name(url)}_restoring"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
