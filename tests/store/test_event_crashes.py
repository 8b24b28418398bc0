"""`kill -9` of the server under load: every acknowledged write is told, in the order of its patient, under its own number."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.spec.asking import PATIENT, observation
from tests.spec.subscriptions.receiving import Endpoint, listening, subscription, until

from seve.store.embedded import Embedded
from seve.testing.serving import free_port, kill, start, stop

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]
WRITERS = 6
TOLD_BEFORE_THE_CRASH = 60


@pytest.fixture
def data() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="seve-events-"))
    yield directory
    Embedded(directory / "postgres").stop()
    shutil.rmtree(directory)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setitem(os.environ, "SEVE_HOOK_HOSTS", "127.0.0.1")
    with listening() as opened:
        yield opened


async def write(base: str, acknowledged: list[str]) -> None:
    """One patient's values, one after the other, until the server is gone."""
    async with httpx.AsyncClient(base_url=base + "/", timeout=10) as client:
        with contextlib.suppress(httpx.HTTPError):
            patient = (await client.post("Patient", json=PATIENT)).json()["id"]
            while True:
                answer = await client.post("Observation", json=observation(patient))
                if answer.status_code == 201:
                    acknowledged.append(answer.json()["id"])


async def subscribed(base: str, endpoint: Endpoint) -> None:
    async with httpx.AsyncClient(base_url=base + "/", timeout=10) as client:
        made = (await client.post("Subscription", json=subscription(endpoint.url))).json()
        status: Any = None
        for _ in range(100):
            status = (await client.get(f"Subscription/{made['id']}")).json()["status"]
            if status == "active":
                return
            await asyncio.sleep(0.1)
        raise AssertionError(status)


@pytest.mark.parametrize("workers", [1, 2])
async def test_no_event_is_lost_when_the_server_is_killed(data: Path, endpoint: Endpoint, workers: int) -> None:
    server = start(data, port=free_port(), workers=workers)
    await subscribed(server.base, endpoint)
    acknowledged: list[list[str]] = [[] for _ in range(WRITERS)]
    writers = [asyncio.create_task(write(server.base, ids)) for ids in acknowledged]
    await until(lambda: len(endpoint.events) >= TOLD_BEFORE_THE_CRASH, seconds=60)
    kill(server)
    await asyncio.gather(*writers)
    again = start(data, port=free_port(), workers=workers)
    try:
        wanted = {f"Observation/{id_}" for ids in acknowledged for id_ in ids}
        await until(lambda: wanted <= set(endpoint.focuses), seconds=60)
    finally:
        stop(again)
    check_order(endpoint, acknowledged)


def check_order(endpoint: Endpoint, acknowledged: list[list[str]]) -> None:
    """What was sent twice has one number; first arrivals are in the order of numbers, and of each patient's writes."""
    numbers: dict[str, int] = {}
    for event in endpoint.events:
        focus, number = event["focus"]["reference"], int(event["event-number"])
        assert numbers.setdefault(focus, number) == number
    assert list(numbers.values()) == list(range(1, len(numbers) + 1))
    for ids in acknowledged:
        order = [numbers[f"Observation/{id_}"] for id_ in ids]
        assert order == sorted(order)
