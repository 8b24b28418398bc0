"""Patients of a professional who may not practise any more are told that their appointment can't be kept."""

from __future__ import annotations

from seve.sdk import Changed, Chores, Job
from seve.solutions.booking.actions.reminding import Nothing
from seve.solutions.booking.model import appointments
from seve.solutions.booking.model.agendas import diary
from seve.solutions.booking.queries import stranding


async def tell(chores: Chores, nothing: Nothing) -> None:
    """Tells each of them once; the appointment stays, marked, until somebody places it anew or gives it up."""
    del nothing
    for line in await stranding.stranded(chores.records):
        schedule = diary(await chores.records.read("Schedule", line.id))
        for one in await stranding.open_of(chores.records, line.role):
            start, who = appointments.starts(one), appointments.patient_of(one).reference
            if start is None or start <= chores.now or appointments.value_of(one, "stranded"):
                continue
            try:
                await chores.agendas.change(appointments.put(one, "stranded", valueBoolean=True))
            except Changed:
                continue
            if who and schedule.place:
                await chores.notify(who, "appointment_stranded", place=schedule.place, at=start)


TELL = Job("tell_stranded", Nothing, tell, schedule="*/15 * * * *")
