"""Client applications, what people granted to them, and the codes and tokens of OAuth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool


@dataclass(frozen=True, slots=True)
class Client:
    """A client application. `secret` is a SHA-256; `jwks` is parsed; `scopes` are the most it may ever have."""

    id: str
    name: str
    state: str
    method: str
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    scopes: str
    purpose: str
    owner: str
    secret: bytes = b""
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    launch_uri: str = ""
    account: str = ""
    role: str = ""
    organization: str = ""
    reaches_all: bool = False


@dataclass(frozen=True, slots=True)
class ApplicationGrant:
    """What a person granted to an application, in force. `principal` is JSON: as what the person acts through it."""

    key: int
    account: str
    client: str
    scopes: str
    purpose: str
    patient: str
    principal: dict[str, Any]
    session: int | None
    until: datetime


@dataclass(frozen=True, slots=True)
class GivenGrant:
    """A grant as the person who gave it sees it."""

    key: int
    client: str
    name: str
    owner: str
    scopes: str
    purpose: str
    patient: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """A code or refresh token at the moment of its use. `was_used`: this is a second use."""

    client: str
    grant: int
    data: dict[str, Any]
    was_used: bool
    is_fresh: bool
    redirect_uri: str = ""
    challenge: str = ""
    scopes: str = ""


async def add_client(pool: Pool | Connection, client: Client) -> None:
    """A new client."""
    await pool.execute(
        statements("application")["add_client"],
        client.id,
        client.name,
        client.state,
        client.method,
        client.secret or None,
        json.dumps(client.jwks) if client.jwks else None,
        client.jwks_uri or None,
        list(client.grant_types),
        list(client.redirect_uris),
        client.launch_uri or None,
        client.scopes,
        client.purpose,
        client.owner,
        client.account or None,
        client.role,
        client.organization,
    )


async def client(pool: Pool | Connection, id_: str) -> Client | None:
    """One client, in whatever state."""
    row = await pool.fetchrow(statements("application")["client"], id_)
    return _client(row) if row else None


async def clients(pool: Pool | Connection, *states: str) -> list[Client]:
    """The clients in some states, the latest first."""
    return [_client(row) for row in await pool.fetch(statements("application")["clients"], list(states))]


async def decide(connection: Connection, id_: str, *, state: str, by: str, reaches_all: bool = False) -> bool:
    """An officer's decision on a client; one that is not approved loses its tokens in the same transaction. `reaches_all`
    opens the data of all patients to a machine.
    """
    found = await connection.fetchval(statements("application")["decide"], id_, state, by, reaches_all)
    if found is not None and state != "approved":
        await connection.execute(statements("application")["silence"], id_)
    return found is not None


async def act_as(connection: Connection, id_: str, account: str) -> None:
    """The account that a machine acts as."""
    await connection.execute(statements("application")["act_as"], id_, account)


async def add_grant(
    pool: Pool | Connection,
    *,
    account: str,
    client_: str,
    scopes: str,
    purpose: str,
    patient: str,
    principal: dict[str, Any],
    session: int | None,
    seconds: int,
) -> int:
    """A new grant, and its key."""
    arguments = (account, client_, scopes, purpose, patient, json.dumps(principal), session, float(seconds))
    key: int = await pool.fetchval(statements("application")["add_grant"], *arguments)
    return key


async def grant(pool: Pool | Connection, key: int) -> ApplicationGrant | None:
    """A grant in force."""
    row = await pool.fetchrow(statements("application")["grant"], key)
    if row is None:
        return None
    return ApplicationGrant(
        row["key"],
        row["account"],
        row["client"],
        row["scopes"],
        row["purpose"],
        row["patient"],
        json.loads(row["principal"]),
        row["session"],
        row["until"],
    )


async def grants(pool: Pool | Connection, account: str) -> list[GivenGrant]:
    """The grants in force that an account gave, the latest first."""
    return [GivenGrant(**dict(row)) for row in await pool.fetch(statements("application")["grants"], account)]


async def end_grant(pool: Pool | Connection, key: int, *, why: str) -> None:
    """Ends a grant and every token that stems from it, at once."""
    await pool.execute(statements("application")["end_grant"], key, why)


async def withdraw(pool: Pool | Connection, account: str, key: int) -> bool:
    """Ends a grant that the account gave, and its tokens."""
    return await pool.fetchval(statements("application")["withdraw"], key, account) is not None


async def add_code(
    pool: Pool | Connection,
    token: bytes,
    *,
    client_: str,
    grant_: int,
    redirect_uri: str,
    challenge: str,
    data: dict[str, Any],
    seconds: int,
) -> None:
    """An authorization code, under its SHA-256."""
    arguments = (token, client_, grant_, redirect_uri, challenge, json.dumps(data), float(seconds))
    await pool.execute(statements("application")["add_code"], *arguments)


async def use_code(pool: Pool | Connection, token: bytes) -> Spent | None:
    """Uses a code; None when it never was."""
    row = await pool.fetchrow(statements("application")["use_code"], token)
    return _spent(row) if row else None


async def add_refresh(
    pool: Pool | Connection,
    token: bytes,
    *,
    client_: str,
    grant_: int,
    scopes: str,
    seconds: int,
    data: dict[str, Any],
) -> None:
    """A refresh token, under its SHA-256."""
    arguments = (token, client_, grant_, scopes, float(seconds), json.dumps(data))
    await pool.execute(statements("application")["add_refresh"], *arguments)


async def use_refresh(pool: Pool | Connection, token: bytes) -> Spent | None:
    """Uses a refresh token; None when it never was."""
    row = await pool.fetchrow(statements("application")["use_refresh"], token)
    return _spent(row) if row else None


async def see_refresh(pool: Pool | Connection, token: bytes) -> dict[str, Any] | None:
    """A refresh token that could be used now: `client`, `application_grant`, `scopes`, `expires` (seconds since 1970)."""
    row = await pool.fetchrow(statements("application")["see_refresh"], token)
    return dict(row) if row else None


async def take_assertion(pool: Pool | Connection, client_: str, *, jti: str, expires: int) -> bool:
    """Marks an assertion as used; False when it was used before."""
    return await pool.fetchval(statements("application")["take_assertion"], client_, jti, float(expires)) is not None


def _client(row: asyncpg.Record) -> Client:
    return Client(
        id=row["id"],
        name=row["name"],
        state=row["state"],
        method=row["method"],
        grant_types=tuple(row["grant_types"]),
        redirect_uris=tuple(row["redirect_uris"]),
        scopes=row["scopes"],
        purpose=row["purpose"],
        owner=row["owner"],
        secret=row["secret"] or b"",
        jwks=json.loads(row["jwks"]) if row["jwks"] else None,
        jwks_uri=row["jwks_uri"] or "",
        launch_uri=row["launch_uri"] or "",
        account=row["account"] or "",
        role=row["role"],
        organization=row["organization"],
        reaches_all=row["reaches_all"],
    )


def _spent(row: asyncpg.Record) -> Spent:
    found: dict[str, Any] = dict(row)
    found["grant"] = found.pop("application_grant")
    found["data"] = json.loads(found["data"])
    return Spent(**found)
