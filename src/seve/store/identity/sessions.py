"""Sessions and access tokens: one table, found by the SHA-256 of the token; and delegations, which they may hang on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to open. `idle_seconds` 0 means that use does not move its end; `until_seconds` is the latest end."""

    token: bytes
    account: str
    kind: str
    purpose: str
    idle_seconds: int
    expires_seconds: int
    until_seconds: int
    role: str = ""
    person: str = ""
    organization: str = ""
    profession: str = ""
    related: Sequence[str] = ()
    delegated_by: str = ""
    client: str = ""
    scopes: str | None = None
    patient: str = ""
    grant: int | None = None
    delegation: int | None = None
    csrf: bytes | None = None
    methods: Sequence[str] = field(default=())
    device: str = ""
    proven_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A session in force, as it is stored; `seconds` until it expires unless it is used, `proven_seconds` since the proof."""

    key: int
    account: str
    kind: Literal["patient", "professional", "machine", "officer"]
    role: str
    person: str
    organization: str
    profession: str
    related: tuple[str, ...]
    delegated_by: str
    purpose: str
    client: str
    scopes: str | None
    patient: str
    grant: int | None
    delegation: int | None
    csrf: bytes
    methods: tuple[str, ...]
    idle_seconds: int
    seconds: float
    proven_seconds: float
    device: str
    created: datetime
    until: datetime
    reaches_all: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A web session as its holder sees it."""

    key: int
    kind: str
    role: str
    organization: str
    methods: tuple[str, ...]
    device: str
    created: datetime
    used: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation as both sides see it."""

    key: int
    delegator: str
    delegate: str
    role: str
    kind: str
    since: datetime
    until: datetime
    ended: datetime | None
    delegator_name: str
    delegate_name: str
    is_in_force: bool


async def start(pool: Pool | Connection, new: NewSession) -> int:
    """Opens a session and gives its key."""
    key: int = await pool.fetchval(
        statements("session")["open"],
        new.token,
        new.account,
        new.kind,
        new.role,
        new.person,
        new.organization,
        new.profession,
        list(new.related),
        new.delegated_by,
        new.purpose,
        new.client,
        new.scopes,
        new.patient,
        new.grant,
        new.delegation,
        new.csrf,
        list(new.methods),
        new.idle_seconds,
        float(new.expires_seconds),
        float(new.until_seconds),
        new.device,
        float(new.proven_seconds),
    )
    return key


async def find(pool: Pool | Connection, token: bytes) -> Session | None:
    """The session of a token's SHA-256; None unless it, its delegation, its grant, its client and its account are in force."""
    row = await pool.fetchrow(statements("session")["find"], token)
    return _session(row) if row else None


async def slide(pool: Pool | Connection, key: int) -> None:
    """A session is in use: its end moves, at most once a minute and never past its limit."""
    await pool.execute(statements("session")["slide"], key)


async def end(pool: Pool | Connection, account: str, key: int) -> bool:
    """Ends one session of an account, with the applications that were granted for that session alone."""
    return await pool.fetchval(statements("session")["end"], account, key) is not None


async def end_all(pool: Pool | Connection, account: str, *, but: int = 0) -> int:
    """Ends every web session of an account but one, and says how many."""
    number: int = await pool.fetchval(statements("session")["end_all"], account, but)
    return number


async def end_token(pool: Pool | Connection, token: bytes, client: str) -> bool:
    """Ends an access token of a client."""
    return await pool.fetchval(statements("session")["end_by_token"], token, client) is not None


async def of(pool: Pool | Connection, account: str) -> list[Listed]:
    """The web sessions of an account that are in force, the latest used first."""
    return [
        Listed(
            row["key"],
            row["kind"],
            row["role"],
            row["organization"],
            tuple(row["methods"]),
            row["device"],
            row["created"],
            row["used"],
            row["expires"],
        )
        for row in await pool.fetch(statements("session")["list"], account)
    ]


async def delegate(
    pool: Pool | Connection, *, delegator: str, delegate_: str, role: str, kind: str, since: datetime, until: datetime
) -> int:
    """A new delegation, and its key."""
    arguments = (delegator, delegate_, role, kind, since, until)
    key: int = await pool.fetchval(statements("session")["add_delegation"], *arguments)
    return key


async def end_delegation(pool: Pool | Connection, key: int, *, by: str) -> tuple[str, str] | None:
    """Ends a delegation for either side, with the sessions held through it; gives (delegator, delegate), None if there is none."""
    row = await pool.fetchrow(statements("session")["end_delegation"], key, by)
    return (row["delegator"], row["delegate"]) if row else None


async def delegations(pool: Pool | Connection, account: str) -> list[Delegation]:
    """Those that an account gave or was given, the latest first."""
    rows = await pool.fetch(statements("session")["delegations"], account)
    return [Delegation(**dict(row)) for row in rows]


def _session(row: asyncpg.Record) -> Session:
    return Session(
        key=row["key"],
        account=row["account"],
        kind=row["kind"],
        role=row["role"],
        person=row["person"],
        organization=row["organization"],
        profession=row["profession"],
        related=tuple(row["related"]),
        delegated_by=row["delegated_by"],
        purpose=row["purpose"],
        client=row["client"],
        scopes=row["scopes"],
        patient=row["patient"],
        grant=row["application_grant"],
        delegation=row["delegation"],
        csrf=row["csrf"] or b"",
        methods=tuple(row["methods"]),
        idle_seconds=row["idle_seconds"],
        seconds=row["seconds"],
        proven_seconds=row["proven_seconds"],
        device=row["device"],
        created=row["created"],
        until=row["until"],
        reaches_all=row["reaches_all"],
    )
