"""The pytest plug-in: one embedded PostgreSQL a run, a database a worker, emptied for each test that asks for one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.fhir.definitions import core
from seve.jobs import schema
from seve.rest.app import FhirApp
from seve.rest.gate import OpenGate
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.migrate import prepare

BASE_URL = "http://sante.example/fhir"
_KEPT = ("migration", "setting")
_MANY = 2_000
_HASTY = "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--solution`: whose conformance is tested."""
    parser.addoption("--solution", default="", help="the id of the one solution that the conformance suite looks at")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of this worker's own database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    with tempfile.TemporaryDirectory(prefix="seve-test-") as directory:
        server = Embedded(Path(directory) / "postgres")
        server.start()
        try:
            yield server.url(f"seve_{worker}")
        finally:
            server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """An open store."""
    await prepare(postgres_url)
    await schema.prepare(postgres_url)
    opened = await Database.open(postgres_url)
    for (
        statement
    ) in _HASTY:  # this store needn't outlive a power cut; those of the crash tests are servers of their own
        await opened.pool.execute(statement)
    opened.identities = "test"
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_engine(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of the whole run."""
    keys = Keyring.open(tmp_path_factory.mktemp("keys"))
    return await Engine.open(database, core(), keys=keys, base_url=BASE_URL)


@pytest_asyncio.fixture(loop_scope="session")
async def engine(shared_engine: Engine) -> Engine:
    """An engine on an empty store."""
    await empty(shared_engine.database)
    return shared_engine


async def empty(database: Database) -> None:
    """Empties every table but those that say what the store is. Few rows are deleted: to truncate takes some 10 ms a table, and
    as long when it is empty already.
    """
    async with database.pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        names = [row["tablename"] for row in rows if row["tablename"] not in _KEPT]
        counts = [f'(SELECT count(*) FROM (SELECT FROM "{name}" LIMIT {_MANY}) s) AS "{name}"' for name in names]  # noqa: S608 - names of our own tables
        found = await connection.fetchrow(f"SELECT {', '.join(counts)}")
        assert found is not None
        used = {name: number for name, number in found.items() if number}
        await connection.execute("SET LOCAL session_replication_role = replica")  # the trail refuses, as it should
        for name in (name for name, number in used.items() if number < _MANY):
            await connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - as above
        if many := [f'"{name}"' for name, number in used.items() if number == _MANY]:
            await connection.execute(f"TRUNCATE {', '.join(many)} CASCADE")


@pytest_asyncio.fixture(loop_scope="session")
async def client(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """The FHIR API on an empty store, in process. Unexpected errors are raised, not answered."""
    transport = httpx.ASGITransport(app=FhirApp(engine, OpenGate()))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as opened:
        yield opened
