"""The watch: seals what was written, purges what is too old, and looks through sealed days for what is odd.

It runs beside the servers, in one process or several: the sealer's lock keeps one at it, and looking twice finds the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from seve.engine.audit.patterns import Known, Odd, Rules, Visits, Worked, odd
from seve.fhir import Resource
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import first_vid_of, millisecond_of
from seve.store.audit import reading, retention, sealing, watched
from seve.store.audit.faults import Fault
from seve.store.audit.heads import SetBackError
from seve.store.audit.reading import Found
from seve.store.audit.watched import Day
from seve.store.database import is_unavailable

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring
    from seve.store.audit.ledger import Ledger
    from seve.store.audit.sealing import Sealed
    from seve.store.database import Connection, Database

_LOG = logging.getLogger("seve.audit")
_LOOK_SECONDS = 900.0
_RETRY_SECONDS = 10.0
_ENTRIES_KEPT = 20
_NAMED = 20
_LATE_HOURS = 2
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Seen:
    """A day as far as it was looked through: up to a seal, what each professional did."""

    seal: int = 0
    worked: dict[str, Worked] = field(default_factory=dict[str, Worked])


class Watch:
    """`rules` say what is odd. `retention_days`: older entries are purged by whole seals."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        keys: Keyring,
        *,
        seal_seconds: float,
        retention_days: float,
        rules: Rules | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._keys = keys
        self._seal_seconds = seal_seconds
        self._retention_days = retention_days
        self._rules = rules or Rules()
        self._is_new = True
        self._seen = dict[date, _Seen]()

    async def run(self) -> None:
        """Never returns; what fails is logged, without a person's data, and tried again."""
        look_at = time.monotonic()
        while True:
            try:
                await self.seal()
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + _LOOK_SECONDS
                    await self._look_at_recent_days()
                    await retention.purge(self._database, self._ledger, older_than_days=self._retention_days)
                await asyncio.sleep(self._seal_seconds)
            except SetBackError as error:
                _LOG.critical("%s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001 - the watch outlives whatever befalls it
                _LOG.error(
                    "the audit watch will go on: %s", "no database" if is_unavailable(error) else type(error).__name__
                )
                await asyncio.sleep(_RETRY_SECONDS)

    async def _look_at_recent_days(self) -> None:
        """Today, and yesterday for as long as entries of it may have been sealed since the last look."""
        now = datetime.now(UTC).astimezone(ZoneInfo(self._rules.zone))
        self._seen = {day: seen for day, seen in self._seen.items() if day >= now.date() - _DAY}
        if self._is_new or now.hour < _LATE_HOURS:
            await self.look(now.date() - _DAY)
        await self.look(now.date())
        self._is_new = False

    async def seal(self) -> int:
        """Seals all that waits; what was tampered with meanwhile is put before the officer. Returns how many entries.

        What comes while it seals has time until the next turn: a seal costs as much for one entry as for a thousand.
        """
        count = 0
        async with self._database.pool.acquire() as connection:
            while made := await sealing.seal(connection, self._keys):
                count += made.seal.count
                for fault in _named(made):
                    _LOG.critical("the audit trail was tampered with: %s", fault)
                    await self._tampering(connection, fault)
                if not made.is_full:
                    break
        return count

    async def look(self, day: date) -> int:
        """Looks through a day, in the zone of the rules, as far as it is sealed. Returns how many alerts are new.

        The first time at all of it, then at what was sealed since, and at those alone who did something: a country's day has too
        many entries to be read each quarter of an hour. What fails is begun anew.
        """
        start = datetime.combine(day, datetime.min.time(), ZoneInfo(self._rules.zone))
        since, until = (first_vid_of(int(one.timestamp() * 1_000)) for one in (start, start + _DAY))
        seen = self._seen.pop(day, None) or _Seen()
        async with self._database.pool.acquire() as connection, connection.transaction():
            last = await watched.last_seal(connection)
            entries = watched.period(connection, since, until, after_seal=seen.seal, last_seal=last)
            agents = await self._add_to(seen.worked, entries)
            worked = {agent: seen.worked[agent] for agent in agents}
            known = await self._known(connection, day, worked, at=int(start.timestamp() * 1e6))
            found = [one for agent, done in worked.items() for one in odd(agent, done, known, self._rules)]
            new = [await self._raise(connection, one, day) for one in found]
            days = [Day(agent, done.role, len(done.visits), len(done.night)) for agent, done in worked.items()]
            await watched.keep_habits(connection, day, days)
        self._seen[day] = _Seen(last, seen.worked)
        return sum(new)

    async def _add_to(self, worked: dict[str, Worked], entries: AsyncIterator[Found]) -> set[str]:
        """Adds what each professional did, by patient; returns who did something. Patients who look at their own data, and machines, are not watched."""
        agents = set[str]()
        unnamed = list[tuple[Found, list[int]]]()
        async for found in entries:
            act = found.act
            if act.outcome or not act.agent.startswith("Practitioner"):
                continue
            agents.add(act.agent)
            done = worked.setdefault(act.agent, Worked(act.role))
            for patient in act.patients:
                self._add(done, patient, found)
            named = {value_key(patient) for patient in act.patients}
            if keys := [key for key in act.patient_keys if key not in named]:
                unnamed.append((found, keys))
        await self._name(worked, unnamed)
        return agents

    async def _name(self, worked: dict[str, Worked], unnamed: list[tuple[Found, list[int]]]) -> None:
        """Adds the patients that are known by their keys alone."""
        names = await reading.references(self._database.pool, {key for _, keys in unnamed for key in keys})
        for found, keys in unnamed:
            for key in keys:
                if key in names:
                    self._add(worked[found.act.agent], names[key], found)

    def _add(self, done: Worked, patient: str, found: Found) -> None:
        visits = done.visits.setdefault(patient, Visits())
        visits.count += 1
        if len(visits.entries) < _ENTRIES_KEPT:
            visits.entries.append(found.vid)
        hour = datetime.fromtimestamp(millisecond_of(found.vid) / 1_000, ZoneInfo(self._rules.zone)).hour
        if hour >= self._rules.night_from_hour or hour < self._rules.night_to_hour:
            done.night.add(patient)
        if found.act.interaction == "break-glass":
            visits.broken = (hour, found.act.basis)

    async def _known(self, connection: Connection, day: date, worked: dict[str, Worked], *, at: int) -> Known:
        pairs = [(agent, patient) for agent, done in worked.items() for patient in done.visits]
        since = day - timedelta(days=self._rules.habit_days)
        return Known(
            day=day,
            persons=await _persons(connection, list(worked)),
            patients=await watched.documents(connection, {patient for _, patient in pairs}),
            team=await watched.of_team(connection, pairs, at=at),
            habits=await watched.habits(connection, list(worked), since=since, until=day),
            peers=await watched.peers(
                connection, list({done.role for done in worked.values()}), since=since, until=day
            ),
        )

    async def _raise(self, connection: Connection, found: Odd, day: date) -> bool:
        return await watched.raise_alert(
            connection,
            self._database.clock.next(),
            kind=found.kind,
            subject=f"{day.isoformat()} {found.agent} {found.patient}".strip(),
            agent=found.agent,
            patient=found.patient,
            reason=msgspec.json.encode(found.fields).decode(),
            entries=found.entries,
        )

    async def _tampering(self, connection: Connection, fault: Fault) -> None:
        await watched.raise_alert(
            connection,
            self._database.clock.next(),
            kind="tampering",
            subject=f"{fault.strand} {fault.number}" if fault.strand else f"seal {fault.seal}",
            agent="",
            patient="",
            reason=msgspec.json.encode({"fault": str(fault)}).decode(),
            entries=[fault.vid] if fault.vid else [],
        )


def _named(made: Sealed) -> Iterator[Fault]:
    """The faults of a seal; when somebody rewrote thousands of entries, the first and how many more there are."""
    yield from made.faults[:_NAMED]
    if more := made.faults[_NAMED:]:
        yield Fault(more[0].kind, f"{len(more):,} more entries, which `seve audit verify` names", seal=made.seal.number)


async def _persons(connection: Connection, agents: list[str]) -> dict[str, Resource]:
    """The person behind each agent: a PractitionerRole leads to its Practitioner."""
    found = await watched.documents(connection, agents)
    behind = {agent: one.get("practitioner", {}).get("reference", agent) for agent, one in found.items()}
    persons = await watched.documents(connection, {ref for agent, ref in behind.items() if ref != agent})
    return {agent: persons.get(reference, found[agent]) for agent, reference in behind.items()}
