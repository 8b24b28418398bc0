"""Keeping an agenda: reasons, rules, closings. Nothing that is booked is lost: what falls outside is told first, and stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from seve.fhir import Resource
from seve.fhir.scheduling import Closing
from seve.sdk import Visit
from seve.solutions.booking.actions.refusals import NotACalendar, Outside
from seve.solutions.booking.model import agendas, calendars
from seve.solutions.booking.model.agendas import Booked, Diary, diary
from seve.solutions.booking.model.appointments import OPEN, ends, schedule_of, starts, value_of
from seve.solutions.booking.queries import appointments as reads

_AHEAD_DAYS = 366


async def save(visit: Visit, schedule: Resource, *, is_meant: bool) -> tuple[Booked, ...]:
    """Stores another agenda and answers what is booked outside of it. Raises Outside when there is any that the agenda held
    before, and nobody said that it is meant so; Changed.
    """
    fallen = await would_fall(visit, schedule)
    if fallen and not is_meant:
        raise Outside(number=len(fallen))
    await visit.agendas.keep(schedule)
    return fallen


async def would_fall(visit: Visit, schedule: Resource) -> tuple[Booked, ...]:
    """The dry run: what the agenda holds now and would not hold then."""
    before = diary(await visit.records.read("Schedule", schedule["id"]))
    after, found = diary(schedule), await booked(visit, before)
    return tuple(one for one in after.outside(found) if before.holds(one))


async def booked(visit: Visit, held: Diary) -> tuple[Booked, ...]:
    """What is to come of an agenda."""
    return tuple(booked_of(one) for one in await to_come(visit, held))


async def absences(visit: Visit, schedule: Resource, data: bytes, *, is_meant: bool) -> calendars.Read:
    """Closes the agenda at the times of a calendar file. Raises NotACalendar, Outside, Changed."""
    found = _read(visit, schedule, data)
    closings = closings_of(visit, schedule, data)
    if closings:
        await save(visit, agendas.with_closings(schedule, closings, now=visit.now), is_meant=is_meant)
    return found


def closings_of(visit: Visit, schedule: Resource, data: bytes) -> list[Closing]:
    """What a calendar file would close. Raises NotACalendar."""
    found = _read(visit, schedule, data)
    return [Closing(_said(one.start), _said(one.end), one.note) for one in found.absences]


async def to_come(visit: Visit, held: Diary) -> list[Resource]:
    """Appointments of an agenda that are still to happen."""
    until = visit.now + timedelta(days=_AHEAD_DAYS)
    found = await reads.between(visit.records, [held.giver], visit.now, until)
    return [one for one in found if one["status"] in OPEN and schedule_of(one) == held.id]


def booked_of(appointment: Resource) -> Booked:
    """What an edit has to know of one."""
    start, end = starts(appointment), ends(appointment)
    assert start is not None and end is not None  # noqa: PT018 - an open appointment has both (app-3)
    reason, mode = (str(value_of(appointment, name) or "") for name in ("reason", "mode"))
    return Booked(appointment["id"], start, end, reason, mode)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _read(visit: Visit, schedule: Resource, data: bytes) -> calendars.Read:
    try:
        return calendars.read(data, zone=diary(schedule).zone, now=visit.now)
    except calendars.NotACalendar as error:
        raise NotACalendar(expression="file") from error
