"""A practice keeps its agendas and its day; nothing that is booked is lost by an edit."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from tests.solutions.booking.conftest import AGENDA, book, field, soon, starts

from seve.fhir.scheduling import agenda_of
from seve.sdk import wording
from seve.testing.site import Browser, Site

EDIT = "/booking/agendas/booking-doc"
RULE = {"from": "09:00", "to": "12:00", "since": "", "until": "", "weeks": "1", "step": "", "seats": "1", "room": ""}
CALLER = {"family": "Rousseau", "given": "Zoé", "birth": "1990-05-06", "phone": "06 12 34 56 78", "note": ""}


async def _desk(browser: Browser, start: str, **more: str) -> str:
    at = datetime.fromisoformat(start)
    await browser.get("/booking/day/new", start=start)
    said = {"agenda": "booking-doc", "reason": "consultation", "day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}"}
    return await browser.post("/booking/day/new", files=None, **{**CALLER, **said, **more})


async def test_a_practice_makes_an_agenda_with_reasons_and_hours_and_a_patient_finds_it(room: Site) -> None:
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    await doctor.get("/booking/agendas")
    await doctor.post("/booking/agendas", title="Suivi du diabète", place="")
    path = doctor.answer.request.url.path
    await doctor.post(
        f"{path}/reasons",
        text="Première visite",
        minutes="45",
        mode=["site"],
        who=["public"],
        preparation="À jeun",
        questionnaire="",
    )
    assert "Première visite" in doctor.page
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    await doctor.post(f"{path}/rules", day=days, files=None, **RULE)
    assert "09:00–12:00" in doctor.page
    await ana.get(f"/booking/take/{path.rpartition('/')[2]}")
    assert len(starts(ana.page)) == 12
    assert datetime.fromisoformat(starts(ana.page)[-1]).hour < 12


async def test_an_agenda_form_that_can_not_be_says_what_to_change_and_keeps_what_was_typed(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get(EDIT)
    page = await doctor.post(f"{EDIT}/rules", files=None, **{**RULE, "from": "midi", "weeks": "2", "step": "3"})
    assert doctor.status == 422
    assert 'value="midi"' in page
    for words in ("au moins un jour", "Une heure comme", "à partir de quand", "Entre 5 et 480"):
        assert words in page
    await doctor.post(f"{EDIT}/reasons", text="Consultation", minutes="0", preparation="", questionnaire="")
    assert doctor.status == 422
    assert "Ce motif existe déjà." in doctor.page
    assert "Entre 1 et 480 minutes." in doctor.page


async def test_nobody_edits_the_agenda_of_another(room: Site) -> None:
    nurse, doctor = await room.browser("nurse"), await room.browser("doc")
    await doctor.get(EDIT)
    await nurse.get("/booking/agendas")
    for path in ("open", "rules", "rules/remove"):
        await nurse.post(
            f"{EDIT}/{path}", open="0", which="0", version=field(doctor.page, "version"), files=None, **RULE
        )
        assert nurse.status == 404
    (stored,) = await room.stored("Schedule")
    assert stored["active"]


async def test_an_edit_under_booked_appointments_is_told_first_and_loses_none(room: Site) -> None:
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    await book(ana, at=5)
    await doctor.get(EDIT)
    sent = {"which": "0", "version": field(doctor.page, "version")}
    page = await doctor.post(f"{EDIT}/rules/remove", files=None, **sent)
    assert doctor.status == 409
    assert "Ana Durand" in page
    assert agenda_of((await room.stored("Schedule"))[0]).rules  # only a dry run
    page = await doctor.post(f"{EDIT}/rules/remove", meant="1", files=None, **sent)
    assert doctor.status == 200
    assert "1 rendez-vous à replacer" in page
    assert not agenda_of((await room.stored("Schedule"))[0]).rules
    (kept,) = await room.stored("Appointment")
    assert kept["status"] == "booked"


async def test_what_was_changed_meanwhile_is_not_removed_unseen(room: Site) -> None:
    first, second = await room.browser("doc"), await room.browser("doc")
    await first.get(EDIT)
    await second.get(EDIT)
    shown = field(second.page, "version")
    await first.post(f"{EDIT}/rules", day=["mon"], files=None, **{**RULE, "from": "19:00", "to": "20:00"})
    await second.post(f"{EDIT}/rules/remove", which="0", version=shown, meant="1")
    assert len(agenda_of((await room.stored("Schedule"))[0]).rules) == 2


def _calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR"]).encode()


async def test_absences_from_a_calendar_close_the_agenda_and_refused_lines_are_told(room: Site) -> None:
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    day = datetime.now(wording.ZONE).date() + timedelta(days=2)
    holidays = ("BEGIN:VEVENT", f"DTSTART;VALUE=DATE:{day:%Y%m%d}", "SUMMARY:Congés", "END:VEVENT")
    weekly = (
        "BEGIN:VEVENT",
        f"DTSTART:{day:%Y%m%d}T120000Z",
        f"DTEND:{day:%Y%m%d}T130000Z",
        "RRULE:FREQ=WEEKLY",
        "END:VEVENT",
    )
    await doctor.get(EDIT)
    sent = {"file": ("absences.ics", _calendar(*holidays, *weekly), "text/calendar")}
    page = await doctor.post(f"{EDIT}/absences", files=sent)
    assert doctor.status == 422
    assert "1 absences ont fermé" in page
    assert "Ligne 7" in page
    assert "se répète" in page
    await ana.get(AGENDA, reason="consultation")
    assert str(day) not in {one[:10] for one in starts(ana.page)}
    start = datetime(day.year, day.month, day.day, 10, tzinfo=wording.ZONE).isoformat()
    await ana.get(AGENDA, reason="consultation", start=start)
    await ana.post(AGENDA, start=start, reason="consultation", mode="site", note="")
    assert ana.status == 409


async def test_what_is_no_calendar_is_refused(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get(EDIT)
    await doctor.post(f"{EDIT}/absences", files={"file": ("photo.png", b"\x89PNG\r\n", "image/png")})
    assert doctor.status == 422
    assert ".ics" in doctor.page


async def test_the_desk_books_for_somebody_who_is_in_no_record(room: Site) -> None:
    doctor = await room.browser("doc")
    page = await _desk(doctor, soon())
    assert "Zoé Rousseau" in page
    assert "0612345678" in page
    (stored,) = await room.stored("Appointment")
    assert stored["contained"][0]["birthDate"] == "1990-05-06"
    stranger = await room.browser("stranger")
    await stranger.get(f"/booking/visits/{stored['id']}")
    assert stranger.status == 404


async def test_the_full_identity_finds_a_patient_of_ones_own_and_a_part_of_it_nobody(room: Site) -> None:
    doctor = await room.browser("doc")
    await _desk(doctor, soon(), family="Durand", given="Ana", birth="1961-03-14")
    await _desk(doctor, soon(hour=11), family="Durand", given="Ana", birth="1961-03-15")
    references = [one["participant"][0]["actor"]["reference"] for one in await room.stored("Appointment")]
    assert sorted(references) == ["#patient", "Patient/ana"]


async def test_a_telephone_booking_on_a_taken_time_is_offered_the_next_three(room: Site) -> None:
    doctor = await room.browser("doc")
    await _desk(doctor, soon())
    page = await _desk(doctor, soon(), family="Autre")
    assert doctor.status == 409
    assert len(starts(page)) == 3
    assert 'value="Autre"' in page
    assert len(await room.stored("Appointment")) == 1


async def test_an_incomplete_caller_is_told_what_to_change(room: Site) -> None:
    doctor = await room.browser("doc")
    page = await _desk(doctor, soon(), family="", birth="hier", phone="allô", time="25:00")
    assert doctor.status == 422
    for words in ("Remplissez ce champ.", "Une date comme", "Un numéro comme", "Une heure comme"):
        assert words in page
    assert 'value="allô"' in page


async def test_an_hour_that_the_clocks_skip_is_no_time(room: Site) -> None:
    doctor = await room.browser("doc")
    today = datetime.now(wording.ZONE).date()
    year = today.year + (today.month > 3)
    last = max(date(year, 3, d) for d in range(25, 32) if date(year, 3, d).weekday() == 6)
    await doctor.get("/booking/day/new")
    sent = {**CALLER, "agenda": "booking-doc", "reason": "consultation", "day": last.isoformat(), "time": "02:30"}
    await doctor.post("/booking/day/new", files=None, **sent)
    assert doctor.status == 422
    assert "qui existe ce jour-là" in doctor.page


async def test_who_stands_there_is_let_in_at_once(room: Site) -> None:
    doctor = await room.browser("doc")
    page = await _desk(doctor, soon(), walk="1")
    assert "1 arrivés" in page
    (stored,) = await room.stored("Appointment")
    assert stored["status"] == "arrived"


async def test_a_day_goes_from_arrival_to_the_end_and_back(room: Site) -> None:
    doctor = await room.browser("doc")
    await _desk(doctor, soon())
    (stored,) = await room.stored("Appointment")
    day = soon()[:10]
    assert "Absent :" not in doctor.page  # nobody is absent before the time
    for deed, status in (("arrive", "arrived"), ("back", "booked"), ("arrive", "arrived"), ("done", "fulfilled")):
        await doctor.post(f"/booking/day/{stored['id']}/{deed}", day=day)
        assert doctor.status == 200
        assert (await room.stored("Appointment"))[0]["status"] == status
    await doctor.post(f"/booking/day/{stored['id']}/absent", day=day)
    assert doctor.status == 409
    await doctor.post(f"/booking/day/{stored['id']}/fly", day=day)
    assert doctor.status == 409


async def test_agendas_stand_side_by_side_and_one_alone_when_asked(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get("/booking/agendas")
    await doctor.post("/booking/agendas", title="Groupe", place="")
    page = await doctor.get("/booking/day")
    assert page.count('class="day"') + page.count("Rien ce jour.") == 2
    page = await doctor.get("/booking/day", agenda="booking-doc")
    assert page.count('class="day"') + page.count("Rien ce jour.") == 1


async def test_the_practice_moves_an_appointment_to_place_it_anew(room: Site) -> None:
    doctor = await room.browser("doc")
    await _desk(doctor, soon())
    (stored,) = await room.stored("Appointment")
    path = f"/booking/visits/{stored['id']}/move"
    await doctor.get(path)
    later = starts(doctor.page)[4]
    await doctor.get(path, start=later)
    await doctor.post(path, start=later)
    assert "est déplacé" in doctor.page
    (moved,) = await room.stored("Appointment")
    assert datetime.fromisoformat(moved["start"]) == datetime.fromisoformat(later)
    assert len(moved["participant"]) == len(stored["participant"])


async def test_figures_of_few_people_are_not_told(room: Site) -> None:
    doctor = await room.browser("doc")
    ago = datetime.now(wording.ZONE) - timedelta(days=30)
    for number in range(16):
        at = (ago + timedelta(hours=number)).isoformat(timespec="seconds")
        await room.put(
            {
                "resourceType": "Appointment",
                "id": f"past-{number}",
                "status": "noshow" if number < 4 else "fulfilled",
                "description": "Rare" if number < 3 else "Consultation",
                "start": at,
                "end": at.replace(at, (ago + timedelta(hours=number, minutes=20)).isoformat(timespec="seconds")),
                "participant": [
                    {"actor": {"reference": "Patient/ana"}, "status": "accepted"},
                    {"actor": {"reference": "PractitionerRole/doc-role"}, "status": "accepted"},
                ],
            }
        )
    page = await doctor.get("/booking/figures")
    assert "25.0 %".replace(".", ",") in page
    assert "Rare" not in page
    assert re.search(r"Autres.*?16", page, re.DOTALL)
