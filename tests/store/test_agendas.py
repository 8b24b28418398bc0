"""Agendas laid out in SQL: rules, clocks that change, closings, rooms, groups; and time that nobody can take twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from seve.engine.engine import Engine
from seve.fhir.scheduling import Agenda, Asked, Closing, Reason, Rule, agenda_of, with_agenda, with_asked
from seve.fhir.search.keys import ADDRESSED, param_key
from seve.store import loading
from seve.store.agendas import Free, Wanted, free, roll
from seve.store.database import Database

PARIS = ZoneInfo("Europe/Paris")
TODAY = datetime.now(PARIS).date()
MONDAY = TODAY + timedelta(days=14 - TODAY.weekday())
FIRST = Reason("first", "Première consultation", 30, ("site", "video"))
CONTROL = Reason("control", "Suivi", 15, ("site",), is_public=False)
MORNINGS = Rule(("mon", "tue"), time(9), time(10, 30), since=MONDAY, until=MONDAY + timedelta(days=1), step=30)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def schedule(id_: str, agenda: Agenda, **more: Any) -> dict[str, Any]:
    found = {"resourceType": "Schedule", "id": id_, "active": True, "actor": [{"reference": f"PractitionerRole/{id_}"}]}
    return with_agenda({**found, **more}, agenda)


def appointment(who: str, start: datetime, minutes: int = 30, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=minutes)).isoformat(),
        "participant": [{"actor": {"reference": f"PractitionerRole/{who}"}, "status": "accepted"}],
        **more,
    }


async def give(client: httpx.AsyncClient, id_: str, agenda: Agenda, **more: Any) -> None:
    role = {"resourceType": "PractitionerRole", "id": id_, "active": True}
    assert (await client.put(f"PractitionerRole/{id_}", json=role)).status_code in (200, 201)
    answer = await client.put(f"Schedule/{id_}", json=schedule(id_, agenda, **more))
    assert answer.status_code in (200, 201), answer.text


async def times(
    database: Database,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    schedules: tuple[str, ...] = (),
    count: int = 50,
) -> list[datetime]:
    span = since or at(MONDAY, 0), until or at(MONDAY + timedelta(days=7), 0)
    return [one.start for one in await free(database.pool, Wanted(*span, schedules=schedules, count=count))]


@pytest.mark.parametrize("key", [ADDRESSED, param_key("Schedule", "actor")])
async def test_the_keys_that_the_schema_knows_are_those_of_the_index(database: Database, key: int) -> None:
    sources = await database.pool.fetchval(
        "SELECT string_agg(prosrc, ' ') FROM pg_proc WHERE proname IN ('is_addressed', 'note_addressees', 'has_standing')"
    )
    assert str(key) in sources


def test_an_agenda_is_read_as_it_was_written() -> None:
    agenda = Agenda(
        (FIRST, CONTROL), (MORNINGS,), (Closing("2026-12-24", "2026-12-26", "Noël"),), "Europe/Paris", "35238"
    )
    assert agenda_of(schedule("1", agenda)) == agenda


async def test_rules_give_times_on_their_grid_and_days(client: httpx.AsyncClient, engine: Engine) -> None:
    await give(client, "a", Agenda((FIRST, CONTROL), (MORNINGS,)))
    tuesday = MONDAY + timedelta(days=1)
    assert await times(engine.database) == [
        at(day, hour, minute) for day in (MONDAY, tuesday) for hour, minute in ((9, 0), (9, 30), (10, 0))
    ]
    found = await free(engine.database.pool, Wanted(at(MONDAY, 9, 1), at(MONDAY, 23), reason="control"))
    assert found[0] == Free(at(MONDAY, 9, 30), "a", 15)


async def test_a_booked_time_is_free_no_more_and_a_cancelled_one_again(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    await give(client, "a", Agenda((FIRST,), (MORNINGS,)))
    booked = (await client.post("Appointment", json=appointment("a", at(MONDAY, 9, 30)))).json()
    assert await times(engine.database, until=at(MONDAY, 23)) == [at(MONDAY, 9), at(MONDAY, 10)]
    moved = {**booked, **{key: appointment("a", at(MONDAY, 9, 15))[key] for key in ("start", "end")}}
    assert (await client.put(f"Appointment/{booked['id']}", json=moved)).status_code == 200
    assert await times(engine.database, until=at(MONDAY, 23)) == [at(MONDAY, 10)]
    assert (await client.delete(f"Appointment/{booked['id']}")).status_code == 204
    assert len(await times(engine.database, until=at(MONDAY, 23))) == 3


async def test_of_64_who_take_one_time_at_once_one_has_it(client: httpx.AsyncClient, engine: Engine) -> None:
    await give(client, "a", Agenda((FIRST,), (MORNINGS,)))
    answers = await asyncio.gather(
        *(client.post("Appointment", json=appointment("a", at(MONDAY, 9, n % 3))) for n in range(64))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 63}
    assert (await client.get("Appointment?_summary=count")).json()["total"] == 1
    assert at(MONDAY, 9) not in await times(engine.database)


async def test_those_who_book_beside_each_other_leave_the_free_time_right(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    day = Rule(("mon",), time(8), time(18), since=MONDAY, until=MONDAY, step=10)
    await give(client, "a", Agenda((Reason("short", "Court", 10, ()),), (day,)))
    starts = [at(MONDAY, 8) + timedelta(minutes=10 * n) for n in range(60)]
    answers = await asyncio.gather(
        *(client.post("Appointment", json=appointment("a", start, 10)) for start in starts[::2])
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await times(engine.database) == starts[1::2]


async def test_a_load_of_two_appointments_at_one_time_says_so_and_writes_nothing(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str
) -> None:
    found = [{**appointment("a", at(MONDAY, 9, 10 * number)), "id": f"l{number}"} for number in (0, 1)]
    connection = await loading.connect(postgres_url)
    try:
        clock = await loading.next_clock(connection)
        loadables = [loading.Loadable.of(one, engine.entries(one)) for one in found]
        with pytest.raises(loading.LoadTakenError, match="same time"):
            await loading.write_chunk(connection, clock, loadables, chunk=1)
        await loading.write_chunk(connection, clock, loadables[:1], chunk=2)
    finally:
        await connection.close()
    assert (await client.get("Appointment?_summary=count")).json()["total"] == 1
    assert await engine.database.pool.fetchval("SELECT count(*) FROM claim") == 1


async def test_a_room_and_a_person_with_two_roles_are_never_in_two_places(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    room = Rule(("mon",), time(9), time(10), since=MONDAY, until=MONDAY, room="Location/room")
    for id_ in ("a", "b"):
        await give(client, id_, Agenda((FIRST,), (room,)))
    needs_room = {"actor": {"reference": "Location/room"}, "required": "required", "status": "accepted"}
    house = {"actor": {"reference": "Location/house"}, "status": "accepted"}
    for id_, minute in (("a", 0), ("b", 30)):
        made = appointment(id_, at(MONDAY, 9, minute))
        made["participant"] += [needs_room, house]
        assert (await client.post("Appointment", json=made)).status_code == 201
    assert await times(engine.database) == []
    again = appointment("c", at(MONDAY, 9))
    again["participant"].append(needs_room)
    refused = await client.post("Appointment", json=again)
    assert refused.status_code == 409
    assert "taken" in refused.text


async def test_a_group_has_as_many_seats_as_the_rule_says(client: httpx.AsyncClient, engine: Engine) -> None:
    group = Rule(("mon",), time(9), time(9, 30), since=MONDAY, until=MONDAY, seats=2)
    await give(client, "a", Agenda((FIRST,), (group,)))
    for seat in (0, 1):
        [found] = await free(engine.database.pool, Wanted(at(MONDAY, 0), at(MONDAY, 23), tags=("group",)))
        assert found.seats == 2 - seat
        made = with_asked(appointment("a", at(MONDAY, 9)), Asked("Schedule/a", "first", "site", seat))
        assert (await client.post("Appointment", json=made)).status_code == 201
        assert (await client.post("Appointment", json=made)).status_code == 409
    assert await times(engine.database) == []


async def test_closings_take_time_away_and_appointments_in_them_stay(client: httpx.AsyncClient, engine: Engine) -> None:
    await give(client, "a", Agenda((FIRST,), (MORNINGS,)))
    booked = (await client.post("Appointment", json=appointment("a", at(MONDAY, 9)))).json()
    closed = Closing(MONDAY.isoformat(), at(MONDAY, 10).isoformat(), "congrès")
    await give(client, "a", Agenda((FIRST,), (MORNINGS,), (closed,)))
    assert await times(engine.database, until=at(MONDAY, 23)) == [at(MONDAY, 10)]
    assert (await client.get(f"Appointment/{booked['id']}")).json()["status"] == "booked"


async def test_local_hours_hold_when_clocks_change(client: httpx.AsyncClient, engine: Engine) -> None:
    year = TODAY.year + (date(TODAY.year, 3, 1) < TODAY)
    changes = [date(year, 3, 31), date(TODAY.year + (date(TODAY.year, 10, 1) < TODAY), 10, 31)]
    await engine.database.pool.execute(
        "CREATE OR REPLACE FUNCTION agenda_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 500'"
    )
    try:
        for number, last in enumerate(changes):
            sunday = last - timedelta(days=(last.weekday() + 1) % 7)
            night = Rule(("sun",), time(1), time(5), since=sunday, until=sunday, step=60)
            await give(client, f"n{number}", Agenda((Reason("hour", "Heure", 60, ()),), (night,)))
            found = await times(engine.database, since=at(sunday, 0), until=at(sunday, 23), schedules=(f"n{number}",))
            assert len(found) == (3 if number == 0 else 5)
            assert found[0] == at(sunday, 1)
            assert found[-1] + timedelta(hours=1) == at(sunday, 5)
    finally:
        await engine.database.pool.execute(
            "CREATE OR REPLACE FUNCTION agenda_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 120'"
        )


async def test_every_second_week_is_counted_from_the_first(client: httpx.AsyncClient, engine: Engine) -> None:
    rule = Rule(("mon",), time(9), time(9, 30), since=MONDAY, weeks=2)
    await give(client, "a", Agenda((FIRST,), (rule,)))
    found = await times(engine.database, until=at(MONDAY + timedelta(days=29), 0))
    assert [one.astimezone(PARIS).date() for one in found] == [MONDAY + timedelta(days=14 * n) for n in range(3)]


async def test_who_is_struck_off_has_no_free_time_and_neither_has_an_agenda_that_was_ended(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    for id_ in ("a", "b", "c"):
        await give(client, id_, Agenda((FIRST,), (MORNINGS,)))
    gone = {"resourceType": "PractitionerRole", "id": "a", "active": False}
    await client.put("PractitionerRole/a", json=gone)
    await give(client, "b", Agenda((FIRST,), (MORNINGS,)), active=False)
    wanted = Wanted(at(MONDAY, 0), at(MONDAY, 23), each=1)
    assert {one.schedule for one in await free(engine.database.pool, wanted)} == {"c"}


async def test_tags_narrow_and_both_ways_find_the_same(client: httpx.AsyncClient, engine: Engine) -> None:
    system = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
    for number in range(70):
        code = "SM04" if number % 7 else "SM54"
        rule = Rule(("mon",), time(8, number % 60), time(12), since=MONDAY, until=MONDAY, step=20)
        await give(
            client, f"m{number}", Agenda((FIRST, CONTROL), (rule,), place="35238"),
            specialty=[{"coding": [{"system": system, "code": code}]}],
        )  # fmt: skip
    pool = engine.database.pool
    span = (at(MONDAY, 0), at(MONDAY, 23))
    walked = await free(pool, Wanted(*span, tags=("commune|35238", "public|first"), count=40))
    looked = await free(pool, Wanted(*span, tags=("commune|35238", "public|first"), count=40, each=40))
    assert walked == looked
    assert len(walked) == 40
    assert [one.start for one in walked] == sorted(one.start for one in walked)
    rare = await free(pool, Wanted(*span, tags=("specialty|SM54", "mode|video"), count=500))
    assert {one.schedule for one in rare} == {f"m{n}" for n in range(0, 70, 7)}
    assert await free(pool, Wanted(*span, tags=("public|control",))) == ()


async def test_days_gone_are_forgotten_and_days_to_come_laid_out(client: httpx.AsyncClient, engine: Engine) -> None:
    pool = engine.database.pool
    await give(client, "a", Agenda((FIRST,), (Rule(("mon",), time(9), time(10)),)))
    before = await pool.fetchval("SELECT max(lo) FROM vacancy")
    await pool.execute("UPDATE agenda SET rolled = rolled - 14")
    await pool.execute("DELETE FROM vacancy WHERE lo > $1 - 14 * 1440", before)
    await pool.execute("INSERT INTO claim (actor, seat, lo, hi, ref) VALUES ('Device/1', 0, 1, 2, 3)")
    await roll(pool)
    assert await pool.fetchval("SELECT max(lo) FROM vacancy") == before
    assert await pool.fetchval("SELECT count(*) FROM vacancy") == len(await times(engine.database, since=at(TODAY, 0), until=at(TODAY + timedelta(days=130), 0), count=999)) // 2  # fmt: skip
    assert await pool.fetchval("SELECT count(*) FROM claim") == 0


@pytest.mark.parametrize(
    ("agenda", "where", "said"),
    [
        (Agenda(zone="Europe/Rennes"), "Schedule.extension[0].valueCode", "Europe/Rennes"),
        (Agenda((Reason("x", "X", 2000),)), "Schedule.extension[1]", "1440"),
        (Agenda((Reason("x", "X", 20, ("phone",)),)), "Schedule.extension[1]", "phone"),
        (Agenda((FIRST,), (Rule(("monday",), time(9), time(10)),)), "Schedule.extension[2]", "monday"),
        (Agenda((FIRST,), (Rule(("mon",), time(10), time(9)),)), "Schedule.extension[2]", "end"),
        (Agenda((FIRST,), (Rule(("mon",), time(9), time(10), reasons=("other",)),)), "Schedule.extension[2]", "other"),
        (Agenda((FIRST,), (Rule(("mon",), time(9), time(10), weeks=2),)), "Schedule.extension[2]", "since"),
        (Agenda((FIRST,), (Rule(("mon",), time(9), time(10), seats=2000),)), "Schedule.extension[2]", "seats"),
        (Agenda((), (), (Closing("", "", "congés"),)), "Schedule.extension[1]", "period"),
    ],
)
async def test_an_agenda_that_cannot_be_laid_out_is_refused_with_its_place(
    client: httpx.AsyncClient, agenda: Agenda, where: str, said: str
) -> None:
    answer = await client.put("Schedule/x", json=schedule("x", agenda))
    assert answer.status_code == 422
    [issue] = [one for one in answer.json()["issue"] if one["expression"] == [where]]
    assert said in issue["details"]["text"]


async def test_an_appointment_that_ends_before_it_begins_or_lasts_for_months_is_refused(
    client: httpx.AsyncClient,
) -> None:
    for minutes in (-30, 60 * 24 * 40):
        answer = await client.post("Appointment", json=appointment("a", at(MONDAY, 9), minutes))
        assert answer.status_code == 422
        assert answer.json()["issue"][0]["expression"] == ["Appointment.end"]
