"""A lake follows the store: what changed comes, what is deleted goes, what commits late is not lost, a killed sync goes on."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from deltalake import DeltaTable
from tests.spec.asking import PATIENT, make, observation, ok

from seve.lake.tables.documents import Lake
from seve.lake.tables.refusals import LakeUnwritable, OtherStore
from seve.main.lake.syncing import Synced, sync
from seve.main.progress import Progress
from seve.store import dumping
from seve.store.database import Database
from seve.store.queries import statements
from seve.store.rights import retention

KILLED = """
import asyncio, os, sys
from seve.lake.tables.documents import Lake
from seve.main.lake.syncing import sync
from seve.main.progress import Progress
from seve.store import dumping

left = int(sys.argv[3])
really_add = Lake.add

def add(self, rows, state):
    global left
    really_add(self, rows, state)
    left -= 1
    if not left:
        os.kill(os.getpid(), 9)

Lake.add = add

async def main():
    connection = await dumping.connect(sys.argv[1])
    await sync(connection, sys.argv[2], progress=Progress("lake"), window=5)

asyncio.run(main())
"""


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database: Database, postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await dumping.connect(postgres_url)
    yield opened
    await opened.close()


async def synced(connection: asyncpg.Connection, url: Path | str, *, window: int = 20_000) -> Synced:
    return await sync(connection, str(url), progress=Progress("lake"), window=window)


def standing(url: Path | str, snapshot: str = "") -> dict[str, dict]:
    lake = Lake.open(str(url))
    return {
        f"{row['type']}/{row['id']}": json.loads(row["document"])
        for type_ in lake.types(snapshot=snapshot)
        for batch in lake.documents(type_, snapshot=snapshot)
        for row in batch.to_pylist()
    }


async def stored(connection: asyncpg.Connection) -> dict[str, dict]:
    rows = await connection.fetch("SELECT type, id, body FROM version WHERE ended IS NULL AND body IS NOT NULL")
    return {f"{row['type']}/{row['id']}": json.loads(row["body"]) for row in rows}


async def test_a_lake_follows_creates_updates_and_deletes(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    anne, paul = await make(client, PATIENT), await make(client, PATIENT)
    weight = await make(client, observation(anne["id"]))
    assert (await synced(connection, tmp_path)).resources == 3
    assert standing(tmp_path) == await stored(connection)
    await ok(await client.put(f"Patient/{anne['id']}", json={**anne, "gender": "other"}))
    await client.delete(f"Observation/{weight['id']}")
    short_lived = await make(client, PATIENT)
    await client.delete(f"Patient/{short_lived['id']}")
    assert (await synced(connection, tmp_path)).resources == 3
    assert standing(tmp_path) == await stored(connection)
    assert set(standing(tmp_path)) == {f"Patient/{anne['id']}", f"Patient/{paul['id']}"}
    assert (await synced(connection, tmp_path)).resources == 0


async def test_a_snapshot_stays_while_the_lake_goes_on(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    anne = await make(client, PATIENT)
    await synced(connection, tmp_path)
    Lake.open(str(tmp_path)).snapshot("2026-01")
    then = standing(tmp_path)
    await client.delete(f"Patient/{anne['id']}")
    await synced(connection, tmp_path)
    assert standing(tmp_path) == {}
    assert standing(tmp_path, "2026-01") == then


async def test_a_version_that_becomes_visible_after_later_ones_were_exported_comes_with_the_next_sync(
    client: httpx.AsyncClient,
    connection: asyncpg.Connection,
    postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("seve.store.feeding._WAIT_SECONDS", 0.2)
    anne = await make(client, PATIENT)
    writer = await dumping.connect(postgres_url)
    copied = "INSERT INTO version SELECT vid - 1, ref + 1, version, patient, type, 'late', method, pg_current_xact_id(), NULL, body, present, author, veil, kind FROM version WHERE id = $1"
    transaction = writer.transaction()
    await transaction.start()
    await writer.execute(copied, anne["id"])
    await make(client, PATIENT)
    await synced(connection, tmp_path)
    assert len(standing(tmp_path)) == 1  # whoever wrote after the open transaction waits for it
    await transaction.commit()
    await writer.close()
    assert (await synced(connection, tmp_path)).resources == 2
    assert "Patient/late" in standing(tmp_path)
    assert (await synced(connection, tmp_path)).resources == 0
    assert len(standing(tmp_path)) == 3


async def test_what_retention_removes_is_removed_from_the_lake(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    anne, paul = await make(client, PATIENT), await make(client, PATIENT)
    await synced(connection, tmp_path)
    vid = await connection.fetchval("SELECT vid FROM version WHERE id = $1", anne["id"])
    async with connection.transaction():
        await retention.remove(connection, (vid,))
    assert (await synced(connection, tmp_path)).removed == 1
    assert set(standing(tmp_path)) == {f"Patient/{paul['id']}"}


@pytest.mark.parametrize("commits", [1, 2, 3])
async def test_a_sync_that_was_killed_goes_on_and_ends_equal(
    commits: int, client: httpx.AsyncClient, connection: asyncpg.Connection, postgres_url: str, tmp_path: Path
) -> None:
    patients = [await make(client, PATIENT) for _ in range(12)]
    program = [sys.executable, "-c", KILLED, postgres_url, str(tmp_path / "killed"), str(commits)]
    ended = await asyncio.to_thread(
        subprocess.run, program, capture_output=True, check=False, env=os.environ | _SOURCES
    )
    assert ended.returncode == -9, ended.stderr.decode()
    assert not Lake.open(str(tmp_path / "killed")).state.is_complete
    await ok(await client.put(f"Patient/{patients[0]['id']}", json={**patients[0], "gender": "other"}))
    await client.delete(f"Patient/{patients[1]['id']}")
    await client.delete(f"Patient/{patients[11]['id']}")
    await synced(connection, tmp_path / "killed", window=5)
    await synced(connection, tmp_path / "whole")
    assert standing(tmp_path / "killed") == standing(tmp_path / "whole") == await stored(connection)
    assert len(standing(tmp_path / "killed")) == 10


async def test_a_disk_that_takes_no_more_leaves_the_lake_as_it_was_and_says_so(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await make(client, PATIENT)
    await synced(connection, tmp_path)
    then = standing(tmp_path)
    for _ in range(40):
        await make(client, PATIENT)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(LakeUnwritable, match=str(tmp_path)):
            await synced(connection, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert standing(tmp_path) == then
    await synced(connection, tmp_path)
    assert standing(tmp_path) == await stored(connection)


async def test_after_a_backup_came_back_the_old_lake_is_refused(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await make(client, PATIENT)
    await synced(connection, tmp_path)
    await connection.execute(statements("dump")["forget_cluster"])
    with pytest.raises(OtherStore):
        await synced(connection, tmp_path)


async def test_a_sync_costs_what_changed(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    for _ in range(60):
        await make(client, PATIENT)
    await synced(connection, tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.parquet")}
    await make(client, PATIENT)
    await synced(connection, tmp_path)
    after = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.parquet")}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


async def test_nothing_is_lost_or_left_while_others_write(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    written = asyncio.Event()

    async def write(number: int) -> None:
        for turn in range(12):
            made = await ok(
                await client.put(f"Patient/w{number}-{turn % 5}", json=PATIENT | {"id": f"w{number}-{turn % 5}"})
            )
            if turn % 4 == 3:
                await client.delete(f"Patient/{made['id']}")

    async def follow() -> int:
        syncs = 0
        while not written.is_set():
            await synced(connection, tmp_path, window=7)
            syncs += 1
        return syncs

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(number) for number in range(6)))
    written.set()
    assert await following > 1
    await synced(connection, tmp_path)
    assert standing(tmp_path) == await stored(connection)
    versions = [(row["id"], row["version"]) for row in DeltaTable(str(tmp_path)).to_pyarrow_table().to_pylist()]
    assert len(versions) == len(set(versions))


async def test_large_documents_come_in_windows_of_their_own(
    client: httpx.AsyncClient, connection: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seve.store.feeding._WINDOW_BYTES", 500)
    for _ in range(6):
        await make(client, PATIENT)
    await synced(connection, tmp_path)
    assert standing(tmp_path) == await stored(connection)
    windows = [commit for commit in DeltaTable(str(tmp_path)).history() if commit["operation"] == "WRITE"]
    assert 2 < len(windows) <= 7


_SOURCES = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
