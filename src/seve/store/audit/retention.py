"""Retention: entries go by whole seals, the oldest first; the seals stay, and the purge is itself an entry."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from seve.store.audit.acts import Act
from seve.store.audit.rows import insert_from
from seve.store.audit.sealing import LOCK
from seve.store.audit.seals import Seal, StoredSeal
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.audit.ledger import Ledger
    from seve.store.database import Connection, Database

_SEALS_AT_ONCE = 1_000
_DAY_MILLISECONDS = 86_400_000


async def purge(database: Database, ledger: Ledger, *, older_than_days: float) -> int:
    """Deletes the entries of seals made before; a thousand seals a transaction at most, each with the entry that tells it.
    Returns how many entries went. `verify` takes their absence only where such an entry says so.
    """
    before = time.time_ns() // 1_000_000 - int(older_than_days * _DAY_MILLISECONDS)
    gone = 0
    while count := await _purge_some(database, ledger, before):
        gone += count
    return gone


async def _purge_some(database: Database, ledger: Ledger, before: int) -> int:
    async with ledger.strand() as strand:
        async with database.transaction(locks=[LOCK]) as connection:
            old = await _old(connection, before)
            if not old:
                return 0
            lasts = {one.strand: one.last for seal in old for one in seal.strands}
            deleted = await connection.execute(statements("audit")["purge"], list(lasts), list(lasts.values()))
            await connection.execute(statements("audit")["purge_index"], old[-1].number)
            told = {"seals": old[-1].number, "entries": sum(seal.count for seal in old)}
            act = Act(interaction="purge", action="D", detail=msgspec.json.encode(told).decode())
            await connection.execute(insert_from(1), *strand.rows([act]).arguments())
        strand.advance()
    return int(deleted.rpartition(" ")[2])


async def _old(connection: Connection, before: int) -> list[Seal]:
    """The first seals that still have entries, made before a time (milliseconds since 1970)."""
    first: int | None = await connection.fetchval(statements("audit")["first_held"])
    if first is None or not await _seals(connection, first, first, before):
        return []
    return await _seals(connection, first, first + _SEALS_AT_ONCE - 1, before)


async def _seals(connection: Connection, first: int, last: int, before: int) -> list[Seal]:
    rows = await connection.fetch(statements("audit")["seals_between"], first, last)
    return [seal for row in rows if (seal := StoredSeal(*row).signed.seal).time < before]
