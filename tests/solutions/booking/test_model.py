"""Decisions without a store: rules and clocks that change, calendars, figures, questionnaires, who may book."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from seve.fhir.scheduling import Agenda, Closing, Reason, Rule, with_agenda
from seve.solutions.booking.model import calendars, capacity, figures, questions, searching
from seve.solutions.booking.model.agendas import Booked, diary, with_closings, without_reason
from seve.solutions.booking.model.appointments import OPEN, Taken, Who, deeds, done, new, patient_of, put, value_of
from seve.solutions.booking.model.calendars import Event, NotACalendar
from seve.solutions.booking.model.searching import Sought, spans

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REASON = Reason("consultation", "Consultation", 30)


def schedule(*rules: Rule, closings: tuple[Closing, ...] = ()) -> dict[str, Any]:
    actor = [{"reference": "PractitionerRole/1", "display": "Dr Martin"}, {"reference": "Location/1", "display": "Ici"}]
    return with_agenda(
        {"resourceType": "Schedule", "id": "s", "actor": actor}, Agenda((REASON,), rules, closings, "Europe/Paris")
    )


def booked(local: str, minutes: int = 30, fold: int = 0) -> Booked:
    start = datetime.fromisoformat(local).replace(tzinfo=PARIS, fold=fold)
    end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(PARIS)
    return Booked("1", start, end, "consultation", "")


SUNDAYS = Rule(("sun",), time(1), time(5))


@pytest.mark.parametrize(
    ("local", "minutes", "fold", "holds"),
    [
        ("2026-11-22T01:00", 30, 0, True),
        ("2026-11-22T04:45", 30, 0, False),
        ("2026-11-23T02:00", 30, 0, False),
        ("2026-10-25T02:30", 30, 0, True),  # the first 02:30 of the night on which clocks go back
        ("2026-10-25T02:30", 30, 1, True),  # and the second, an hour later
        ("2026-10-25T01:00", 300, 0, True),  # five hours from one to five
        ("2026-03-29T01:00", 180, 0, True),  # three hours, the night on which they go forward
        ("2026-03-29T01:00", 240, 0, False),
    ],
)
def test_rules_are_local_time_on_nights_when_clocks_change(local: str, minutes: int, fold: int, holds: bool) -> None:
    assert diary(schedule(SUNDAYS)).holds(booked(local, minutes, fold)) is holds


def test_every_second_week_counts_from_its_first_day() -> None:
    rule = Rule(("mon",), time(9), time(12), since=date(2026, 11, 4), weeks=2)  # a Wednesday
    held = diary(schedule(rule))
    found = [held.holds(booked(f"2026-11-{day:02}T09:00")) for day in (2, 9, 16, 23, 30)]
    assert found == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("closing", "holds"),
    [
        (Closing("2026-11-22", "2026-11-22"), False),
        (Closing("2026-11-22T01:30:00+01:00", "2026-11-22T02:00:00+01:00"), True),
        (Closing("2026-11-22T01:29:00+01:00", "2026-11-22T02:00:00+01:00"), False),
        (Closing("", "2026-11-21"), True),
        (Closing("2026", ""), False),
    ],
)
def test_a_closing_takes_time_away(closing: Closing, holds: bool) -> None:
    assert diary(schedule(SUNDAYS, closings=(closing,))).holds(booked("2026-11-22T01:00")) is holds


def test_closings_that_are_over_are_forgotten_and_none_is_there_twice() -> None:
    old, new_ = Closing("2020-01-01", "2020-01-02"), Closing("2027-01-01", "2027-01-02")
    changed = with_closings(schedule(SUNDAYS, closings=(old, new_)), [new_], now=NOW)
    assert diary(changed).agenda.closings == (new_,)


def test_a_reason_takes_the_rules_along_that_were_for_it_alone() -> None:
    alone = Rule(("mon",), time(9), time(12), reasons=("consultation",))
    changed = without_reason(schedule(SUNDAYS, alone), "consultation")
    assert diary(changed).agenda.rules == (SUNDAYS,)
    assert diary(changed).agenda.reasons == ()


def _appointment(status: str = "booked", hours: float = 48, **more: Any) -> dict[str, Any]:
    taken = Taken("s", NOW + timedelta(hours=hours), 30, "consultation", "Consultation", "site")
    who = Who("Ana Durand", "1961-03-14", "Patient/ana")
    return {**new(taken, who, givers=schedule()["actor"], now=NOW, status=status), **more}


def test_an_appointment_claims_the_time_of_people_and_only_tells_of_the_place() -> None:
    made = _appointment()
    assert [p["required"] for p in made["participant"]] == ["required", "required", "information-only"]
    assert patient_of(made) == Who("Ana Durand", "1961-03-14", "Patient/ana")


@pytest.mark.parametrize(
    ("status", "hours", "practice", "expected"),
    [
        ("booked", 5, False, ("confirm", "move", "cancel")),
        ("booked", -1, False, ()),
        ("cancelled", 5, False, ()),
        ("fulfilled", -5, False, ()),
        ("booked", 5, True, ("arrive", "move", "cancel")),
        ("booked", -1, True, ("arrive", "absent", "move", "cancel")),
        ("arrived", 1, True, ("done", "back")),
        ("waitlist", 1, True, ()),
    ],
)
def test_what_may_be_done_depends_on_who_and_when(status: str, hours: float, practice: bool, expected: Any) -> None:
    assert deeds(_appointment(status, hours), now=NOW, by_practice=practice) == expected


def test_confirming_a_time_that_was_kept_ends_the_hold() -> None:
    held = put(_appointment("pending"), "hold", valueInstant="2026-11-22T12:30:00Z")
    agreed = done(held, "confirm")
    assert agreed["status"] in OPEN
    assert value_of(agreed, "hold") is None
    assert value_of(agreed, "confirmed") is True


def _ics(*lines: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR")).encode()


def test_what_is_written_is_read_again() -> None:
    title = "Congés, été ; " + "é" * 100 + "\nsuite \\ fin"
    event = Event("1", NOW + timedelta(days=1), NOW + timedelta(days=2), title, place="Tours")
    data = calendars.written([event], name="x", now=NOW)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    [absence] = calendars.read(data, zone=PARIS, now=NOW).absences
    assert (absence.start, absence.end) == (event.start, event.end)
    assert absence.note == title.replace("\n", " ")[:120]


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (("DTSTART;VALUE=DATE:20261224",), "2026-12-24T00:00+01:00", "2026-12-25T00:00+01:00"),
        (("DTSTART:20261224T100000", "DURATION:PT1H30M"), "2026-12-24T10:00+01:00", "2026-12-24T11:30+01:00"),
        (
            ("DTSTART;TZID=America/Montreal:20261224T100000", "DTEND:20261224T170000Z"),
            "2026-12-24T15:00+00:00",
            "2026-12-24T17:00+00:00",
        ),
        (
            ("DTSTART:20261224T1000", " 00Z", "DTEND:20261224T110000Z"),
            "2026-12-24T10:00+00:00",
            "2026-12-24T11:00+00:00",
        ),
    ],
)
def test_absences_are_read_with_their_zones_days_and_lengths(lines: tuple[str, ...], start: str, end: str) -> None:
    [found] = calendars.read(_ics(*lines), zone=PARIS, now=NOW).absences
    assert (found.start, found.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("SUMMARY:x",), "no_start"),
        (("DTSTART:20261224T100000Z",), "no_end"),
        (("DTSTART:20269999T100000Z", "DTEND:20261224T110000Z"), "not_a_time"),
        (("DTSTART;TZID=Mars/Base:20261224T100000", "DTEND:20261224T110000Z"), "unknown_zone"),
        (("DTSTART:20261224T100000Z", "DTEND:20261224T110000Z", "RRULE:FREQ=DAILY"), "repeats"),
        (("DTSTART:20261224T110000Z", "DTEND:20261224T100000Z"), "backwards"),
        (("DTSTART:20261224T110000Z", "DTEND:20361224T100000Z"), "too_long"),
        (("DTSTART:20200101T110000Z", "DTEND:20200101T120000Z"), "past"),
        (("DTSTART:20261224T110000Z", "DURATION:une heure"), "not_a_time"),
    ],
)
def test_an_absence_that_can_not_be_is_refused_with_its_line(lines: tuple[str, ...], why: str) -> None:
    found = calendars.read(_ics(*lines), zone=PARIS, now=NOW)
    assert found.absences == ()
    assert [(one.line, one.why) for one in found.refused] == [(2, why)]


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"BEGIN:VCARD", b"BEGIN:VCALENDAR" + b" " * 1_000_001])
def test_what_is_no_calendar_is_none(data: bytes) -> None:
    with pytest.raises(NotACalendar):
        calendars.read(data, zone=PARIS, now=NOW)


def test_the_alarm_within_an_event_is_not_its_start() -> None:
    lines = ("DTSTART:20261224T100000Z", "DTEND:20261224T110000Z", "BEGIN:VALARM", "DTSTART:1", "END:VALARM")
    assert len(calendars.read(_ics(*lines), zone=PARIS, now=NOW).absences) == 1


def _past(status: str, day: int, words: str = "Consultation") -> dict[str, Any]:
    start = datetime(2026, 10, 1, 9, tzinfo=PARIS) + timedelta(days=day)
    updated = (start - timedelta(hours=3)).isoformat()
    return {"status": status, "start": start.isoformat(), "description": words, "meta": {"lastUpdated": updated}}


def _report(found: list[dict[str, Any]], pivot: date | None = None) -> figures.Report:
    bounds = {"since": date(2026, 10, 1), "until": date(2026, 11, 30)}
    return figures.report(found, **bounds, pivot=pivot, zone=PARIS, now=NOW)


def test_absences_are_a_share_of_those_who_were_awaited() -> None:
    found = [_past("fulfilled", n) for n in range(30)] + [_past("noshow", n) for n in range(3)]
    report = _report([*found, _past("cancelled", 1), _past("booked", 2), _past("booked", 200), _past("waitlist", 1)])
    assert (report.all.all, report.all.open, report.all.cancelled, report.all.late) == (35, 1, 1, 1)
    assert report.all.absence_percent == Decimal("9.1")


def test_a_share_that_is_small_is_not_told_and_can_not_be_reckoned() -> None:
    found = [_past("fulfilled", n % 40) for n in range(60)] + [_past("noshow", 1, "Rare") for _ in range(4)]
    found += [_past("fulfilled", n % 40, "Suivi") for n in range(15)]
    report = _report(found)
    assert [(line.label, line.count.all) for line in report.by_reason] == [("Consultation", 60), ("", 19)]


def test_before_and_after_are_rates_a_week_and_too_few_are_not_compared() -> None:
    found = [_past("fulfilled", n % 14) for n in range(20)] + [_past("fulfilled", 14 + n % 14) for n in range(40)]
    report = _report(found, pivot=date(2026, 10, 15))
    assert report.before is not None and report.after is not None
    assert (report.before.visits, report.after.visits) == (20, 40)
    assert report.weeks_before == 2
    assert report.change_percent == (100 * (40 / report.weeks_after - 10) / 10).quantize(Decimal("0.1"))
    assert _report(found[:10], pivot=date(2026, 10, 15)).change_percent is None


@pytest.mark.parametrize(
    ("birth", "guard", "expected"),
    [
        ("2015-01-01", False, "too_young"),
        ("2011-11-23", False, "too_young"),
        ("2011-11-22", False, ""),
        ("2010-01-01", True, ""),  # a parent of a minor is no guardianship of an adult
        ("1990-01-01", True, "under_guardianship"),
        ("1990-01-01", False, ""),
        ("", False, ""),
        ("2015", False, "too_young"),
    ],
)
def test_who_may_book_alone(birth: str, guard: bool, expected: str) -> None:
    related = [{"relationship": [{"coding": [{"code": "GUARD"}]}]}] if guard else []
    assert capacity.alone({"birthDate": birth}, related, today=date(2026, 11, 22)) == expected


def test_a_guardianship_that_is_over_binds_nobody() -> None:
    ended = {"relationship": [{"coding": [{"code": "GUARD"}]}], "period": {"end": "2026-11-21"}}
    assert capacity.alone({"birthDate": "1990-01-01"}, [ended], today=date(2026, 11, 22)) == ""


def test_evenings_are_asked_one_by_one_from_now_on() -> None:
    found = list(spans(Sought(is_evening=True), now=datetime(2026, 11, 22, 20, tzinfo=PARIS), zone=PARIS))
    assert found[0][0] == datetime(2026, 11, 22, 20, tzinfo=PARIS)
    assert found[1][0] == datetime(2026, 11, 23, 18, tzinfo=PARIS)
    assert len(found) == searching.EVENING_DAYS


def test_a_search_leaves_out_what_is_no_choice() -> None:
    typed = {"trade": "x", "mode": "fax", "reason": "'", "since": "hier", "evening": "yes", "city": " Tours "}
    assert searching.sought(typed) == Sought(city="Tours")


def test_a_questionnaire_that_asks_what_a_form_can_not_is_not_offered() -> None:
    item = {"linkId": "1", "text": "Photo", "type": "attachment", "required": True}
    assert questions.unasked({"item": [item]}) == ("Photo",)
