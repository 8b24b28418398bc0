"""For the audit trail: an empty one, with a ledger and keys of its own for each test."""

from pathlib import Path

import pytest
import pytest_asyncio

from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.database import Database
from seve.testing.plugin import empty


@pytest_asyncio.fixture(loop_scope="session")
async def store(database: Database) -> Database:
    """A store whose audit trail is empty."""
    await empty(database)
    return database


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Fresh keys."""
    return Keyring.open(tmp_path / "keys")


@pytest.fixture
def ledger(store: Database, keyring: Keyring) -> Ledger:
    """A ledger on an empty trail."""
    return Ledger(store, keyring)
