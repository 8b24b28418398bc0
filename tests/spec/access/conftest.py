from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from seve.engine.engine import Engine
from seve.rest.app import FhirApp
from seve.testing.plugin import BASE_URL

from .world import World
from .world import world as made_world


@pytest_asyncio.fixture(loop_scope="session")
async def world(engine: Engine) -> World:
    return await made_world(engine)


@pytest_asyncio.fixture(loop_scope="session")
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The API, where the header `x-reader` says who asks."""
    transport = httpx.ASGITransport(app=FhirApp(world.engine, world))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as opened:
        yield opened
