"""Accounts: their identities at other issuers, their links to the record, and what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import param_key, value_key
from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. `login` is the folded name that a password is asked with, "" for who never types one."""

    id: str
    login: str
    name: str
    is_officer: bool
    is_demo: bool
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an account: a key of `seve.web.signin`'s sentences, who did it, where from, when."""

    what: str
    by: str
    by_name: str
    device: str
    at: datetime


async def add(
    pool: Pool | Connection, id_: str, *, name: str, login: str = "", is_officer: bool = False, is_demo: bool = False
) -> None:
    """A new account. Raises asyncpg.UniqueViolationError when the login is taken."""
    await pool.execute(statements("account")["add"], id_, login or None, name, is_officer, is_demo)


async def by_id(pool: Pool | Connection, id_: str) -> Account | None:
    """One account."""
    return _account(await pool.fetchrow(statements("account")["by_id"], id_))


async def by_login(pool: Pool | Connection, login: str) -> Account | None:
    """The account of a folded login name."""
    return _account(await pool.fetchrow(statements("account")["by_login"], login))


async def by_identity(pool: Pool | Connection, *, issuer: str, subject: str) -> Account | None:
    """The account that an issuer knows by a subject."""
    return _account(await pool.fetchrow(statements("account")["by_identity"], issuer, subject))


async def by_reference(pool: Pool | Connection, reference: str) -> list[Account]:
    """The accounts that stand for a resource: the holder, or the patients and helpers to tell of something."""
    rows = await pool.fetch(statements("account")["by_reference"], reference)
    return [_made(row) for row in rows]


async def demo(pool: Pool | Connection) -> list[Account]:
    """The personas of a demonstration store."""
    return [_made(row) for row in await pool.fetch(statements("account")["demo"])]


async def add_identity(pool: Pool | Connection, account: str, *, issuer: str, subject: str) -> None:
    """Another issuer's name for the account."""
    await pool.execute(statements("account")["add_identity"], issuer, subject, account)


async def identities(pool: Pool | Connection, account: str) -> list[tuple[str, str]]:
    """(issuer, subject) of an account, the oldest first."""
    return [(row["issuer"], row["subject"]) for row in await pool.fetch(statements("account")["identities"], account)]


async def link(pool: Pool | Connection, account: str, reference: str) -> None:
    """The account stands for a resource from now on."""
    await pool.execute(statements("account")["link"], account, reference)


async def links(pool: Pool | Connection, account: str) -> list[str]:
    """The references that an account stands for, in order."""
    return [row["reference"] for row in await pool.fetch(statements("account")["links"], account)]


async def block(pool: Pool | Connection, account: str) -> bool:
    """Nobody signs in with it any more: its sessions, tokens and delegations end in the same statement. False when it was so."""
    return await pool.fetchval(statements("account")["block"], account) is not None


async def tell(pool: Pool | Connection, account: str, what: str, *, by: str, device: str = "") -> None:
    """Writes down what happened to an account, for its holder to read."""
    await pool.execute(statements("account")["tell"], account, what, by, device)


async def told(pool: Pool | Connection, account: str, *, most: int = 30) -> list[Event]:
    """What happened to an account, the latest first."""
    rows = await pool.fetch(statements("account")["told"], account, most)
    return [Event(row["what"], row["by"], row["by_name"] or "", row["device"], row["at"]) for row in rows]


async def documents(pool: Pool | Connection, references: Sequence[str]) -> list[Resource]:
    """The current resources of some references, without those that do not exist: for names and roles at sign-in."""
    rows = await pool.fetch(statements("account")["documents"], [value_key(reference) for reference in references])
    return [parse(row["body"].encode()) for row in rows]


async def practices(pool: Pool | Connection, practitioner: str, *, also: Sequence[str] = ()) -> list[Resource]:
    """The current PractitionerRoles of a Practitioner, and others by their references; active or not."""
    parameter = param_key("PractitionerRole", "practitioner")
    keys = [value_key(reference) for reference in also]
    rows = await pool.fetch(statements("account")["practices"], parameter, value_key(practitioner), keys)
    return [parse(row["body"].encode()) for row in rows]


async def setting(pool: Pool | Connection, name: str) -> str | None:
    """A value of the store, None when it was never set."""
    value: str | None = await pool.fetchval(statements("account")["setting"], name)
    return value


async def practitioner_of(pool: Pool | Connection, *, system: str, value: str) -> str:
    """The Practitioner of an identifier, as a reference; "" when none, or more than one, has it."""
    key = param_key("Practitioner", "identifier") ^ value_key(f"{system}|{value}")
    rows = await pool.fetch(statements("account")["by_identifier"], key, "Practitioner")
    return f"Practitioner/{rows[0]['id']}" if len(rows) == 1 else ""


def _account(row: asyncpg.Record | None) -> Account | None:
    return _made(row) if row else None


def _made(row: asyncpg.Record) -> Account:
    return Account(
        row["id"], row["login"] or "", row["name"], row["officer"], row["demo"], is_blocked=row["blocked"] is not None
    )
