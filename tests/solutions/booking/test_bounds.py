"""Whom an agenda takes, how far it goes, who is told, and what a professional's calendar says: each refusal with its reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.solutions.booking.conftest import AGENDA, book, soon

from seve.fhir.scheduling import Reason, Rounds, agenda_of, with_agenda
from seve.store.identity import accounts
from seve.testing.site import Browser, Site

EDIT = "/booking/agendas/booking-doc"
_INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"


async def _agenda(room: Site, *reasons: Reason, rounds: Rounds | None = None) -> None:
    (schedule,) = await room.stored("Schedule")
    agenda = agenda_of(schedule)
    agenda = type(agenda)(reasons, agenda.rules, (), agenda.zone, agenda.place, rounds or Rounds())
    await room.put(with_agenda(schedule, agenda))


async def _lives(room: Site, city: str, code: str, *, at: tuple[float, float] | None = None) -> None:
    (ana,) = await room.stored("Patient", ("_id", "ana"))
    extensions: list[dict[str, Any]] = [{"url": _INSEE, "valueCoding": {"code": code}}]
    if at:
        parts = zip(("latitude", "longitude"), at, strict=True)
        point = [{"url": name, "valueDecimal": value} for name, value in parts]
        extensions.append({"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": point})
    await room.put({**ana, "address": [{"city": city, "extension": extensions}]})


async def _take(browser: Browser, reason: str, mode: str) -> str:
    await browser.get(AGENDA, reason=reason, start=soon())
    return await browser.post(AGENDA, start=soon(), reason=reason, mode=mode, note="un mot")


async def test_a_reason_for_known_patients_refuses_who_never_came_with_the_way_out(room: Site) -> None:
    await _agenda(room, Reason("suivi", "Suivi", 20, ("site",), newcomers=False))
    ana = await room.browser("ana")
    page = await _take(ana, "suivi", "site")
    assert ana.status == 403
    assert "déjà vues" in page
    assert "appelez le cabinet" in page
    assert "un mot" in page
    assert await room.stored("Appointment") == []
    await ana.get(AGENDA, reason="suivi")
    await ana.post(f"{AGENDA}/wait", reason="suivi")
    assert ana.status == 403


@pytest.mark.parametrize(("status", "answer"), [("fulfilled", 200), ("cancelled", 403), ("noshow", 403)])
async def test_who_came_before_takes_a_reason_for_known_patients(room: Site, status: str, answer: int) -> None:
    await _agenda(room, Reason("suivi", "Suivi", 20, ("site",), newcomers=False))
    before = datetime.now(UTC) - timedelta(days=90)
    came = {
        "resourceType": "Appointment",
        "id": "before",
        "status": status,
        "start": before.isoformat(timespec="seconds"),
        "end": (before + timedelta(minutes=20)).isoformat(timespec="seconds"),
        "participant": [
            {"actor": {"reference": "Patient/ana"}, "status": "accepted"},
            {"actor": {"reference": "PractitionerRole/doc-role"}, "status": "accepted"},
        ],
    }
    await room.put(came)
    ana = await room.browser("ana")
    await _take(ana, "suivi", "site")
    assert ana.status == answer


async def test_who_was_seen_in_an_encounter_takes_a_reason_for_known_patients(room: Site) -> None:
    await _agenda(room, Reason("suivi", "Suivi", 20, ("site",), newcomers=False))
    await room.put(
        {
            "resourceType": "Encounter",
            "id": "seen",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": "Patient/ana"},
            "participant": [{"individual": {"reference": "PractitionerRole/doc-role"}}],
        }
    )
    ana = await room.browser("ana")
    assert "Le rendez-vous est pris." in await _take(ana, "suivi", "site")


_HOME = Reason("soins", "Soins à domicile", 20, ("home", "site"))


@pytest.mark.parametrize(
    ("rounds", "city", "code", "at", "answer"),
    [
        (Rounds(), "Chinon", "37072", None, 200),
        (Rounds(10), "Tours", "37261", (47.40, 0.69), 200),
        (Rounds(10), "Chinon", "37072", (47.167, 0.243), 403),
        (Rounds(10), "Chinon", "37072", None, 403),  # nobody knows where that is
        (Rounds(10, (("37072", "Chinon"),)), "Chinon", "37072", None, 200),
        (Rounds(0, (("37072", "Chinon"),)), "Tours", "37261", (47.40, 0.69), 403),
    ],
)
async def test_home_visits_go_so_far_and_no_further(
    room: Site, *, rounds: Rounds, city: str, code: str, at: tuple[float, float] | None, answer: int
) -> None:
    (place,) = await room.stored("Location", ("_id", "booking-place"))
    await room.put({**place, "position": {"latitude": 47.394, "longitude": 0.685}})
    await _agenda(room, _HOME, rounds=rounds)
    await _lives(room, city, code, at=at)
    ana = await room.browser("ana")
    page = await _take(ana, "soins", "home")
    assert ana.status == answer
    if answer == 403:
        assert f"Votre adresse ({city}) est au-delà" in page
        assert ("10 km autour du cabinet" in page) is bool(rounds.radius_km)
        await _take(ana, "soins", "site")
        assert ana.status == 200  # at the practice nothing holds


async def test_without_an_address_no_home_visit_within_bounds(room: Site) -> None:
    await _agenda(room, _HOME, rounds=Rounds(10))
    ana = await room.browser("ana")
    page = await _take(ana, "soins", "home")
    assert ana.status == 422
    assert "il faut votre adresse" in page


async def test_a_practice_says_how_far_it_goes_and_an_unknown_commune_is_told(room: Site) -> None:
    await _agenda(room, _HOME)
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    await doctor.get(EDIT)
    page = await doctor.post(f"{EDIT}/home", radius="900", communes="Atlantis")
    assert doctor.status == 422
    assert "Entre 1 et 200 kilomètres." in page
    assert "Vérifiez son nom" in page
    assert 'value="Atlantis"' in page
    await doctor.post(f"{EDIT}/home", radius="12", communes="Tours")
    assert doctor.status == 200
    assert agenda_of((await room.stored("Schedule"))[0]).rounds == Rounds(12, (("37261", "Tours"),))
    assert "12 km autour du cabinet, Tours" in await ana.get(AGENDA, reason="soins")
    nurse = await room.browser("nurse")
    await nurse.get("/booking/agendas")
    await nurse.post(f"{EDIT}/home", radius="1", communes="")
    assert nurse.status == 404


async def _told(room: Site) -> list[tuple[str, str]]:
    rows = await room.engine.database.pool.fetch(
        "SELECT account, template, fields FROM notification WHERE template LIKE 'agenda%' ORDER BY id"
    )
    for row in rows:
        assert set(row["fields"].split('"')[1::2][::2]) <= {"at"}, row["fields"]  # when, and nothing else
    return [(row["account"], row["template"]) for row in rows]


async def _secretary(room: Site, *, until: datetime) -> None:
    await accounts.add(room.engine.database.pool, "sec", name="Sec", login="sec")
    await room.engine.database.pool.execute(
        "INSERT INTO delegation (delegator, delegate, role, kind, since, until) VALUES ('doc', 'sec', $1, 'secretary', $2, $3)",
        "PractitionerRole/doc-role",
        until - timedelta(days=9),
        until,
    )


@pytest.mark.parametrize("days", [3, -1])
async def test_the_professional_and_a_secretary_in_office_are_told_what_patients_do(room: Site, days: int) -> None:
    await _secretary(room, until=datetime.now(UTC) + timedelta(days=days))
    who = ["doc", "sec"] if days > 0 else ["doc"]
    ana = await room.browser("ana")
    await book(ana, at=3)
    path = ana.answer.request.url.path
    assert sorted(await _told(room)) == [(one, "agenda_booked") for one in who]
    await ana.get(f"{path}/move", start=soon())
    await ana.post(f"{path}/move", start=soon())
    assert sorted((await _told(room))[len(who) :]) == [(one, "agenda_moved") for one in who]
    await ana.post(f"{path}/cancel")
    assert sorted((await _told(room))[2 * len(who) :]) == [(one, "agenda_cancelled") for one in who]


async def test_what_the_practice_does_itself_or_does_not_want_to_hear_is_not_told(room: Site) -> None:
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    await book(ana, at=3)
    told = await _told(room)
    path = ana.answer.request.url.path
    await doctor.get(path)
    await doctor.post(f"{path}/cancel")
    assert "annulé" in doctor.page
    assert await _told(room) == told
    await doctor.get(EDIT)
    assert "Personne n'est prévenu" in await doctor.post(f"{EDIT}/told", told="0")
    await book(ana, at=4)
    assert await _told(room) == told
    await doctor.get(EDIT)
    await doctor.post(f"{EDIT}/told", told="1")
    await book(ana, at=5)
    assert len(await _told(room)) == len(told) + 1


async def _feed(room: Site, initials: str = "") -> tuple[Browser, str]:
    doctor = await room.browser("doc")
    await doctor.get("/booking/calendar")
    page = await doctor.post("/booking/calendar", initials=initials)
    found = re.search(r'value="http[^"]*(/booking/feed/[^"]+)"', page)
    assert found
    return doctor, found[1]


@pytest.mark.parametrize(
    ("initials", "title"), [("", "SUMMARY:Rendez-vous\r\n"), ("1", "SUMMARY:Rendez-vous A. D.\r\n")]
)
async def test_a_professionals_calendar_says_when_and_initials_only_if_they_chose_so(
    room: Site, initials: str, title: str
) -> None:
    await book(await room.browser("ana"))
    _, link = await _feed(room, initials)
    nobody = await room.browser()
    answer = await nobody.client.get(link)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert title in answer.text
    for word in ("Durand", "Ana", "Consultation", "Tilleuls"):
        assert word not in answer.text


async def test_a_professionals_link_that_was_withdrawn_or_whose_holder_left_leads_nowhere(room: Site) -> None:
    await book(await room.browser("ana"))
    doctor, link = await _feed(room)
    nobody, stranger = await room.browser(), await room.browser("stranger")
    await nobody.get(link)
    assert nobody.status == 200
    assert "booking/feed" not in await stranger.get("/booking/calendar")
    withdraw = re.search(r'action="([^"]+/withdraw)"', doctor.page)
    assert withdraw
    await stranger.post(withdraw[1])
    assert stranger.status == 404
    (role,) = await room.stored("PractitionerRole", ("_id", "doc-role"))
    await room.put({**role, "active": False})
    await nobody.get(link)
    assert nobody.status == 404
    await room.put({**role, "active": True})
    doctor = await room.browser("doc")
    await doctor.get("/booking/calendar")
    await doctor.post(withdraw[1])
    assert "ne mène plus nulle part" in doctor.page
    await nobody.get(link)
    assert nobody.status == 404
