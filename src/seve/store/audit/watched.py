"""What the watch over the trail reads and keeps: sealed entries of a time, who they are about, habits, and alerts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.store.audit.acts import act_of
from seve.store.audit.reading import Found
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool
    from seve.store.grant import Grant

_PREFETCH = 2_000


@dataclass(frozen=True, slots=True)
class Habit:
    """What is usual for somebody: the patients of each day they worked, and on how many of these days they worked at night."""

    patients: tuple[int, ...] = ()
    nights: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """What somebody did on a day."""

    agent: str
    role: str
    patients: int
    night: int


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing for the officer. `reason` is the figures behind it as JSON, for the sentence of its kind."""

    id: int
    kind: str
    agent: str
    patient: str
    reason: str
    entries: tuple[int, ...]
    state: str
    officer: str
    note: str
    changed: datetime


async def last_seal(connection: Connection) -> int:
    """The number of the last seal; 0 without one."""
    number: int = await connection.fetchval(statements("audit")["last_number"])
    return number


async def period(
    connection: Connection, since: int, until: int, *, after_seal: int, last_seal: int
) -> AsyncIterator[Found]:
    """The entries of a time (`vid`s) in the seals after one (0: in all) up to the last one given, oldest first; within a transaction."""
    name, arguments = ("period_since", (after_seal,)) if after_seal else ("period", ())
    asked = connection.cursor(statements("audit")[name], since, until, last_seal, *arguments, prefetch=_PREFETCH)
    async for row in asked:
        yield Found(row["vid"], act_of(row["content"]))


async def documents(connection: Connection, references: Iterable[str]) -> dict[str, Resource]:
    """The current resources of references, those that are there."""
    by_key = {value_key(one): one for one in references}
    rows = await connection.fetch(statements("audit")["bodies"], list(by_key))
    return {by_key[row["ref"]]: parse(row["body"].encode()) for row in rows}


async def of_team(connection: Connection, pairs: Sequence[tuple[str, str]], *, at: int) -> set[tuple[str, str]]:
    """Which pairs (agent, patient) stand in a care team, or may see by consent, at a time (microseconds since 1970)."""
    by_keys = {(value_key(agent), value_key(patient)): (agent, patient) for agent, patient in pairs}
    rows = await connection.fetch(statements("audit")["of_team"], [a for a, _ in by_keys], [p for _, p in by_keys], at)
    return {by_keys[row["reader"], row["patient"]] for row in rows}


async def keep_habits(connection: Connection, day: date, days: Sequence[Day]) -> None:
    """Keeps what each did on a day; told again, it replaces."""
    columns = ([d.agent for d in days], [d.role for d in days], [d.patients for d in days], [d.night for d in days])
    await connection.execute(statements("audit")["keep_habits"], day, *columns)


async def habits(connection: Connection, agents: Sequence[str], *, since: date, until: date) -> Mapping[str, Habit]:
    """What was usual for agents in the days before `until`."""
    rows = await connection.fetch(statements("audit")["own_habits"], list(agents), since, until)
    return {row["agent"]: Habit(tuple(row["patients"]), row["nights"]) for row in rows}


async def peers(connection: Connection, roles: Sequence[str], *, since: date, until: date) -> Mapping[str, float]:
    """The median of patients a day of each role."""
    rows = await connection.fetch(statements("audit")["peer_habits"], list(roles), since, until)
    return {row["role"]: float(row["median"]) for row in rows}


async def raise_alert(
    connection: Connection,
    id_: int,
    *,
    kind: str,
    subject: str,
    agent: str,
    patient: str,
    reason: str,
    entries: Sequence[int],
) -> bool:
    """Puts an alert before the officer. False when it was told before and nothing is new."""
    row = await connection.fetchrow(
        statements("audit")["raise_alert"], id_, kind, subject, agent, patient, reason, list(entries)
    )
    return row is not None


async def alerts(pool: Pool, grant: Grant, *, state: str | None, before: int, count: int) -> list[Alert]:
    """Alerts, newest first."""
    rows = await pool.fetch(statements("audit")["alerts"], state, before, _session(grant), count)
    return [_alert(**dict(row)) for row in rows]


async def settle_alert(pool: Pool, grant: Grant, id_: int, *, state: str, officer: str, note: str) -> bool:
    """What the officer made of an alert. False when there is none."""
    found = await pool.fetchval(statements("audit")["settle_alert"], id_, state, officer, note, _session(grant))
    return found is not None


def _alert(*, entries: list[int], **columns: Any) -> Alert:
    return Alert(entries=tuple(entries), **columns)


def _session(grant: Grant) -> int | None:
    return grant.sight.session if grant.sight else None
