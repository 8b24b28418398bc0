"""Devices that are told by web push, as rows: an account's browsers, each with the endpoint and keys that it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool


@dataclass(frozen=True, slots=True)
class Device:
    """A browser's subscription: where, its public key and its secret, since when."""

    id: int
    account: str
    endpoint: str
    key: bytes
    auth: bytes
    since: datetime


async def keep(pool: Pool, account: str, endpoint: str, key: bytes, auth: bytes, *, most: int) -> None:
    """Keeps a subscription; one of the same endpoint is replaced, whosever it was, and an account's oldest beyond `most` are forgotten."""
    await pool.execute(statements("device")["keep"], account, endpoint, key, auth, most)


async def of_account(connection: Connection | Pool, account: str) -> list[Device]:
    """Those of an account, the oldest first."""
    return [_device(row) for row in await connection.fetch(statements("device")["of_account"], account)]


async def device(pool: Pool, id_: int) -> Device | None:
    """One of them; None once it is forgotten."""
    row = await pool.fetchrow(statements("device")["device"], id_)
    return _device(row) if row else None


async def forget(pool: Pool, account: str, id_: int) -> None:
    """Tells it no more."""
    await pool.execute(statements("device")["forget"], account, id_)


def _device(row: asyncpg.Record) -> Device:
    return Device(row["id"], row["account"], row["endpoint"], row["key"], row["auth"], row["since"])
