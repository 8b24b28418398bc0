"""From leaving hospital to the first visit: who is asked, what they see, who has it, and what becomes of no answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.solutions.home_care.conftest import (
    NURSE,
    ask,
    asked,
    later,
    lives,
    more_nurses,
    need,
    times,
    told,
    work,
    write,
)

from seve.engine.access import grant_of
from seve.engine.asks import AskIsOver
from seve.engine.dispatch import perform
from seve.engine.identity.principal import Principal
from seve.engine.refusals import NotFound
from seve.engine.requests import Request
from seve.testing.site import Browser, Site

_SECRETS = ("Ana", "Durand", "1961", "Lilas", "Pansement", "Plutôt")


async def _reader(house: Site, browser: Browser, path: str) -> int:
    """What a professional's own grant reads by the API: the status."""
    found = await house.identity.database.pool.fetchrow(
        "SELECT key FROM session WHERE role = $1 ORDER BY key DESC LIMIT 1", NURSE
    )
    del browser
    assert found
    principal = Principal(
        kind="professional", account="nurse", session=found["key"], role=NURSE, person="Practitioner/nurse",
        organization="Organization/cabinet", profession="60", purpose="TREAT", related=(), delegated_by="", client="", scopes=None,
    )  # fmt: skip
    grant = grant_of(principal, house.engine.parameters, base_url=house.engine.base_url)
    try:
        return (await perform(house.engine, grant, Request("GET", path))).status
    except NotFound:
        return 404


async def _without_care(house: Site) -> None:
    """Nobody of the cast but the doctor cares for ana."""
    (team,) = await house.stored("CareTeam")
    member = {"member": {"reference": "PractitionerRole/doc-role"}}
    await house.put({**team, "participant": [member]})


async def test_who_is_asked_sees_only_what_is_needed_until_they_accept(house: Site) -> None:
    await _without_care(house)
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    path = await write(doctor, wishes="Plutôt le matin")
    await ask(doctor, path)
    assert await told(house, "home_care_asked") == ["nurse"]
    where = await asked(nurse)
    for word in _SECRETS:
        assert word not in nurse.page
    for words in ("Soins infirmiers, Tours", "Tous les jours", "10 jours"):
        assert words in nurse.page
    (task,), (request,) = await house.stored("Task"), await house.stored("ServiceRequest")
    paths = (f"Task/{task['id']}", f"ServiceRequest/{request['id']}", "Patient/ana")
    assert [await _reader(house, nurse, one) for one in paths] == [404, 404, 404]
    assert path not in nurse.page
    await nurse.get(path)
    assert nurse.status == 404
    await nurse.get(where)
    page = await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    assert "la visite est dans votre agenda" in page
    for words in ("Ana Durand", "3 rue des Lilas, 37000 Tours", "Pansement de la hanche", "Plutôt le matin"):
        assert words in page
    assert [await _reader(house, nurse, one) for one in paths] == [200, 200, 200]


async def test_the_visit_is_in_the_agenda_and_both_sides_see_it(house: Site) -> None:
    doctor, nurse, ana = await house.browser("doc"), await house.browser("nurse"), await house.browser("ana")
    path = await write(doctor)
    await ask(doctor, path)
    where = await asked(nurse)
    time = times(nurse.page)[1]
    await nurse.post(f"{where}/take", time=time)
    (visit,) = await house.stored("Appointment")
    assert visit["status"] == "booked"
    assert datetime.fromisoformat(visit["start"]) == datetime.fromisoformat(time.partition(" ")[2])
    assert visit["participant"][0]["actor"]["reference"] == "Patient/ana"
    claims = await house.engine.database.pool.fetch("SELECT actor FROM claim")
    assert NURSE in [row["actor"] for row in claims]
    assert "Nurse Martin vient" in await doctor.get(path)
    assert "Nurse Martin vient" in await ana.get(path)
    assert "Soins à domicile" in await ana.get(f"/booking/visits/{visit['id']}")
    await work(house)
    await work(house)
    assert await told(house, "home_care_taken") == ["ana", "doc"]


async def test_of_several_who_accept_at_once_one_has_it_and_the_others_are_told(house: Site) -> None:
    names = await more_nurses(house, 5)
    doctor = await house.browser("doc")
    path = await write(doctor)
    roles = [NURSE, *(f"PractitionerRole/{one}-role" for one in names)]
    await ask(doctor, path, *roles, way="once")
    browsers = [await house.browser(one) for one in ("nurse", *names)]
    paths = [await asked(one) for one in browsers]
    await asyncio.gather(*(b.post(f"{p}/take", time=times(b.page)[0]) for b, p in zip(browsers, paths, strict=True)))
    assert Counter(one.status for one in browsers) == {200: 1, 409: 5}
    assert all("n'est plus à prendre" in one.page for one in browsers if one.status == 409)
    assert not any("Ana" in one.page for one in browsers if one.status == 409)
    assert len(await house.stored("Appointment")) == 1
    states = Counter(one["status"] for one in await house.stored("Task"))
    assert states == {"accepted": 1, "cancelled": 5}
    assert len(await house.stored("CareTeam", ("identifier", "https://seve.example/CodeSystem/ask|"))) == 1


async def test_in_turn_the_nearest_is_first_and_the_next_comes_when_they_decline_or_do_not_answer(house: Site) -> None:
    names = await more_nurses(house, 2)
    await lives(house, 47.393, 0.685)
    doctor = await house.browser("doc")
    path = await write(doctor, where="home")
    page = await doctor.get(path)
    order = [page.index(one) for one in ("Nurse Martin", "Nurse0", "Nurse1")]
    assert order == sorted(order)
    assert "à 1 km environ" in page
    await ask(doctor, path, NURSE, *(f"PractitionerRole/{one}-role" for one in names))
    assert await told(house, "home_care_asked") == ["nurse"]
    nurse, first, second = [await house.browser(one) for one in ("nurse", *names)]
    assert "Personne n'attend de réponse" in await first.get("/home-care")
    where = await asked(nurse)
    await nurse.post(f"{where}/decline")
    assert "vous n'êtes plus sollicité" in nurse.page
    await work(house)
    assert await told(house, "home_care_asked") == ["nurse", "nurse0"]
    late = await asked(first)
    await later(house, hours=3)
    await first.get(late)
    assert "n'est plus à prendre" in first.page
    await work(house)
    await first.get("/home-care")
    await first.post(f"{late}/take", time="home-care-nurse 2030-01-01T10:00+01:00")
    assert first.status in (409, 422)
    assert await told(house, "home_care_asked") == ["nurse", "nurse0", "nurse1"]
    where = await asked(second)
    await second.post(f"{where}/take", time=times(second.page)[0])
    assert second.status == 200
    page = await doctor.get(path)
    assert "Nurse1 vient" in page
    assert "A décliné" in page
    assert "N'a pas répondu" in page


async def test_when_nobody_accepts_who_asked_is_told_once_and_the_page_says_whom_to_call(house: Site) -> None:
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    path = await write(doctor)
    await ask(doctor, path)
    where = await asked(nurse)
    await nurse.post(f"{where}/decline")
    await work(house)
    await work(house)
    assert await told(house, "home_care_nobody") == ["doc"]
    page = await doctor.get(path)
    assert "Personne n'a accepté à temps." in page
    assert 'href="tel:+33261910020"' in page
    await ask(doctor, path)
    assert "Réponse attendue" in doctor.page  # they can be asked again
    await work(house)
    assert await told(house, "home_care_nobody") == ["doc"]


async def test_who_asked_is_warned_once_before_it_is_due(house: Site) -> None:
    doctor = await house.browser("doc")
    path = await write(doctor)
    await ask(doctor, path, hours="24")
    await work(house)
    assert await told(house, "home_care_alert") == []
    (request,) = await house.stored("ServiceRequest")
    soon = (datetime.now(UTC) + timedelta(hours=3)).isoformat(timespec="seconds")
    extensions = [
        {**one, "valueDateTime": soon} if one["url"].endswith("request-first-by") else one
        for one in request["extension"]
    ]
    made = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    await house.put({**request, "extension": extensions, "authoredOn": made})
    await work(house)
    await work(house)
    assert await told(house, "home_care_alert") == ["doc"]


async def test_a_visit_that_is_cancelled_goes_back_and_who_does_not_come_reads_no_more(house: Site) -> None:
    await _without_care(house)
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    path = await write(doctor)
    await ask(doctor, path)
    where = await asked(nurse)
    await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    (visit,) = await house.stored("Appointment")
    await nurse.get(f"/booking/visits/{visit['id']}")
    await nurse.post(f"/booking/visits/{visit['id']}/cancel")
    await work(house)
    assert await told(house, "home_care_lost") == ["ana", "doc"]
    assert await _reader(house, nurse, "Patient/ana") == 404
    page = await doctor.get(path)
    assert "La visite prévue a été annulée." in page
    assert "Nurse Martin" in page
    await ask(doctor, path)
    assert doctor.status == 200


async def _visited(house: Site) -> str:
    """The first visit has begun; the path of the request."""
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    path = await write(doctor)
    await ask(doctor, path)
    where = await asked(nurse)
    await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    await nurse.post(f"{where}/done")
    assert nurse.status == 409  # before it began
    (visit,) = await house.stored("Appointment")
    began = datetime.now(UTC) - timedelta(minutes=20)
    end = (began + timedelta(minutes=30)).isoformat(timespec="seconds")
    await house.put({**visit, "start": began.isoformat(timespec="seconds"), "end": end})
    return path


@pytest.mark.parametrize("by", ["care", "day"])
async def test_the_first_visit_made_is_seen_by_who_asked_whichever_page_said_so(house: Site, by: str) -> None:
    path = await _visited(house)
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    if by == "care":
        where = await asked(nurse)
        assert "La première visite est notée." in await nurse.post(f"{where}/done")
    else:
        (visit,) = await house.stored("Appointment")
        await house.put({**visit, "status": "fulfilled"})
        await work(house)
    assert "Nurse Martin est venu" in await doctor.get(path)
    (request,), (task,) = await house.stored("ServiceRequest"), await house.stored("Task")
    assert (request["status"], task["status"]) == ("completed", "completed")


async def test_a_request_is_withdrawn_until_somebody_accepted(house: Site) -> None:
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    path = await write(doctor)
    await ask(doctor, path)
    where = await asked(nurse)
    time = times(nurse.page)[0]
    assert "La demande est retirée." in await doctor.post(f"{path}/withdraw")
    await nurse.post(f"{where}/take", time=time)
    assert nurse.status == 409
    assert await house.stored("Appointment") == []
    path = await write(doctor)
    await ask(doctor, path)
    where = await asked(nurse)
    await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    await doctor.get(path)
    await doctor.post(f"{path}/withdraw")
    assert doctor.status == 409


async def test_the_author_sees_how_it_stands_when_the_stay_is_over(house: Site) -> None:
    stay: dict[str, Any] = {
        "resourceType": "Encounter",
        "id": "stay",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": "Patient/bob"},
        "period": {"start": "2026-01-02T08:00:00Z"},
        "participant": [{"individual": {"reference": "PractitionerRole/stranger-role"}}],
    }
    await house.put(stay)
    hospital, nurse = await house.browser("stranger"), await house.browser("nurse")
    page = await hospital.get("/home-care")
    assert "Bob Petit" in page
    assert "/home-care/for/bob" in page
    path = await write(hospital, "bob")
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    await house.put({**stay, "status": "finished", "period": {**stay["period"], "end": ended}})
    await hospital.get("/home-care/for/bob")
    assert hospital.status == 404  # they care no more
    await ask(hospital, path)
    assert "Réponse attendue" in hospital.page
    assert "Petit" not in hospital.page
    where = await asked(nurse)
    await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    assert "Bob Petit" in nurse.page
    page = await hospital.get("/home-care")
    assert "Patient sorti" in page
    assert "Visite prévue" in page
    doctor = await house.browser("doc")
    assert "Soins infirmiers" not in await doctor.get("/home-care")
    await doctor.get(path)
    assert doctor.status == 404


async def test_a_patient_asks_with_the_prescription_and_who_comes_reads_it(house: Site) -> None:
    await _without_care(house)
    ana, nurse = await house.browser("ana"), await house.browser("nurse")
    await ana.get("/home-care/for/ana")
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de00"
        "00000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
    )
    page = await ana.post("/home-care/for/ana", files={"file": ("notes.exe", b"MZ\x90\x00" * 40, "")}, **need())
    assert ana.status in {415, 422}
    assert "Pansement de la hanche" in page
    await ana.post("/home-care/for/ana", files={"file": ("ordonnance.png", picture, "image/png")}, **need())
    assert ana.status == 200, ana.page
    path = ana.answer.request.url.path
    await ana.get(f"{path}/prescription")
    assert ana.answer.content == picture
    await nurse.get(f"{path}/prescription")
    assert nurse.status == 404
    await ask(ana, path)
    where = await asked(nurse)
    await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    await nurse.get(f"{path}/prescription")
    assert nurse.answer.content == picture


async def test_nobody_asks_for_somebody_whom_they_do_not_reach(house: Site) -> None:
    for name, patient in (("bob", "ana"), ("stranger", "ana"), ("doc", "bob")):
        browser = await house.browser(name)
        await browser.get(f"/home-care/for/{patient}")
        assert browser.status == 404
        await browser.get("/home-care")
        await browser.post(f"/home-care/for/{patient}", **need())
        assert browser.status in (403, 404)
    assert await house.stored("ServiceRequest") == []


async def test_nobody_answers_for_another(house: Site) -> None:
    doctor, stranger, bob = await house.browser("doc"), await house.browser("stranger"), await house.browser("bob")
    path = await write(doctor)
    await ask(doctor, path)
    (task,) = await house.stored("Task")
    nurse = await house.browser("nurse")
    await asked(nurse)
    time = times(nurse.page)[0]
    for other, status in ((stranger, 404), (doctor, 404), (bob, 403)):
        await other.get("/home-care")
        for deed in ("take", "decline", "done"):
            await other.post(f"/home-care/asks/{task['id']}/{deed}", time=time)
            assert other.status == status
    for other in (stranger, bob):
        await other.get("/home-care")
        for deed in ("ask", "withdraw"):
            await other.post(f"{path}/{deed}", who=NURSE)
            assert other.status == 404


async def test_a_task_about_one_patient_lets_nobody_in_to_another(house: Site) -> None:
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    await ask(doctor, await write(doctor))
    where = await asked(nurse)
    time = times(nurse.page)[0]
    (task,) = await house.stored("Task")
    await house.put({**task, "for": {"reference": "Patient/bob"}})
    await nurse.post(f"{where}/take", time=time)
    assert nurse.status == AskIsOver.status
    assert await house.stored("Appointment") == []


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("care", " ", "Remplissez ce champ."),
        ("agreed", "", "sans accord, rien n'est demandé"),
        ("day", "2020-01-01", "Cette échéance est passée."),
        ("day", "2199-01-01", "Au plus 60 jours d'ici."),
        ("day", "demain", "Une date comme"),
        ("time", "midi", "Une heure comme"),
        ("days", "400", "Entre 1 et 90 jours."),
        ("kind", "chirurgie", "Ce choix n'existe pas."),
        ("phone", "chez moi", "Un numéro comme"),
        ("city", "", "Remplissez ce champ."),
    ],
)
async def test_what_can_not_be_asked_is_told_and_what_was_typed_stays(
    house: Site, field: str, said: str, words: str
) -> None:
    doctor = await house.browser("doc")
    await doctor.get("/home-care/for/ana")
    page = await doctor.post("/home-care/for/ana", **need(wishes="le matin", **{field: said}))
    assert doctor.status == 422
    assert words in page
    assert "le matin" in page
    assert await house.stored("ServiceRequest") == []


@pytest.mark.parametrize("time", ["", "demain", "home-care-nurse hier", "autre 2030-01-01T10:00+01:00"])
async def test_a_time_that_is_none_is_refused(house: Site, time: str) -> None:
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    await ask(doctor, await write(doctor))
    where = await asked(nurse)
    page = await nurse.post(f"{where}/take", time=time)
    assert nurse.status == 422
    assert "Choisissez un horaire de la liste." in page
    assert await house.stored("Appointment") == []


async def test_a_visit_after_it_is_due_or_at_a_time_that_is_taken_is_refused(house: Site) -> None:
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    await ask(doctor, await write(doctor))
    where = await asked(nurse)
    first = times(nurse.page)[0]
    late = (datetime.now(UTC) + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
    page = await nurse.post(f"{where}/take", time=f"home-care-nurse {late.isoformat()}")
    assert nurse.status == 422
    assert "attendue plus tôt" in page
    start = datetime.fromisoformat(first.partition(" ")[2])
    await house.put(
        {
            "resourceType": "Appointment",
            "id": "other",
            "status": "booked",
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=30)).isoformat(),
            "participant": [{"actor": {"reference": NURSE}, "status": "accepted"}],
        }
    )
    await nurse.post(f"{where}/take", time=first)
    assert nurse.status == 409
    assert first not in times(nurse.page)
    await nurse.post(f"{where}/take", time=times(nurse.page)[0])
    assert nurse.status == 200


async def test_nobody_who_is_not_in_the_list_is_asked(house: Site) -> None:
    doctor = await house.browser("doc")
    path = await write(doctor)
    for roles in (["PractitionerRole/stranger-role"], [""], [NURSE, "PractitionerRole/doc-role"]):
        page = await ask(doctor, path, *roles)
        assert doctor.status == 422
        assert "Cochez au moins un professionnel" in page
    assert await house.stored("Task") == []
    path = await write(doctor, city="Chinon", postcode="37500")
    page = await doctor.get(path)
    assert "Nurse Martin" not in page  # who goes 15 kilometres, no further
    assert "Personne n'a de temps libre" in page
