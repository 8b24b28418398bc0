"""doctor: look at the machine and the store, and say what is wrong and the way out.

The exit code is 1 when there is a problem. Nothing is changed, but for starting the embedded server when it isn't running.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg
import psutil

from seve.main.commands.serve import check_address
from seve.main.holding import running_store
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import definitions_of
from seve.store import dumping, indexes, loading, reindexing
from seve.store.embedded import EmbeddedServerError
from seve.store.migrate import unapplied

if TYPE_CHECKING:
    from seve.store.database import Connection

_FREE_BYTES = 5 * 2**30
_MEMORY_BYTES = 2 * 2**30
_CLOCK_SECONDS = 5.0
_YEAR_2025 = 1_735_689_600


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, and when something is wrong the way out."""

    text: str
    way_out: str = ""

    def __str__(self) -> str:
        return f"problem  {self.text}: {self.way_out}" if self.way_out else f"ok       {self.text}"


def declare(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Looks at everything it can reach."""
    del options
    is_well = True
    for finding in _findings():
        say(str(finding))
        is_well = is_well and not finding.way_out
    return 0 if is_well else 1


def _findings() -> Iterator[Finding]:
    try:
        settings = Settings.read()
    except ValueError as error:
        yield Finding("settings", str(error))
        return
    yield Finding("settings")
    yield from _machine()
    yield _port(settings)
    if settings.embedded:
        folder = _folder(settings)
        yield folder
        if folder.way_out:
            return
        yield _disk(settings)
    try:
        with running_store(settings):
            yield from asyncio.run(_store(settings))
    except (EmbeddedServerError, asyncpg.PostgresError, OSError) as error:
        yield Finding(
            "database", f"{error} (look into {settings.data / 'postgres' / 'server.log'}, or check SEVE_DATABASE_URL)"
        )


def _machine() -> Iterator[Finding]:
    memory = psutil.virtual_memory()
    text = f"memory: {memory.available // 2**20:,} MB available"
    yield Finding(
        text, "" if memory.available > _MEMORY_BYTES else "Sève wants 2 GB; stop other programs or add memory"
    )
    text = time.strftime("clock: %Y-%m-%d %H:%M:%S UTC", time.gmtime())
    yield Finding(
        text, "" if time.time() > _YEAR_2025 else "the clock is wrong; versions are dated by it: set it first"
    )


def _port(settings: Settings) -> Finding:
    try:
        check_address("127.0.0.1", settings.port, is_open=True)
    except OSError as error:
        return Finding(f"port {settings.port}", f"{error}; it may be this Sève, running")
    return Finding(f"port {settings.port} is free")


def _folder(settings: Settings) -> Finding:
    place = settings.data
    while not place.exists():
        place = place.parent
    is_writable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    way_out = (
        "" if is_writable else f"{place} can't be written: change its permissions, or set SEVE_DATA to another folder"
    )
    return Finding(f"data folder {settings.data}", way_out)


def _disk(settings: Settings) -> Finding:
    place = settings.data
    while not place.exists():
        place = place.parent
    free = psutil.disk_usage(str(place)).free
    way_out = "" if free > _FREE_BYTES else "less than 5 GB: make room, PostgreSQL stops when the disk is full"
    return Finding(f"disk: {free // 2**30:,} GB free", way_out)


async def _store(settings: Settings) -> list[Finding]:
    try:
        connection = await dumping.connect(settings.store_url)
    except asyncpg.InvalidCatalogNameError:
        return [Finding("database: running; the store will be made at the first start")]
    try:
        return [finding async for finding in _of_store(connection)]
    finally:
        await connection.close()


async def _of_store(connection: Connection) -> AsyncIterator[Finding]:
    yield Finding(f"database: PostgreSQL {await connection.fetchval('SHOW server_version')}")
    yield await _clock(connection)
    missing, ahead = await unapplied(connection)
    if ahead:
        yield Finding("version", f"the store was written by a newer Sève (migration {max(ahead)}): install that one")
    elif missing:
        yield Finding(f"version: {len(missing)} migrations to come at the next start")
    else:
        yield Finding("version: up to date")
        yield await _loads(connection)
        is_due = await reindexing.is_due(connection, reindexing.fingerprint(await definitions_of(connection)))
        yield Finding("search index", "made with other search parameters: run `seve reindex`" if is_due else "")


async def _loads(connection: Connection) -> Finding:
    gone = await indexes.missing(connection)
    if not await indexes.lock(connection):
        return Finding("loads: one is under way")
    if gone:
        way_out = "give the same `seve load` again, or start `seve serve`, which makes them"
        return Finding(f"indexes: a load was stopped half-way, {len(gone)} are missing", way_out)
    is_half = await loading.is_under_way(connection)
    return Finding("indexes and loads", "a load was stopped half-way: give the same command again" if is_half else "")


async def _clock(connection: Connection) -> Finding:
    theirs: float = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
    apart = abs(theirs - time.time())
    way_out = "" if apart < _CLOCK_SECONDS else "this machine and the database's disagree: synchronise both (NTP)"
    return Finding(f"clocks are {apart:.1f} s apart", way_out)
