"""What the tests of the audit trail share: acts, and the rows as they are stored."""

from __future__ import annotations

import asyncio
from typing import Any

from seve.store.audit.acts import Act
from seve.store.audit.chain import Entry
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.rows import insert_from
from seve.store.audit.sealing import seal
from seve.store.audit.seals import Signed
from seve.store.audit.verification import Report, verify
from seve.store.database import Database


def read_of(entity: str, *, patient: str, **more: Any) -> Act:
    """A physician reads a version of a patient's resource."""
    told = {"agent": "Practitioner/1", "role": "10", "purpose": "TREAT", "client": "Device/web", "session": 5, **more}
    return Act(interaction="read", action="R", entities=(entity,), patients=(patient,), **told)


async def entries(store: Database) -> list[Entry]:
    """Every entry, by strand and number."""
    columns = "vid, strand, agent, number, secret, mac, keys::text, content"
    rows = await store.pool.fetch(f"SELECT {columns} FROM audit ORDER BY strand, number")
    return [Entry(*row) for row in rows]


async def a_trail(store: Database, keys: Keyring, *, seals: int = 4, unsealed: int = 6) -> None:
    """Some strands, some seals, and what is not sealed yet."""
    ledger = Ledger(store, keys)
    async with store.pool.acquire() as connection:
        for turn in range(seals):
            await asyncio.gather(*(_some(store, ledger, 10 * turn + n) for n in range(4)))
            assert await seal(connection, keys)
        await asyncio.gather(*(_some(store, ledger, 1_000 + n) for n in range(unsealed // 2)))


async def _some(store: Database, ledger: Ledger, turn: int) -> None:
    async with ledger.strand() as strand:
        acts = [read_of(f"Observation/{turn}-{n}/_history/1", patient=f"Patient/{turn}") for n in range(2 + turn % 3)]
        rows = strand.rows(acts)
        await store.pool.execute(insert_from(1), *rows.arguments())
        strand.advance()


async def verified(store: Database, keys: Keyring, *heads: Signed) -> Report:
    """What `verify` says."""
    async with store.pool.acquire() as connection:
        return await verify(connection, keys, heads=heads, tell=lambda number, report: None)
