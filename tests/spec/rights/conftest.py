from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.spec.access.conftest import world
from tests.spec.access.world import World
from tests.spec.signin.place import keys

from seve.engine.identity.policy import Policy
from seve.engine.identity.service import open_identity
from seve.testing.plugin import BASE_URL

from .site import Site

__all__ = ["world"]


@pytest_asyncio.fixture(loop_scope="session")
async def site(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = keys(tmp_path_factory)
    async with open_identity(
        world.engine.database, ledger=world.engine.ledger, fhir_url=BASE_URL, keys=folder, policy=Policy()
    ) as identity:
        yield Site(world, identity, folder)
