"""Opening a store with the packages in it: what the server and every command share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from seve.engine.engine import Engine
from seve.fhir.definitions import core
from seve.main.settings import Settings
from seve.store.database import Database
from seve.store.migrate import prepare


@contextmanager
def running_store(settings: Settings) -> Iterator[None]:
    """The embedded server runs within; one that ran before goes on after."""
    embedded = settings.embedded
    was_running = embedded is None or embedded.is_running
    if embedded and not was_running:
        embedded.start()
    try:
        yield
    finally:
        if embedded and not was_running:
            embedded.stop()


@asynccontextmanager
async def open_engine(settings: Settings, *, connections: int = 16) -> AsyncIterator[Engine]:
    """An engine on the store, brought up to date."""
    await prepare(settings.store_url)
    database = await Database.open(settings.store_url, connections=connections)
    try:
        yield await Engine.open(database, core(), base_url=settings.fhir_url)
    finally:
        await database.close()
