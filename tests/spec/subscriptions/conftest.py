from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.engine.subscriptions.service import EventService, serving

from .receiving import Endpoint, listening


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A subscriber on loopback."""
    with listening() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def service(engine: Engine) -> AsyncIterator[EventService]:
    """Events are routed and sent, to loopback too."""
    engine.events.hook_hosts = frozenset({"127.0.0.1"})
    async with serving(engine) as running:
        yield running
    engine.events.hook_hosts = frozenset()
    engine.events.handlers.clear()
