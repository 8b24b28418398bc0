"""Notifications as rows: what people are told, how they want to be, and what left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.kernel.texts import Language
    from seve.store.database import Connection, Pool

Channel: TypeAlias = Literal["email", "sms", "push"]


@dataclass(frozen=True, slots=True)
class Preference:
    """How the holder of an account wants to be told. Quiet from one hour to another, in their local time; "" for no address."""

    account: str
    language: Language = "fr"
    email: str = ""
    phone: str = ""
    quiet_from: int = 21
    quiet_until: int = 8


@dataclass(frozen=True, slots=True)
class Notification:
    """One, as its reader has it. `fields` are texts by name."""

    id: int
    template: str
    fields: dict[str, str]
    made: datetime
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """A notification on its way by a channel."""

    id: int
    channel: Channel
    address: str
    language: Language
    state: Literal["waiting", "sent", "failed"]
    reason: str
    changed: datetime
    template: str
    fields: dict[str, str]


async def accounts_of(connection: Connection, person: str) -> list[Preference]:
    """The accounts of a person (a reference), each with its preference."""
    return [_preference(row) for row in await connection.fetch(statements("notification")["accounts"], person)]


async def preference(pool: Pool, account: str) -> Preference:
    """That of an account."""
    row = await pool.fetchrow(statements("notification")["preference"], account)
    return _preference(row) if row else Preference(account)


async def prefer(pool: Pool, wanted: Preference) -> None:
    """Keeps a preference."""
    arguments = (wanted.account, wanted.language, wanted.email, wanted.phone, wanted.quiet_from, wanted.quiet_until)
    await pool.execute(statements("notification")["prefer"], *arguments)


async def add(connection: Connection, account: str, template: str, fields: dict[str, str]) -> int:
    """A notification for an account; its number."""
    number: int = await connection.fetchval(statements("notification")["add"], account, template, json.dumps(fields))
    return number


async def of_account(pool: Pool, account: str, *, limit: int) -> list[Notification]:
    """Those of an account, the latest first."""
    rows = await pool.fetch(statements("notification")["of_account"], account, limit)
    return [
        Notification(row["id"], row["template"], json.loads(row["fields"]), row["made"], row["seen"]) for row in rows
    ]


async def see(pool: Pool, account: str) -> None:
    """The holder has seen all of them."""
    await pool.execute(statements("notification")["see"], account)


async def add_message(
    connection: Connection, notification: int, channel: Channel, address: str, *, language: Language
) -> int:
    """A message that waits to be sent; its number."""
    number: int = await connection.fetchval(
        statements("notification")["add_message"], notification, channel, address, language
    )
    return number


async def message(pool: Pool, id_: int) -> Message | None:
    """One message."""
    row = await pool.fetchrow(statements("notification")["message"], id_)
    return _message(row) if row else None


async def latest(pool: Pool, *, limit: int) -> list[Message]:
    """The latest messages of all."""
    return [_message(row) for row in await pool.fetch(statements("notification")["latest"], limit)]


async def settle(pool: Pool, id_: int, state: Literal["sent", "failed"], *, reason: str = "") -> None:
    """What became of a message."""
    await pool.execute(statements("notification")["settle"], id_, state, reason)


def _preference(row: asyncpg.Record) -> Preference:
    return Preference(row["id"], row["language"], row["email"], row["phone"], row["quiet_from"], row["quiet_until"])


def _message(row: asyncpg.Record) -> Message:
    return Message(
        row["id"],
        row["channel"],
        row["address"],
        row["language"],
        row["state"],
        row["reason"],
        row["changed"],
        row["template"],
        json.loads(row["fields"]),
    )
