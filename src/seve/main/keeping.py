"""What a server does beside serving, in a process of its own: finishes a killed load, reindexes when due, sweeps hourly,
and watches over the audit trail: seals it, purges it, looks for what is odd.

Several servers on one store do it once: each task has a lock in the database, and each goes on where it was killed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import asyncpg

from seve.engine.audit.watch import Watch
from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.search.entries import Entries
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.main.child import settle_in
from seve.main.settings import Settings
from seve.main.wiring import definitions_of
from seve.store import dumping, indexes, loading, reindexing, sweeping
from seve.store.audit import sealing
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.database import Database

if TYPE_CHECKING:
    from seve.store.database import Connection

_HOUR_SECONDS = 3_600.0
_RETRY_SECONDS = 60.0
_WATCH_CONNECTIONS = 3
_NICE = 5
"""Those who are served come first."""


@contextmanager
def keeper(settings: Settings) -> Generator[None, None, None]:
    """The process works within."""
    process = multiprocessing.get_context("spawn").Process(target=_keep, args=(settings,), daemon=True, name="keeper")
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
        asyncio.run(_seal_last(settings))


async def _seal_last(settings: Settings) -> None:
    """Nothing stays without a seal while no server runs."""
    try:
        connection = await dumping.connect(settings.store_url)
        try:
            await sealing.seal_all(connection, Keyring.open(settings.keys))
        finally:
            await connection.close()
    except (OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"seve: the last entries of the audit trail have no seal yet: {error}", file=sys.stderr)  # noqa: T201 - told to who runs the server


def extraction(definitions: Definitions, settings: Settings) -> Callable[[Resource], Entries]:
    """How a resource is indexed under some definitions."""
    return partial(extract, parameters=SearchParameters(definitions), base_url=settings.fhir_url)


async def keep(connection: Connection, settings: Settings) -> None:
    """Does once what is due."""
    if await indexes.missing(connection) and await indexes.lock(connection):
        await indexes.make(settings.store_url)
        await loading.vacuum(connection)
        await indexes.unlock(connection)
    definitions = await definitions_of(connection)
    entries_of = extraction(definitions, settings)
    wanted = reindexing.fingerprint(definitions)
    if await reindexing.is_due(connection, wanted):
        await reindexing.reindex(connection, entries_of, wanted=wanted)
    await sweeping.sweep(connection, entries_of)


def _keep(settings: Settings) -> None:
    settle_in()
    os.nice(_NICE)
    asyncio.run(_all(settings))


async def _all(settings: Settings) -> None:
    await asyncio.gather(_keep_on(settings), _watch_on(settings))


async def _watch_on(settings: Settings) -> None:
    """The watch over the audit trail, on connections of its own; while there is no database, it waits for one."""
    while True:
        try:
            database = await Database.open(settings.store_url, connections=_WATCH_CONNECTIONS)
            keys = Keyring.open(settings.keys)
            await Watch(
                database,
                Ledger(database, keys),
                keys,
                seal_seconds=settings.seal_seconds,
                retention_days=settings.audit_days,
            ).run()
        except (OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            print(f"seve: the audit watch will begin again: {error}", file=sys.stderr)  # noqa: T201 - told to who runs the server
            await asyncio.sleep(_RETRY_SECONDS)


async def _keep_on(settings: Settings) -> None:
    while True:
        try:
            connection = await dumping.connect(settings.store_url)
            try:
                await keep(connection, settings)
            finally:
                await connection.close()
        except (OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            print(f"seve: upkeep will be tried again: {error}", file=sys.stderr)  # noqa: T201 - told to who runs the server
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            await asyncio.sleep(_HOUR_SECONDS)
