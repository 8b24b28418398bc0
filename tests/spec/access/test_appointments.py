"""Who books, moves and sees an appointment: the patient's side, the professional's side, and nobody else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from seve.engine.agendas import NotFree, book, change
from seve.engine.agendas.refusals import NoAgenda, NotTheirPart, NotTheirTime
from seve.engine.refusals import NotFound, VersionMismatch
from seve.fhir import Resource
from seve.fhir.scheduling import DAYS, Agenda, Asked, Reason, Rule, with_agenda, with_asked
from seve.store.agendas import Wanted, free

from .test_who_sees_what import status, total
from .world import World, consent, observation

OTHER = "PractitionerRole/other-role"
AGENDA = Agenda(
    (Reason("visit", "Consultation", 20), Reason("inside", "Interne", 20, is_public=False)),
    (Rule(DAYS, time(9), time(12)),),
)


def schedule(**more: Any) -> Resource:
    found = {"resourceType": "Schedule", "id": "other", "active": True, "actor": [{"reference": OTHER}]}
    return with_agenda({**found, **more}, AGENDA)


async def soon(world: World, number: int = 0) -> datetime:
    since = datetime.now(UTC) + timedelta(days=1)
    found = await free(world.engine.database.pool, Wanted(since, since + timedelta(days=9), schedules=("other",)))
    return found[number].start


def asking(start: datetime, *patients: str, reason: str = "visit", **more: Any) -> Resource:
    found: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=20)).isoformat(),
        "participant": [{"actor": {"reference": f"Patient/{one}"}, "status": "accepted"} for one in patients],
        **more,
    }
    return with_asked(found, Asked("Schedule/other", reason))


async def test_a_patient_books_public_time_and_the_professional_sees_the_appointment_alone(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(schedule(), observation("a1", "ana"))
    made = await book(world.engine, world.grant("ana"), asking(await soon(world), "ana"))
    path = f"Appointment/{made['id']}"
    assert [one["actor"]["reference"] for one in made["participant"]] == ["Patient/ana", OTHER]
    for reader in ("ana", "other"):
        assert await status(api, reader, path) == 200
        assert await total(api, reader, "Appointment?_summary=count") == 1
    assert await status(api, "other", "Observation/a1") == 404
    assert await status(api, "other", "Patient/ana") == 404
    assert await status(api, "bob", path) == 404
    assert await total(api, "bob", "Appointment?_summary=count") == 0


async def test_who_is_shut_out_of_the_record_still_sees_who_comes_to_them(api: httpx.AsyncClient, world: World) -> None:
    await world.put(schedule(), consent("c", "ana", type="deny"))
    made = await book(world.engine, world.grant("ana"), asking(await soon(world), "ana"))
    assert await status(api, "other", f"Appointment/{made['id']}") == 200
    assert await status(api, "other", f"Appointment/{made['id']}/_history/1") == 200


async def test_two_patients_of_one_appointment_do_not_see_each_other(api: httpx.AsyncClient, world: World) -> None:
    await world.put(schedule())
    made = await book(world.engine, world.grant("other"), asking(await soon(world), "ana", "bob"))
    for reader, expected in (("other", 200), ("ana", 404), ("bob", 404)):
        assert await status(api, reader, f"Appointment/{made['id']}") == expected


async def test_a_patient_nobody_knows_yet_is_contained_and_seen_by_the_participants_alone(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(schedule())
    contained = [{"resourceType": "Patient", "id": "patient", "name": [{"family": "Inconnu"}]}]
    asked = asking(await soon(world), contained=contained)
    asked["participant"] = [{"actor": {"reference": "#patient"}, "status": "accepted"}]
    made = await book(world.engine, world.grant("other"), asked)
    assert await status(api, "other", f"Appointment/{made['id']}") == 200
    for reader in ("ana", "doc"):
        assert await status(api, reader, f"Appointment/{made['id']}") == 404
        assert await total(api, reader, "Appointment?_content=Inconnu&_summary=count") == 0


@pytest.mark.parametrize("reader", ["bob", "doc"])
async def test_nobody_else_books_for_a_patient(world: World, reader: str) -> None:
    await world.put(schedule())
    with pytest.raises(NotTheirTime):
        await book(world.engine, world.grant(reader), asking(await soon(world), "ana"))


async def test_time_that_is_not_offered_is_refused_with_the_next_choices(world: World) -> None:
    await world.put(schedule())
    start = await soon(world)
    engine, ana = world.engine, world.grant("ana")
    with pytest.raises(NotFree) as refused:
        await book(engine, ana, asking(start + timedelta(minutes=7), "ana"))
    assert [one.start for one in refused.value.choices] == [start + timedelta(minutes=20 * n) for n in (1, 2, 3)]
    with pytest.raises(NotFree):
        await book(engine, ana, asking(start, "ana", reason="inside"))
    with pytest.raises(NotFree):
        await book(engine, ana, asking(start - timedelta(days=2), "ana"))
    with pytest.raises(NoAgenda):
        await book(engine, ana, with_asked(asking(start, "ana"), Asked("Schedule/none")))
    await book(engine, world.grant("other"), asking(start + timedelta(hours=9), "ana", reason="inside"))


async def test_of_64_patients_at_once_one_has_the_time_and_63_are_told_the_next_three(world: World) -> None:
    await world.put(schedule())
    start = await soon(world)
    found = await asyncio.gather(
        *(book(world.engine, world.grant("ana"), asking(start, "ana")) for _ in range(64)), return_exceptions=True
    )
    refused = [one for one in found if isinstance(one, NotFree)]
    assert len(refused) == 63
    assert {len(one.choices) for one in refused} == {3}
    assert all(one.start > start for refusal in refused for one in refusal.choices)


async def test_the_patient_confirms_moves_and_cancels_and_no_more(world: World) -> None:
    await world.put(schedule())
    engine, ana = world.engine, world.grant("ana")
    made = await book(engine, ana, asking(await soon(world), "ana"))
    later = await soon(world, 3)
    moved = await change(engine, ana, {**made, "start": later.isoformat(), "end": later.isoformat()})
    assert datetime.fromisoformat(moved["end"]) == later + timedelta(minutes=20)
    with pytest.raises(VersionMismatch):
        await change(engine, ana, {**made, "status": "cancelled"})
    with pytest.raises(NotTheirPart, match="priority"):
        await change(engine, ana, {**moved, "priority": 1})
    with pytest.raises(NotTheirPart, match="participant"):
        await change(engine, ana, {**moved, "participant": moved["participant"][:1]})
    with pytest.raises(NotTheirPart, match="status"):
        await change(engine, ana, {**moved, "status": "fulfilled"})
    cancelled = await change(engine, ana, {**moved, "status": "cancelled"})
    assert later in [one.start for one in await _all(world)]
    with pytest.raises(NotTheirPart, match="status"):
        await change(engine, ana, {**cancelled, "status": "booked"})


async def test_a_patient_takes_the_time_of_nobody_beside_the_agenda_and_tells_no_visit_that_was_not(
    world: World,
) -> None:
    await world.put(schedule())
    engine, ana = world.engine, world.grant("ana")
    asked = asking(await soon(world), "ana")
    doc = {"actor": {"reference": "PractitionerRole/doc-role"}, "status": "accepted"}
    with pytest.raises(NotTheirPart, match="participant"):
        await book(engine, ana, {**asked, "participant": [*asked["participant"], doc]})
    with pytest.raises(NotTheirPart, match="status"):
        await book(engine, ana, {**asked, "status": "fulfilled"})
    assert await engine.database.pool.fetchval("SELECT count(*) FROM claim") == 0


async def test_a_patient_does_not_change_seats(world: World) -> None:
    await world.put(schedule())
    made = await book(world.engine, world.grant("ana"), asking(await soon(world), "ana"))
    await change(world.engine, world.grant("ana"), with_asked(made, Asked("Schedule/other", "visit", seat=7)))
    assert await world.engine.database.pool.fetchval("SELECT array_agg(seat) FROM claim") == [0]


async def test_what_is_not_seen_or_not_theirs_cannot_be_changed(world: World) -> None:
    await world.put(schedule())
    made = await book(world.engine, world.grant("ana"), asking(await soon(world), "ana"))
    for reader, refusal in (("bob", NotFound), ("nurse", NotTheirTime)):  # who cares for the patient sees it
        with pytest.raises(refusal):
            await change(world.engine, world.grant(reader), {**made, "status": "cancelled"})
    arrived = await change(world.engine, world.grant("other"), {**made, "status": "arrived"})
    assert arrived["status"] == "arrived"


async def test_who_acts_for_the_professional_keeps_the_agenda(world: World) -> None:
    await world.put(schedule())
    other = world.principals["other"]
    await world.sign_in(
        "substitute",
        **{name: getattr(other, name) for name in ("role", "organization")},
        delegated_by=other.person,
        profession="SEC",
    )
    made = await book(world.engine, world.grant("substitute"), asking(await soon(world), "ana"))
    assert made["status"] == "booked"
    await world.put({"resourceType": "PractitionerRole", "id": "other-role", "active": False})
    with pytest.raises(NotFound):
        await change(world.engine, world.grant("substitute"), {**made, "status": "cancelled"})


async def test_the_api_has_no_way_round(api: httpx.AsyncClient, world: World) -> None:
    await world.put(schedule())
    start = await soon(world)
    sent = await api.post("Appointment", json=asking(start, "ana"), headers={"x-reader": "ana"})
    assert sent.status_code == 403


async def _all(world: World) -> tuple[Any, ...]:
    since = datetime.now(UTC) + timedelta(days=1)
    wanted = Wanted(since, since + timedelta(days=9), schedules=("other",), count=500)
    return await free(world.engine.database.pool, wanted)
