"""The watch over sealed entries: planted oddities are found with their figures, ordinary days raise nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.store.audits import entries, verified

from seve.engine.access import open_grant
from seve.engine.audit import officer
from seve.engine.audit.refusals import AlertNoteMissing, AlertNotFound, InvalidAlertState
from seve.engine.audit.watch import Watch
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import SHIFT, VersionClock, first_vid_of
from seve.store.audit import sealing, watched
from seve.store.audit.acts import Act, act_of
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.reading import Found
from seve.store.audit.rows import insert_from
from seve.store.audit.sealing import Sealed
from seve.store.audit.strands import Strand

GRANT = open_grant()
FIRST = date(2026, 3, 2)
FAMILIES = ("Durand", "Petit", "Moreau", "Leroy", "Garnier", "Faure", "Roussel", "Colin", "Brunet", "Picard")


class DayClock(VersionClock):
    """Hands out `vid`s of a day that is played; its hour is set."""

    def __init__(self) -> None:
        super().__init__(1)
        self.at = datetime(2026, 3, 2, tzinfo=UTC)
        self._turn = 0

    def next(self, *, after: int = 0) -> int:
        self._turn += 1
        return first_vid_of(int(self.at.timestamp() * 1_000)) + self._turn % (1 << SHIFT)


class World:
    """Ten physicians with patients of their own, day by day."""

    def __init__(self, engine: Engine, keys: Keyring) -> None:
        self.engine = engine
        self.keys = keys
        self.clock = DayClock()
        self.strand = Strand(VersionClock(5), keys, ())
        self.strand._clock = self.clock  # the strand is of today, what it tells is of the days that are played
        self.watch = Watch(engine.database, engine.ledger, keys, seal_seconds=1, retention_days=3_650)
        self.chance = random.Random(1)

    async def put(self, resource: dict[str, Any]) -> None:
        path = f"{resource['resourceType']}/{resource['id']}"
        await perform(self.engine, GRANT, Request("PUT", path, resource=resource))

    async def people(self) -> None:
        for n in range(10):
            home = {"use": "home", "line": [f"{n} rue des Lilas"], "postalCode": f"{33000 + n}", "city": "Bordeaux"}
            await self.put(
                {"resourceType": "Practitioner", "id": f"d{n}", "name": [{"family": f"Médecin{n}"}], "address": [home]}
            )
            for p in range(12):
                name = [{"family": FAMILIES[(n + p) % 10], "given": ["Zoé"]}]
                there = {"line": [f"{p} avenue Foch"], "postalCode": f"{33000 + n}", "city": "Bordeaux"}
                await self.put({"resourceType": "Patient", "id": f"p{n}-{p}", "name": name, "address": [there]})

    async def read(self, doctor: int, patients: list[str], *, day: date, hour: int = 10, **more: Any) -> None:
        self.clock.at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        told = {"interaction": "read", "action": "R", "role": "10", "purpose": "TREAT", **more}
        acts = [
            Act(agent=f"Practitioner/d{doctor}", entities=(f"{p}/_history/1",), patients=(p,), **told) for p in patients
        ]
        await self.engine.database.pool.execute(insert_from(1), *self.strand.rows(acts).arguments())
        self.strand.advance()

    async def ordinary(self, day: date) -> None:
        for doctor in range(10):
            seen = self.chance.sample(range(12), self.chance.randint(5, 12))
            hour = 21 if doctor == 9 and day.day % 2 else self.chance.randint(7, 18)  # the tenth is on call at night
            await self.read(doctor, [f"Patient/p{doctor}-{p}" for p in seen], day=day, hour=hour)

    async def look(self, day: date) -> list[str]:
        await self.watch.seal()
        await self.watch.look(day)
        return sorted(alert.kind for alert in await officer.alerts(self.engine, GRANT, state=None))


@pytest_asyncio.fixture(loop_scope="session")
async def world(engine: Engine, tmp_path: Path) -> AsyncIterator[World]:
    """On a trail and a ledger of its own, with its own keys."""
    keys, shared = Keyring.open(tmp_path / "own-keys"), engine.ledger
    engine.ledger = Ledger(engine.database, keys)
    await engine.database.pool.execute("TRUNCATE audit, audit_seal, audit_sealed, audit_alert, audit_habit")
    made = World(engine, keys)
    await made.people()
    yield made
    engine.ledger = shared


async def days(world: World, number: int) -> date:
    """So many ordinary days; the next one."""
    for turn in range(number):
        day = FIRST + timedelta(days=turn)
        await world.ordinary(day)
        assert await world.look(day) == []
    return FIRST + timedelta(days=number)


async def test_ordinary_days_raise_nothing(world: World) -> None:
    await days(world, 10)
    number = await world.engine.database.pool.fetchval("SELECT count(*) FROM audit_habit")
    assert number == 100


async def test_the_planted_cases_are_found_and_nothing_else(world: World) -> None:
    day = await days(world, 7)
    await world.put({"resourceType": "Patient", "id": "name", "name": [{"family": "MEDECIN1"}]})
    lilas = {"line": ["14 bis, Rue des Lilas"], "postalCode": "33002"}
    await world.put({"resourceType": "Patient", "id": "near", "name": [{"family": "Voisin"}], "address": [lilas]})
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "CEL"}
    await world.put(
        {"resourceType": "Patient", "id": "star", "meta": {"security": [label]}, "name": [{"family": "Star"}]}
    )
    await world.ordinary(day)
    await world.read(1, ["Patient/name"] * 3, day=day)
    await world.read(2, ["Patient/near"], day=day)
    await world.read(3, ["Patient/star"], day=day)
    await world.read(4, [f"Patient/p{d}-{p}" for d in range(10) for p in range(6)], day=day)
    await world.read(5, ["Patient/p9-1"], day=day, interaction="break-glass", action="E", basis="unconscious")
    await world.read(6, [f"Patient/p6-{p}" for p in range(8)], day=day, hour=21)
    assert await world.look(day) == ["broken_glass", "known_person", "namesake", "neighbour", "night", "volume"]
    assert await world.look(day) == ["broken_glass", "known_person", "namesake", "neighbour", "night", "volume"]
    found = {alert.kind: alert for alert in await officer.alerts(world.engine, GRANT)}
    assert {kind: alert.agent[-1] for kind, alert in found.items()} == {
        "namesake": "1", "neighbour": "2", "known_person": "3", "volume": "4", "broken_glass": "5", "night": "6",
    }  # fmt: skip
    assert "medecin1" in officer.told(found["namesake"])
    assert "3 fois" in officer.told(found["namesake"], "fr")
    assert "rue des lilas" in officer.told(found["neighbour"])
    assert "unconscious" in officer.told(found["broken_glass"])
    assert "{" not in "".join(officer.told(alert, language) for alert in found.values() for language in ("fr", "en"))
    assert len(found["namesake"].entries) == 3


async def test_the_care_team_is_not_told_of(world: World) -> None:
    day = await days(world, 1)
    await world.put({"resourceType": "Patient", "id": "name", "name": [{"family": "Médecin1"}]})
    sql = "INSERT INTO reach (patient, reader, purpose, opens, lifts, since, until, vid) VALUES ($1, $2, 0, true, 0, 0, $3, 1)"
    pair = (value_key("Patient/name"), value_key("Practitioner/d1"))
    await world.engine.database.pool.execute(sql, *pair, 2**62)
    await world.read(1, ["Patient/name"], day=day)
    assert await world.look(day) == []


async def test_entries_without_a_seal_and_refused_ones_are_not_looked_at(world: World) -> None:
    await world.put({"resourceType": "Patient", "id": "name", "name": [{"family": "Médecin1"}]})
    await world.read(1, ["Patient/name"], day=FIRST)
    assert await world.watch.look(FIRST) == 0
    assert await world.look(FIRST) == ["namesake"]


async def test_a_look_goes_on_from_the_last_seal_it_saw(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    day, read, period = await days(world, 6), list[int](), watched.period

    async def counted(*given: Any, **more: Any) -> AsyncIterator[Found]:
        read.append(0)
        async for found in period(*given, **more):
            read[-1] += 1
            yield found

    monkeypatch.setattr(watched, "period", counted)
    others = [f"Patient/p{d}-{p}" for d in range(10) for p in range(6)]
    await world.read(4, others[:25], day=day)
    await world.read(6, ["Patient/p6-1"], day=day)
    assert await world.look(day) == []
    assert await world.look(day) == []
    await world.read(4, others[20:], day=day)
    assert await world.look(day) == ["volume"], "what was seen before counts"
    (alert,) = await officer.alerts(world.engine, GRANT)
    assert "60" in officer.told(alert)
    world.watch = Watch(world.engine.database, world.engine.ledger, world.keys, seal_seconds=1, retention_days=3_650)
    assert await world.look(day) == ["volume"]
    assert read == [26, 0, 40, 66]
    sql = "SELECT patients FROM audit_habit WHERE day = $1 AND agent = $2"
    pool = world.engine.database.pool
    assert [await pool.fetchval(sql, day, f"Practitioner/d{d}") for d in (4, 6)] == [60, 1]


async def test_an_alert_is_settled_with_a_note_and_stays_so(world: World) -> None:
    await world.put({"resourceType": "Patient", "id": "name", "name": [{"family": "Médecin1"}]})
    await world.read(1, ["Patient/name"], day=FIRST)
    await world.look(FIRST)
    (alert,) = await officer.alerts(world.engine, GRANT)
    with pytest.raises(AlertNoteMissing):
        await officer.settle(world.engine, GRANT, alert.id, state="explained", note=" ")
    with pytest.raises(InvalidAlertState):
        await officer.settle(world.engine, GRANT, alert.id, state="closed", note="x")
    with pytest.raises(AlertNotFound):
        await officer.settle(world.engine, GRANT, 1, state="confirmed", note="x")
    await officer.settle(world.engine, GRANT, alert.id, state="explained", note="a homonym, no kin")
    await world.read(1, ["Patient/name"], day=FIRST)
    await world.look(FIRST)
    assert await officer.alerts(world.engine, GRANT) == []
    (settled,) = await officer.alerts(world.engine, GRANT, state="explained")
    assert (settled.note, settled.reason) == ("a homonym, no kin", alert.reason)


async def test_tampering_found_at_sealing_is_an_alert(world: World, tmp_path: Path) -> None:
    await world.read(1, ["Patient/p1-1"] * 3, day=FIRST)
    await world.engine.database.pool.execute("UPDATE audit SET agent = 0 WHERE number = 2")
    assert await world.look(FIRST) == ["tampering"]
    assert not (await verified(world.engine.database, Keyring.open(tmp_path / "own-keys"))).is_sound


async def test_thousands_of_altered_entries_are_told_in_a_few_alerts(world: World) -> None:
    await world.read(1, ["Patient/p1-1"] * 60, day=FIRST)
    await world.engine.database.pool.execute("UPDATE audit SET agent = 0 WHERE number > 10")
    await world.watch.seal()
    told = [alert.reason for alert in await officer.alerts(world.engine, GRANT)]
    assert len(told) == 21
    assert sum("30 more entries" in one for one in told) == 1


async def test_a_turn_seals_what_was_there_and_leaves_the_next_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, seal = world.engine, sealing.seal
    act = Act(interaction="read", action="R", agent="Practitioner/d1", entities=("Patient/p1",))
    sizes: list[int] = []

    async def busy(*given: Any) -> Sealed | None:
        made = await seal(*given)
        if made:
            sizes.append(made.seal.count)
        if len(sizes) < 9:
            await engine.ledger.record([act])  # somebody reads on and on
        return made

    monkeypatch.setattr(sealing, "seal", busy)
    await engine.ledger.record([act] * 3)
    assert await world.watch.seal() == 3
    assert await world.watch.seal() == 1
    assert sizes == [3, 1]
    monkeypatch.setattr(sealing, "_STRAND_ENTRIES", 2)
    await engine.ledger.record([act] * 4)
    assert await world.watch.seal() >= 5
    assert sizes[2:5] == [2, 2, 2]


async def test_the_watch_seals_looks_and_purges_by_itself(world: World) -> None:
    database, ledger = world.engine.database, world.engine.ledger
    watch = Watch(database, ledger, world.keys, seal_seconds=0.05, retention_days=-1)
    await ledger.record([Act(interaction="read", action="R", patients=("Patient/p1-1",))])
    running = asyncio.create_task(watch.run())
    try:
        async with asyncio.timeout(20):
            while not any(act_of(e.content).interaction == "purge" for e in await entries(database)):
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
    await watch.seal()
    report = await verified(database, world.keys)
    assert (report.is_sound, report.purged_seals > 0) == (True, True), report.faults
