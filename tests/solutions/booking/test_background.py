"""Reminders, links that need no sign-in, the waiting list, calendars: what happens without anybody at a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.solutions.booking.conftest import AGENDA, book, soon, starts

from seve.engine.access import open_grant
from seve.sdk import Chores
from seve.sdk.links import Links
from seve.sdk.refusals import NotFound
from seve.solutions.booking import solution
from seve.solutions.booking.actions.freeing import Freed, refill
from seve.solutions.booking.actions.reminding import Nothing, remind
from seve.solutions.booking.actions.stranding import tell
from seve.testing.site import Browser, Site


def chores(room: Site) -> Chores:
    return Chores(room.engine, open_grant(), solution.manifest)


async def told(room: Site, template: str) -> list[dict[str, Any]]:
    rows = await room.engine.database.pool.fetch("SELECT fields FROM notification WHERE template = $1", template)
    return [dict(row) for row in rows]


async def stored(room: Site) -> dict[str, Any]:
    (found,) = await room.stored("Appointment")
    return found


async def sooner(room: Site, hours: float) -> dict[str, Any]:
    """The one appointment, some hours from now, made a week ago."""
    found, start = await stored(room), datetime.now(UTC) + timedelta(hours=hours)
    changed = {
        **found,
        "start": start.isoformat(timespec="seconds"),
        "end": (start + timedelta(minutes=20)).isoformat(timespec="seconds"),
        "created": (datetime.now(UTC) - timedelta(days=7)).isoformat(timespec="seconds"),
    }
    await room.put(changed)
    return changed


async def test_reminders_go_out_two_days_and_two_hours_before_once_each(room: Site) -> None:
    await book(await room.browser("ana"))
    work = chores(room)
    await sooner(room, 60)
    await remind(work, Nothing())
    assert await told(room, "reminder_days") == []
    await sooner(room, 40)
    await remind(work, Nothing())
    await remind(work, Nothing())
    assert len(await told(room, "reminder_days")) == 1
    await sooner(room, 1.5)
    await remind(work, Nothing())
    await remind(work, Nothing())
    assert len(await told(room, "reminder_hours")) == 1
    assert len(await told(room, "reminder_days")) == 1


async def test_a_cancelled_appointment_reminds_of_nothing(room: Site) -> None:
    ana = await room.browser("ana")
    await book(ana)
    await ana.post(f"{ana.answer.request.url.path}/cancel")
    await sooner(room, 1)
    await remind(chores(room), Nothing())
    assert await told(room, "reminder_hours") == []


async def test_a_reminder_names_a_place_and_a_time_and_nobody(room: Site) -> None:
    await book(await room.browser("ana"))
    await sooner(room, 40)
    await remind(chores(room), Nothing())
    ana = await room.browser("ana")
    page = await ana.get("/notifications")
    assert "Cabinet des Tilleuls" in page
    for word in ("Consultation", "Durand", "Martin"):
        assert word not in str(await told(room, "reminder_days"))


async def _link(room: Site, *, until: datetime | None = None, purpose: str = "answer") -> str:
    found = await stored(room)
    links = Links(room.engine, solution.manifest)
    end = until or datetime.now(UTC) + timedelta(days=1)
    return "/booking/answer/" + links.sign(purpose, f"Appointment/{found['id']}", until=end)


@pytest.mark.parametrize(("deed", "status"), [("confirm", "booked"), ("cancel", "cancelled")])
async def test_the_link_of_a_reminder_answers_without_signing_in(room: Site, deed: str, status: str) -> None:
    await book(await room.browser("ana"))
    nobody, link = await room.browser(), await _link(room)
    page = await nobody.get(link)
    for word in ("Durand", "Martin", "Consultation", "Tilleuls"):
        assert word not in page
    await nobody.post(link, deed=deed)
    assert nobody.status == 200
    assert (await stored(room))["status"] == status
    if deed == "cancel":
        await nobody.post(link, deed="confirm")
        assert nobody.status == 409  # what was given back is not taken again by a link


async def test_looking_at_a_link_changes_nothing_since_mail_scanners_look(room: Site) -> None:
    await book(await room.browser("ana"))
    before = await stored(room)
    nobody, link = await room.browser(), await _link(room)
    await nobody.get(link)
    await nobody.client.head(link)
    assert (await stored(room))["meta"]["versionId"] == before["meta"]["versionId"]


async def test_a_link_that_is_forged_over_or_for_something_else_leads_nowhere(room: Site) -> None:
    await book(await room.browser("ana"))
    nobody, link = await room.browser(), await _link(room)
    other = f"{link[:-1]}{'0' if link[-1] != '0' else '1'}"
    over = await _link(room, until=datetime.now(UTC) - timedelta(seconds=2))
    for wrong in (other, over, await _link(room, purpose="feed"), "/booking/answer/x", "/booking/answer/a.b.zz.c"):
        await nobody.get(wrong)
        assert nobody.status == 404
        await nobody.post(wrong, deed="cancel")
        assert nobody.status == 404
    assert (await stored(room))["status"] == "booked"


async def test_a_link_moves_nothing_and_is_not_sent_from_other_sites(room: Site) -> None:
    await book(await room.browser("ana"))
    nobody, link = await room.browser(), await _link(room)
    answer = await nobody.client.post(link, data={"deed": "cancel"}, headers={"origin": "https://ailleurs.example"})
    assert 400 <= answer.status_code < 500
    before = (await stored(room))["start"]
    await nobody.post(link, deed="move", start=soon())
    assert (await stored(room))["start"] == before


def test_a_link_of_one_solution_is_none_of_another(room: Site) -> None:
    links = Links(room.engine, solution.manifest)
    token = links.sign("answer", "Appointment/1", until=datetime.now(UTC) + timedelta(hours=1))
    assert links.opened(token, "answer") == "Appointment/1"
    with pytest.raises(NotFound):
        links.opened(token, "feed")


async def _fill(room: Site, browser: Browser) -> None:
    """Leaves the demonstration agenda one time: it closes all but the hour from 10 on the third day."""
    day = soon()[:10]
    (schedule,) = await room.stored("Schedule")
    rules = [e for e in schedule["extension"] if not e["url"].endswith("agenda-rule")]
    one = {
        "url": "https://seve.example/StructureDefinition/agenda-rule",
        "extension": [
            {"url": "day", "valueCode": datetime.fromisoformat(soon()).strftime("%a").lower()},
            {"url": "from", "valueTime": "10:00:00"},
            {"url": "to", "valueTime": "10:20:00"},
            {"url": "since", "valueDate": day},
            {"url": "until", "valueDate": day},
        ],
    }
    await room.put({**schedule, "extension": [*rules, one]})
    await book(browser)


async def test_a_freed_time_is_kept_for_the_first_in_line_and_then_for_the_next(room: Site) -> None:
    doctor, ana, bob = await room.browser("doc"), await room.browser("ana"), await room.browser("bob")
    await _fill(room, ana)
    path = ana.answer.request.url.path
    await bob.get(AGENDA, reason="consultation")
    assert starts(bob.page) == []
    assert "liste d'attente" in await bob.post(f"{AGENDA}/wait", reason="consultation")
    await refill(chores(room), Freed())
    assert await told(room, "time_freed") == []
    await ana.get(path)
    await ana.post(f"{path}/cancel")
    await refill(chores(room), Freed("booking-doc"))
    assert len(await told(room, "time_freed")) == 1
    (kept,) = await room.stored("Appointment", ("status", "pending"))
    assert kept["participant"][0]["actor"]["reference"] == "Patient/bob"
    await ana.get(AGENDA, reason="consultation")
    assert starts(ana.page) == []  # kept: nobody else takes it
    page = await bob.get(f"/booking/visits/{kept['id']}")
    assert "Je prends ce créneau" in page
    await bob.post(f"/booking/visits/{kept['id']}/confirm")
    assert bob.status == 200
    assert [one["status"] for one in await room.stored("Appointment", ("patient", "Patient/bob"))] == ["booked"]
    del doctor


async def test_who_does_not_answer_in_time_gives_the_time_to_the_next(room: Site) -> None:
    ana, bob = await room.browser("ana"), await room.browser("bob")
    await _fill(room, ana)
    path = ana.answer.request.url.path
    await bob.get(AGENDA, reason="consultation")
    await bob.post(f"{AGENDA}/wait", reason="consultation")
    await ana.get(path)
    await ana.post(f"{path}/cancel")
    await refill(chores(room), Freed())
    (kept,) = await room.stored("Appointment", ("status", "pending"))
    over = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
    hold = [e for e in kept["extension"] if not e["url"].endswith("-hold")]
    url = "https://seve.example/StructureDefinition/appointment-hold"
    await room.put({**kept, "extension": [*hold, {"url": url, "valueInstant": over}]})
    await refill(chores(room), Freed())
    (waiting,) = await room.stored("Appointment", ("patient", "Patient/bob"))
    assert waiting["status"] == "waitlist"
    assert "start" not in waiting
    await ana.get(AGENDA, reason="consultation")
    assert len(starts(ana.page)) == 1  # it is free again, and not offered to bob a second time


async def test_who_waits_is_not_offered_what_was_free_all_along_but_what_is_freed(room: Site) -> None:
    ana, bob = await room.browser("ana"), await room.browser("bob")
    start = await book(ana, at=8)
    path = ana.answer.request.url.path
    await bob.get(AGENDA, reason="consultation")
    await bob.post(f"{AGENDA}/wait", reason="consultation")
    await refill(chores(room), Freed())
    assert await room.stored("Appointment", ("status", "pending")) == []
    await ana.get(path)
    await ana.post(f"{path}/cancel")
    await refill(chores(room), Freed())
    (kept,) = await room.stored("Appointment", ("status", "pending"))
    assert datetime.fromisoformat(kept["start"]) == datetime.fromisoformat(start)


async def test_nobody_waits_twice_for_the_same(room: Site) -> None:
    bob = await room.browser("bob")
    await bob.get(AGENDA, reason="consultation")
    await bob.post(f"{AGENDA}/wait", reason="consultation")
    await bob.get(AGENDA, reason="consultation")
    await bob.post(f"{AGENDA}/wait", reason="consultation")
    assert bob.status == 409
    (waiting,) = await room.stored("Appointment")
    await bob.get("/booking")
    await bob.post(f"/booking/visits/{waiting['id']}/cancel")
    assert "plus sur la liste" in bob.page
    assert (await stored(room))["status"] == "cancelled"


async def test_patients_of_who_was_struck_off_are_told_once(room: Site) -> None:
    await book(await room.browser("ana"), at=5)
    await tell(chores(room), Nothing())
    assert await told(room, "appointment_stranded") == []
    (role,) = await room.stored("PractitionerRole", ("_id", "doc-role"))
    await room.put({**role, "active": False})
    await tell(chores(room), Nothing())
    await tell(chores(room), Nothing())
    assert len(await told(room, "appointment_stranded")) == 1
    assert (await stored(room))["status"] == "booked"


async def test_a_calendar_reads_times_by_a_private_link_until_it_is_withdrawn(room: Site) -> None:
    ana, nobody = await room.browser("ana"), await room.browser()
    start = await book(ana)
    await ana.get("/booking/calendar")
    await ana.post("/booking/calendar")
    found = re.search(r'value="http://sante.example(/booking/feed/[^"]+)"', ana.page)
    assert found
    answer = await nobody.client.get(found[1])
    assert answer.headers["content-type"].startswith("text/calendar")
    utc = datetime.fromisoformat(start).astimezone(UTC)
    assert f"DTSTART:{utc:%Y%m%dT%H%M%SZ}" in answer.text
    for word in ("Durand", "Martin", "Consultation", "Tilleuls"):
        assert word not in answer.text
    (feed,) = await room.stored("Communication")
    await ana.post(f"/booking/calendar/{feed['id']}/withdraw")
    assert (await nobody.client.get(found[1])).status_code == 404


async def test_the_link_of_another_can_not_be_withdrawn(room: Site) -> None:
    ana, bob = await room.browser("ana"), await room.browser("bob")
    await ana.get("/booking/calendar")
    await ana.post("/booking/calendar")
    (feed,) = await room.stored("Communication")
    await bob.get("/booking/calendar")
    await bob.post(f"/booking/calendar/{feed['id']}/withdraw")
    assert bob.status == 404
    assert (await room.stored("Communication"))[0]["status"] == "in-progress"


async def test_a_questionnaire_is_answered_by_the_patient_and_read_by_the_practice_alone(room: Site) -> None:
    ana, doctor, nurse = await room.browser("ana"), await room.browser("doc"), await room.browser("nurse")
    await book(ana)
    path = ana.answer.request.url.path
    await ana.get(f"{path}/questions")
    page = await ana.post(f"{path}/questions", files=None, **{"q-1": "", "q-2": "yes", "q-3.2": "beaucoup"})
    assert ana.status == 422
    assert "Répondez à cette question." in page
    assert 'value="beaucoup"' in page
    await ana.post(
        f"{path}/questions", files=None, **{"q-1": "Toux sèche", "q-2": "yes", "q-3.1": "never", "q-3.2": "0"}
    )
    assert "Vos réponses sont transmises." in ana.page
    page = await doctor.get(path)
    assert "Toux sèche" in page
    assert "Jamais" in page
    response = next(r for r in (await stored(room))["contained"] if r["resourceType"] == "QuestionnaireResponse")
    assert response["item"][-1]["item"][0]["linkId"] == "3.1"  # within its group
    await nurse.get("/booking/day")
    assert "Toux sèche" not in nurse.page


async def test_one_appointment_goes_into_ones_own_calendar(room: Site) -> None:
    ana = await room.browser("ana")
    await book(ana)
    answer = await ana.client.get(f"{ana.answer.request.url.path}/calendar")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Rendez-vous avec Dr Doc Martin" in answer.text
