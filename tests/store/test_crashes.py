"""`kill -9` of the server and of PostgreSQL under load: what was acknowledged is there, whole, with versions without gaps."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from seve.store.embedded import Embedded
from seve.testing.serving import Served, free_port, kill, start, stop

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]
WRITERS = 8
CREATED_BEFORE_THE_CRASH = 150
PATIENCE_SECONDS = 60


@pytest.fixture
def data() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="seve-crash-"))
    yield directory
    Embedded(directory / "postgres").stop()
    shutil.rmtree(directory)


class Acknowledged:
    """What the server said it had written."""

    def __init__(self) -> None:
        self.created: dict[str, int] = {}
        self.versions: dict[str, int] = {}
        self.attempted_pairs = 0

    async def write(self, base: str, number: int) -> None:
        async with httpx.AsyncClient(base_url=base + "/", timeout=10) as client:
            counter = 0
            with contextlib.suppress(httpx.HTTPError):
                while True:
                    counter += 1
                    mark = number * 1_000_000 + counter
                    await self._create(client, mark)
                    await self._update(client, number)
                    await self._pair(client, mark)

    async def _create(self, client: httpx.AsyncClient, mark: int) -> None:
        answer = await client.post("Basic", json={"resourceType": "Basic", "code": {"text": str(mark)}})
        if answer.status_code == 201:
            self.created[answer.json()["id"]] = mark

    async def _update(self, client: httpx.AsyncClient, number: int) -> None:
        id_ = f"counter-{number}"
        answer = await client.put(
            f"Basic/{id_}", json={"resourceType": "Basic", "id": id_, "code": {"text": "counter"}}
        )
        if answer.status_code in (200, 201):
            self.versions[id_] = int(answer.json()["meta"]["versionId"])

    async def _pair(self, client: httpx.AsyncClient, mark: int) -> None:
        coding = [{"system": "urn:pair", "code": str(mark)}]
        flag = {"resourceType": "Basic", "code": {"coding": coding}}
        entry = {"resource": flag, "request": {"method": "POST", "url": "Basic"}}
        await client.post("", json={"resourceType": "Bundle", "type": "transaction", "entry": [entry, entry]})


async def crashed(server: Served, crash: Callable[[], None]) -> Acknowledged:
    """Writers write, then the crash; what they were told."""
    told = Acknowledged()
    writers = [asyncio.create_task(told.write(server.base, number)) for number in range(WRITERS)]
    for _ in range(PATIENCE_SECONDS * 20):
        await asyncio.sleep(0.05)
        if len(told.created) >= CREATED_BEFORE_THE_CRASH:
            break
    crash()
    await asyncio.sleep(0.5)
    for writer in writers:
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    return told


async def check(base: str, told: Acknowledged) -> None:
    assert len(told.created) >= CREATED_BEFORE_THE_CRASH, "the load was too light to prove anything"
    async with httpx.AsyncClient(base_url=base + "/", timeout=30) as client:
        for id_, mark in told.created.items():
            answer = await client.get(f"Basic/{id_}")
            assert answer.status_code == 200, f"Basic/{id_} was acknowledged and is lost"
            assert answer.json()["code"]["text"] == str(mark)
        for id_, version in told.versions.items():
            history = (await client.get(f"Basic/{id_}/_history?_count=1000")).json()["entry"]
            numbers = [int(e["resource"]["meta"]["versionId"]) for e in history]
            assert numbers == list(range(numbers[0], 0, -1)), "a gap in the versions"
            assert numbers[0] >= version, "an acknowledged version is lost"
        assert await pairs(client) == {2}, "half a transaction"


async def pairs(client: httpx.AsyncClient) -> set[int]:
    """How many resources each transaction left."""
    found: dict[str, int] = {}
    url: str | None = "Basic?code=urn:pair|&_count=1000"
    while url:
        page: dict[str, Any] = (await client.get(url)).json()
        for entry in page.get("entry", ()):
            code = entry["resource"]["code"]["coding"][0]["code"]
            found[code] = found.get(code, 0) + 1
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    return set(found.values())


async def test_the_server_killed_under_load_loses_nothing_acknowledged(data: Path) -> None:
    server = start(data, port=free_port())
    told = await crashed(server, lambda: kill(server))
    again = start(data, port=free_port())
    try:
        await check(again.base, told)
    finally:
        stop(again)


async def test_postgresql_killed_under_load_loses_nothing_acknowledged_and_the_server_goes_on(data: Path) -> None:
    server = start(data, port=free_port())
    embedded = Embedded(data / "postgres")

    def crash() -> None:
        assert embedded.pid is not None
        os.kill(embedded.pid, signal.SIGKILL)

    try:
        told = await crashed(server, crash)
        async with httpx.AsyncClient(base_url=server.base + "/") as client:
            answer = await client.get(f"Basic/{next(iter(told.created))}")
            assert answer.status_code == 503
            assert answer.json()["issue"][0]["code"] == "transient"
        for _ in range(50):
            await asyncio.sleep(0.2)
            with contextlib.suppress(RuntimeError):
                embedded.start()
                break
        await check(server.base, told)
    finally:
        stop(server)
