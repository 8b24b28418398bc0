"""Connections that break while acts are recorded: what was acknowledged is there, and the trail is sound."""

import asyncio
import os
import random
import signal
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from tests.store.audits import entries, read_of, verified

from seve.store.audit.acts import act_of
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.sealing import seal_all
from seve.store.database import Database

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.store.audits import read_of
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.database import Database

async def main(url, directory):
    database = await Database.open(url, connections=4)
    ledger = Ledger(database, Keyring.open(Path(directory)))
    async def write(caller):
        for turn in range(100_000):
            await ledger.record([read_of(f"Observation/{caller}-{turn}", patient="Patient/1")])
            print(f"{caller}-{turn}", flush=True)
    await asyncio.gather(*map(write, range(8)))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.crash
async def test_broken_connections_lose_nothing_that_was_acknowledged(
    store: Database, ledger: Ledger, keyring: Keyring, postgres_url: str
) -> None:
    acknowledged = set[str]()
    ended = asyncio.Event()
    broken = 0

    async def write(caller: int) -> None:
        for turn in range(10_000):
            if turn >= 100 and broken >= 20:
                break
            name = f"Observation/{caller}-{turn}"
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                await ledger.record([read_of(name, patient="Patient/1")])
                acknowledged.add(name)

    async def harm() -> None:
        nonlocal broken
        own = await asyncpg.connect(postgres_url)
        chance = random.Random(1)
        while not ended.is_set():
            broken += await own.fetchval(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND state = 'active' AND query LIKE 'INSERT INTO audit%'"
            )
            await asyncio.sleep(chance.uniform(0.001, 0.01))
        await own.close()

    harming = asyncio.create_task(harm())
    await asyncio.gather(*map(write, range(12)))
    ended.set()
    await harming
    await ledger.record([read_of("Observation/last", patient="Patient/1")])
    found = {act_of(e.content).entities[0] for e in await entries(store) if act_of(e.content).entities}
    assert acknowledged <= found
    async with store.pool.acquire() as connection:
        await seal_all(connection, keyring)
    report = await verified(store, keyring)
    assert report.is_sound, report.faults
    assert report.abandoned > 0


@pytest.mark.crash
async def test_a_killed_process_leaves_a_sound_trail(
    store: Database, keyring: Keyring, postgres_url: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    arguments = ("-c", WRITER, postgres_url, str(tmp_path / "keys"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout
    acknowledged = [(await process.stdout.readline()).decode().strip() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    await process.wait()
    found = {act_of(e.content).entities[0].partition("/")[2] for e in await entries(store)}
    assert set(acknowledged) <= found
    async with store.pool.acquire() as connection:
        await seal_all(connection, keyring)
    report = await verified(store, keyring)
    assert (report.is_sound, report.unsealed, report.resources) == (True, 0, len(found))
