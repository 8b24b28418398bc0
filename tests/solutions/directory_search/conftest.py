"""A site with the directory on an empty store, and its demonstration data."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.solutions.directory_search import solution
from seve.testing.site import Site, site


@pytest_asyncio.fixture(loop_scope="session")
async def town(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "directory-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution], keys=folder) as opened:
        await opened.put(*solution.demo)
        yield opened
