"""A whole server process, in this one: everything that `seve serve` puts together, on the test's own store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.spec.access.world import World
from tests.spec.access.world import world as made_world

from seve.engine.engine import Engine
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.smart.scopes import Scopes
from seve.main.asgi import Application
from seve.main.mode import OPEN_MODE

SITE = "http://sante.example"
FHIR = f"{SITE}/fhir"


@dataclass
class Whole:
    """The application, its world of people, and clients for them."""

    app: Application
    world: World
    data: Path

    async def token(self, name: str) -> str:
        """An access token or a cookie for a reader of the world, as their session has an application or not."""
        token = new_token()
        key = self.world.principals[name].session
        await self.world.engine.database.pool.execute(
            "UPDATE session SET token = $2, csrf = decode(repeat('00', 32), 'hex') WHERE key = $1", key, digest(token)
        )
        return token

    def client(self, *, peer: str = "203.0.113.9", **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, client=(peer, 4711), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers)

    async def api(self, name: str, *, peer: str = "203.0.113.9") -> httpx.AsyncClient:
        return self.client(peer=peer, authorization=f"Bearer {await self.token(name)}")

    async def browser(self, name: str, *, peer: str = "203.0.113.9") -> httpx.AsyncClient:
        client = self.client(peer=peer)
        client.cookies.set("seve", await self.token(name))
        return client


@asynccontextmanager
async def running(app: Application) -> AsyncGenerator[None]:
    """The lifespan protocol, as a server speaks it (ASGI 3)."""
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan"}, told.get, heard.put))
    await told.put({"type": "lifespan.startup"})
    started = await heard.get()
    assert started["type"] == "lifespan.startup.complete", started
    try:
        yield
    finally:
        await told.put({"type": "lifespan.shutdown"})
        done, _ = await asyncio.wait([task], timeout=15)
        assert done, "the server does not stop"


@pytest_asyncio.fixture(loop_scope="session")
async def whole(
    engine: Engine, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Whole]:
    world = await made_world(engine)
    await world.sign_in(
        "doc-app",
        role="PractitionerRole/doc-role",
        person="Practitioner/doc",
        organization="Organization/clinic",
        profession="10",
        client="app",
        scopes=Scopes.parse("user/*.cruds"),
    )
    await engine.database.pool.execute(
        "INSERT INTO client (id, name, state, method, grant_types, redirect_uris, scopes, purpose, owner) "
        "SELECT id, id, 'approved', 'none', '{}', '{}', 'user/*.cruds', 'essai', 'essai' FROM unnest('{app,machine}'::text[]) id"
    )
    monkeypatch.setenv("SEVE_DATABASE_URL", postgres_url)
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    monkeypatch.setenv("SEVE_BASE_URL", SITE)
    monkeypatch.setenv("SEVE_TRUSTED_PROXIES", "10.0.0.0/8")
    monkeypatch.setenv("SEVE_CORS_ORIGINS", "https://app.example")
    monkeypatch.setenv(OPEN_MODE, "")
    app = Application()
    async with running(app):
        yield Whole(app, world, tmp_path)
