"""Subscriptions as rows: what is wanted, in whose name, and how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.fhir.subscriptions.backport import Content, Wanted
    from seve.store.database import Connection, Pool
    from seve.store.grant import Grant

Way: TypeAlias = Literal["rest-hook", "websocket", "process"]
State: TypeAlias = Literal["requested", "active", "error", "off"]


@dataclass(frozen=True, slots=True)
class Registration:
    """One subscription. `secret` is sealed; `events` is how many numbers were given, `failures` how many in a row."""

    id: str
    channel: Way
    status: State
    topic: str
    filters: tuple[str, ...]
    content: Content
    endpoint: str
    secret: bytes
    heartbeat_seconds: int
    timeout_seconds: int
    most: int
    ends: datetime | None
    owner: str
    origin: str
    events: int
    failures: int
    reason: str
    holder: str
    spoke: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Listening:
    """What routing needs of one that hears of events: those of transactions from `since` on."""

    id: str
    topic: str
    filters: tuple[str, ...]
    since: int


async def put(connection: Connection, id_: str, wanted: Wanted, *, grant: Grant, status: State, secret: bytes) -> bool:
    """Keeps a subscription in the name of a grant; whether it is a new one. One that is changed keeps the secret it has.
    Who sends is woken at the commit.
    """
    sight = grant.sight
    await connection.execute(statements("subscription")["tell_events"])
    is_new: bool = await connection.fetchval(
        statements("subscription")["put"],
        id_,
        wanted.channel,
        status,
        wanted.topic,
        list(wanted.filters),
        wanted.content,
        wanted.endpoint,
        secret,
        wanted.heartbeat_seconds,
        wanted.timeout_seconds,
        wanted.most,
        wanted.end or None,
        grant.holder,
        grant.origin,
        sight.session if sight else None,
    )
    return is_new


async def follow(pool: Pool, id_: str, *, topic: str, most: int) -> None:
    """A handler in process, which hears of what commits from the first time on that this is asked."""
    await pool.execute(statements("subscription")["follow"], id_, topic, most)


async def remove(connection: Connection | Pool, id_: str) -> None:
    """Forgets a subscription and what waits for it."""
    await connection.execute(statements("subscription")["remove"], id_)


async def read(pool: Pool | Connection, ids: Sequence[str]) -> list[Registration]:
    """Those of some ids that there are."""
    return [_registration(row) for row in await pool.fetch(statements("subscription")["read"], list(ids))]


async def of_owner(pool: Pool, owner: str) -> list[Registration]:
    """All of one owner."""
    return [_registration(row) for row in await pool.fetch(statements("subscription")["of_owner"], owner)]


async def listening(connection: Connection) -> list[Listening]:
    """Those that events are routed to."""
    rows = await connection.fetch(statements("subscription")["listening"])
    return [Listening(row["id"], row["topic"], tuple(row["filters"]), row["since"]) for row in rows]


async def due(pool: Pool, channels: Sequence[Way]) -> list[Registration]:
    """Those that have something to be sent now."""
    return [_registration(row) for row in await pool.fetch(statements("subscription")["due"], list(channels))]


async def settle(pool: Pool, registration: Registration, status: State, *, reason: str = "") -> bool:
    """A new status; False when the subscription was changed meanwhile."""
    arguments = (registration.id, status, reason, registration.changed)
    return await pool.fetchval(statements("subscription")["settle"], *arguments) is not None


async def spoke(pool: Pool, id_: str) -> None:
    """Something was sent that is no event."""
    await pool.execute(statements("subscription")["spoke"], id_)


async def failed(pool: Pool, id_: str, *, reason: str, wait_seconds: float) -> None:
    """Nothing could be sent: to be tried again."""
    await pool.execute(statements("subscription")["failed"], id_, reason, wait_seconds)


async def bind(pool: Pool, id_: str, *, holder: str) -> None:
    """Says whose websocket hears of a subscription from now on."""
    await pool.execute(statements("subscription")["bind"], id_, holder)


async def holds(pool: Pool, id_: str, *, account: str, client: str) -> bool:
    """Whether who made a subscription may still have one."""
    return bool(await pool.fetchval(statements("subscription")["holds"], id_, account, client))


async def give_up(pool: Pool, *, after_seconds: float) -> list[str]:
    """Switches off who has been in error that long; their ids."""
    return [row["id"] for row in await pool.fetch(statements("subscription")["give_up"], after_seconds)]


def _registration(row: asyncpg.Record) -> Registration:
    return Registration(
        id=row["id"],
        channel=row["channel"],
        status=row["status"],
        topic=row["topic"],
        filters=tuple(row["filters"]),
        content=row["content"],
        endpoint=row["endpoint"],
        secret=row["secret"] or b"",
        heartbeat_seconds=row["heartbeat"],
        timeout_seconds=row["timeout"],
        most=row["most"],
        ends=row["ends"],
        owner=row["owner"],
        origin=row["origin"],
        events=row["events"],
        failures=row["failures"],
        reason=row["reason"],
        holder=row["holder"],
        spoke=row["spoke"],
        changed=row["changed"],
    )
