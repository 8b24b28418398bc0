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
    await visit.records.update(schedule)
    return fallen


async def would_fall(visit: Visit, schedule: Resource) -> tuple[Booked, ...]:
    """The dry run: what the agenda holds now and would not hold then."""
    before = diary(await visit.records.read("Schedule", schedule["id"]))
    after, found = diary(schedule), await booked(visit, before)
    return tuple(one for one in after.outside(found) if before.holds(one))


async def misplaced(visit: Visit, held: Diary) -> tuple[Resource, ...]:
    """Appointments to come that the agenda has no room for any more: somebody finds them another time."""
    found = await _to_come(visit, held)
    outside = {one.id for one in held.outside(_booked(one) for one in found)}
    return tuple(one for one in found if one["id"] in outside)


async def booked(visit: Visit, held: Diary) -> tuple[Booked, ...]:
    """What is to come of an agenda."""
    return tuple(_booked(one) for one in await _to_come(visit, held))


async def absences(visit: Visit, schedule: Resource, data: bytes, *, is_meant: bool) -> calendars.Read:
    """Closes the agenda at the times of a calendar file. Raises NotACalendar, Outside, Changed."""
    held = diary(schedule)
    try:
        found = calendars.read(data, zone=held.zone, now=visit.now)
    except calendars.NotACalendar as error:
        raise NotACalendar(expression="file") from error
    closings = [Closing(_said(one.start), _said(one.end), one.note) for one in found.absences]
    if closings:
        await save(visit, agendas.with_closings(schedule, closings, now=visit.now), is_meant=is_meant)
    return found


async def _to_come(visit: Visit, held: Diary) -> list[Resource]:
    until = visit.now + timedelta(days=_AHEAD_DAYS)
    found = await reads.between(visit.records, [held.giver], visit.now, until)
    return [one for one in found if one["status"] in OPEN and schedule_of(one) == held.id]


def _booked(appointment: Resource) -> Booked:
    start, end = starts(appointment), ends(appointment)
    assert start is not None and end is not None  # noqa: PT018 - an open appointment has both (app-3)
    reason, mode = (str(value_of(appointment, name) or "") for name in ("reason", "mode"))
    return Booked(appointment["id"], start, end, reason, mode)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
