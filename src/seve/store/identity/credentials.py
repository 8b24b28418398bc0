"""What proves an account, attempts that failed, and ceremonies that wait for their second step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool

CredentialKind: TypeAlias = Literal["passkey", "totp", "password", "recovery", "help"]


@dataclass(frozen=True, slots=True)
class Credential:
    """One proof of an account. `secret` is a public key, a sealed TOTP key, an argon2id text or the SHA-256 of a code."""

    id: bytes
    account: str
    kind: CredentialKind
    label: str
    secret: bytes
    counter: int
    created: datetime
    used: datetime | None


async def add(
    pool: Pool | Connection,
    account: str,
    *,
    id_: bytes,
    kind: CredentialKind,
    secret: bytes,
    label: str = "",
    counter: int = 0,
    expires: datetime | None = None,
) -> None:
    """A new credential. Raises asyncpg.UniqueViolationError when a passkey is known already."""
    await pool.execute(statements("credential")["add"], id_, account, kind, label, secret, counter, expires)


async def of(pool: Pool | Connection, account: str, *kinds: CredentialKind) -> list[Credential]:
    """The credentials of an account, the oldest first."""
    return [_made(row) for row in await pool.fetch(statements("credential")["of"], account, list(kinds))]


async def passkey(pool: Pool | Connection, id_: bytes) -> Credential | None:
    """The passkey of a credential id."""
    row = await pool.fetchrow(statements("credential")["by_id"], id_)
    return _made(row) if row else None


async def advance(pool: Pool | Connection, id_: bytes, counter: int) -> bool:
    """Takes a counter's next value; False when it, or a later one, was taken already: a replay or a copy."""
    return await pool.fetchval(statements("credential")["advance"], id_, counter) is not None


async def spend(pool: Pool | Connection, account: str, *, kind: CredentialKind, secret: bytes) -> bool:
    """Takes a one-time code; False when there is none."""
    return await pool.fetchval(statements("credential")["spend"], account, kind, secret) is not None


async def remove(pool: Pool | Connection, account: str, id_: bytes) -> str | None:
    """Forgets a passkey or TOTP key, and says of which kind it was."""
    kind: str | None = await pool.fetchval(statements("credential")["remove"], account, id_)
    return kind


async def remove_kind(pool: Pool | Connection, account: str, kind: CredentialKind) -> None:
    """Forgets all of one kind."""
    await pool.execute(statements("credential")["remove_kind"], account, kind)


async def rehash(pool: Pool | Connection, id_: bytes, secret: bytes) -> None:
    """The same password under newer parameters."""
    await pool.execute(statements("credential")["rehash"], id_, secret)


async def closed_seconds(pool: Pool | Connection, keys: Sequence[bytes]) -> float:
    """For how long none of the keys may try again; 0 when they may."""
    rows = await pool.fetch(statements("credential")["attempt"], list(keys))
    return max((row["closed_seconds"] for row in rows), default=0.0)


async def fail(
    pool: Pool | Connection, keys: Sequence[bytes], *, free: int, locked_from: int, locked_seconds: int
) -> None:
    """Counts a failure: from the `free`th on each closes the door for twice as long, from `locked_from` on for `locked_seconds`."""
    await pool.execute(statements("credential")["fail"], sorted(set(keys)), free, locked_from, float(locked_seconds))


async def forgive(pool: Pool | Connection, key: bytes) -> None:
    """Forgets the failures of a key."""
    await pool.execute(statements("credential")["forgive"], key)


async def put_ceremony(pool: Pool | Connection, token: bytes, kind: str, *, data: dict[str, Any], seconds: int) -> None:
    """Keeps what a second step will need, under the SHA-256 of its token."""
    await pool.execute(statements("credential")["put_ceremony"], token, kind, json.dumps(data), float(seconds))


async def see_ceremony(pool: Pool | Connection, token: bytes, kind: str) -> dict[str, Any] | None:
    """Looks without taking."""
    text = await pool.fetchval(statements("credential")["see_ceremony"], token, kind)
    return json.loads(text) if text else None


async def take_ceremony(pool: Pool | Connection, token: bytes, kind: str) -> dict[str, Any] | None:
    """Takes it, once; None when it is unknown, taken or too old."""
    text = await pool.fetchval(statements("credential")["take_ceremony"], token, kind)
    return json.loads(text) if text else None


async def sweep(pool: Pool | Connection) -> None:
    """Removes what expired."""
    await pool.execute(statements("credential")["sweep"])


def _made(row: asyncpg.Record) -> Credential:
    return Credential(
        row["id"],
        row["account"],
        row["kind"],
        row["label"],
        row["secret"],
        row["counter"],
        row["created"],
        row["used"],
    )
