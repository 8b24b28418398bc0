"""What tests of operations share: a background runner, and ways to write and to ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.engine.tasks.runner import Runner

ASYNC = {"Prefer": "respond-async"}


@pytest_asyncio.fixture(loop_scope="session")
async def runner(engine: Engine) -> AsyncIterator[asyncio.Task[None]]:
    """A runner at work, as in a server process."""
    task = asyncio.create_task(Runner(engine, poll_seconds=0.02).run())
    yield task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Bulk:
    """A client of asynchronous operations."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def start(self, url: str, body: dict[str, Any] | None = None) -> str:
        answer = await (
            self.client.post(url, json=body, headers=ASYNC) if body else self.client.get(url, headers=ASYNC)
        )
        assert answer.status_code == 202, answer.text
        return answer.headers["content-location"]

    async def done(self, place: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while (answer := await self.client.get(place)).status_code == 202:
                assert answer.headers["x-progress"]
                assert int(answer.headers["retry-after"]) > 0
                await asyncio.sleep(0.02)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    async def run(self, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return await self.done(await self.start(url, body))

    async def lines(self, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for file in files:
            answer = await self.client.get(file["url"], headers={"Accept": "application/fhir+ndjson"})
            assert answer.headers["content-type"] == "application/fhir+ndjson"
            lines = [json.loads(line) for line in answer.text.splitlines()]
            assert len(lines) == file["count"]
            assert {line["resourceType"] for line in lines} == {file["type"]}
            found += lines
        return found


@pytest.fixture
def bulk(client: httpx.AsyncClient, runner: asyncio.Task[None]) -> Bulk:
    return Bulk(client)


@pytest.fixture
def put(client: httpx.AsyncClient) -> Callable[..., Any]:
    """Writes a resource under an id."""

    async def write(type_: str, id_: str, **content: Any) -> dict[str, Any]:
        answer = await client.put(f"{type_}/{id_}", json={"resourceType": type_, "id": id_, **content})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    return write
