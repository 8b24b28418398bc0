"""Backup while others write, and restore into another cluster's transaction ids."""

import asyncio
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from tests.store.loads import PATIENT, RESOURCES, document, index_rows, loaded

from seve.engine.engine import Engine
from seve.fhir.definitions import core
from seve.rest.app import FhirApp
from seve.rest.gate import OpenGate
from seve.store import dumping, reindexing
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.testing.plugin import BASE_URL

SEARCHES: tuple[dict[str, str], ...] = ({"name": "lefevre"}, {"birthdate": "1980-02-03"}, {"name:contains": "evre"})


def _copy_of(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path + "_copy"))


async def _drop(url: str) -> None:
    connection = await dumping.connect(url)
    await connection.execute(f'DROP DATABASE IF EXISTS "{urlsplit(_copy_of(url)).path[1:]}" WITH (FORCE)')
    await connection.close()


async def _ids(client: httpx.AsyncClient, params: dict[str, str]) -> list[str]:
    found: dict[str, Any] = (await client.get("Patient", params={**params, "_count": "1000"})).json()
    return sorted(entry["resource"]["id"] for entry in found.get("entry", []))


async def test_a_backup_under_load_restores_every_write_acknowledged_before_it_began(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str, tmp_path: Path
) -> None:
    await _drop(postgres_url)
    acknowledged = list[str]()
    is_over = asyncio.Event()

    async def write(writer: int) -> None:
        number = 0
        while not is_over.is_set():
            id_ = f"w{writer}-{number}"
            assert (await client.put(f"Patient/{id_}", json={**PATIENT, "id": id_})).status_code == 201
            assert (await client.put(f"Patient/{id_}", json={**PATIENT, "id": id_, "active": True})).status_code == 200
            acknowledged.append(id_)
            number += 1

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    while len(acknowledged) < 100:
        await asyncio.sleep(0.01)
    before = list(acknowledged)
    await dumping.backup(postgres_url, tmp_path / "backup")
    is_over.set()
    await asyncio.gather(*writers)
    assert len(acknowledged) > len(before), "others went on writing"

    copy = _copy_of(postgres_url)
    await dumping.restore(copy, tmp_path / "backup", jobs=2, replaces=False)
    database = await Database.open(copy)
    try:
        restored = await Engine.open(database, core(), keys=Keyring.open(tmp_path / "keys"), base_url=BASE_URL)
        transport = httpx.ASGITransport(app=FhirApp(restored, OpenGate()))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as second:
            for id_ in before:
                body = (await second.get(f"Patient/{id_}")).json()
                assert (body["active"], body["meta"]["versionId"]) == (True, "2")
                assert (await second.get(f"Patient/{id_}/_history/1")).status_code == 200
            answers = [await _ids(second, search) for search in SEARCHES]
            assert set(before) <= set(answers[0])
            rows = await index_rows(database)
            async with database.pool.acquire() as connection:
                await reindexing.reindex(connection, restored.entries, wanted="x")
            assert await index_rows(database) == rows
            assert [await _ids(second, search) for search in SEARCHES] == answers
    finally:
        await database.close()
        await _drop(postgres_url)


async def test_a_store_with_content_is_not_overwritten_unless_it_is_asked_for(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str, tmp_path: Path
) -> None:
    await _drop(postgres_url)
    await loaded(postgres_url, document(*RESOURCES))
    await engine.database.pool.execute(
        "WITH account AS (INSERT INTO account (id, name) VALUES ('a', 'a')) INSERT INTO session (token, account, kind, role, person, "
        "organization, profession, related, delegated_by, purpose, client, patient, idle_seconds, expires, until) "
        "VALUES ('t', 'a', 'officer', '', '', '', '', '{}', '', '', '', '', 0, now() + interval '1 day', now() + interval '1 day')"
    )
    await dumping.backup(postgres_url, tmp_path / "backup")
    copy = _copy_of(postgres_url)
    await dumping.restore(copy, tmp_path / "backup", jobs=1, replaces=False)
    with pytest.raises(dumping.DumpError, match="not empty"):
        await dumping.restore(copy, tmp_path / "backup", jobs=1, replaces=False)
    await dumping.restore(copy, tmp_path / "backup", jobs=1, replaces=True)
    connection = await dumping.connect(copy)
    assert await connection.fetchval("SELECT count(*) FROM version") == len(RESOURCES)
    assert await connection.fetchval("SELECT bool_and(xid = '3'::xid8) FROM version")
    assert not await connection.fetchval("SELECT count(*) FROM setting WHERE name = 'page_secret'")
    assert await connection.fetchval("SELECT bool_and(ended IS NOT NULL) FROM session"), (
        "nobody is signed in by a backup"
    )
    await connection.close()
    await _drop(postgres_url)


@pytest.fixture
def no_backup(tmp_path: Path) -> Path:
    (tmp_path / "no-backup").write_text("something else")
    return tmp_path / "no-backup"


async def test_a_file_that_is_no_backup_leaves_the_store_as_it_was(
    engine: Engine, postgres_url: str, no_backup: Path
) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    with pytest.raises(dumping.DumpError, match="pg_restore"):
        await dumping.restore(postgres_url, no_backup, jobs=1, replaces=True)
    assert await engine.database.pool.fetchval("SELECT count(*) FROM version") == len(RESOURCES)


async def test_a_backup_is_for_its_owner_only(engine: Engine, postgres_url: str, tmp_path: Path) -> None:
    await dumping.backup(postgres_url, tmp_path / "backup")
    assert [(file.name, file.stat().st_mode & 0o777) for file in os.scandir(tmp_path)] == [("backup", 0o600)]
