"""Reminders two days and two hours before, by the ways that somebody chose; quiet hours hold at the door of notifications."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

from seve.fhir import Resource
from seve.sdk import Changed, Chores, Job
from seve.solutions.booking.model import appointments
from seve.solutions.booking.model.agendas import diary

Ahead: TypeAlias = Literal["days", "hours"]
AHEAD: dict[Ahead, timedelta] = {"days": timedelta(days=2), "hours": timedelta(hours=2)}
_LINK = "answer"


class Nothing(msgspec.Struct, frozen=True):
    """No payload: what is due is looked for."""


async def remind(chores: Chores, nothing: Nothing) -> None:
    """Reminds of everything that is due, once each: the appointment carries which reminders went out."""
    del nothing
    now = chores.now
    due = await chores.records.every(
        "Appointment",
        ("status", "booked,pending"),
        ("date", f"gt{appointments.instant(now)}"),
        ("date", f"le{appointments.instant(now + AHEAD['days'])}"),
    )
    for one in due:
        start = appointments.starts(one)
        which = None if start is None else _due(one, start, now)
        if start is not None and which is not None:
            await _remind(chores, one, which, start=start)


def _due(appointment: Resource, start: datetime, now: datetime) -> Ahead | None:
    """The reminder to send now. Who booked within the last two days needs none two days before."""
    sent = appointments.value_of(appointment, "reminded")
    if start - now <= AHEAD["hours"]:
        return "hours" if sent != "hours" else None
    created = appointment.get("created")
    is_fresh = created is not None and start - datetime.fromisoformat(created) < AHEAD["days"]
    return None if sent or is_fresh else "days"


async def _remind(chores: Chores, appointment: Resource, which: Ahead, *, start: datetime) -> None:
    """Marked first, told after: a reminder that fails is not sent twice."""
    try:
        await chores.agendas.change(appointments.put(appointment, "reminded", valueCode=which))
    except Changed:
        return  # somebody changed it just now: the next round looks again
    who, place = appointments.patient_of(appointment).reference, await _place(chores, appointment)
    if not who or not place:
        return
    token = chores.links.sign(_LINK, f"Appointment/{appointment['id']}", until=start)
    link = f"{chores.links.site}/booking/answer/{token}"
    template = "reminder_days" if which == "days" else "reminder_hours"
    await chores.notify(who, template, place=place, at=start, link=link)


async def _place(chores: Chores, appointment: Resource) -> str:
    schedule = appointments.schedule_of(appointment)
    found = await chores.records.search("Schedule", ("_id", schedule)) if schedule else None
    return next((diary(one).place for one in found.matches), "") if found else ""


REMIND = Job("remind", Nothing, remind, schedule="*/5 * * * *")
