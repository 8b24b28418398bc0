"""Time that was freed is offered to who waits: at once when somebody waits, by the work in the background."""

from __future__ import annotations

import msgspec

from seve.fhir import Resource
from seve.sdk import Chores, Free, Job, NotFree, Visit, Wanted
from seve.solutions.booking.model import appointments, lines
from seve.solutions.booking.model.agendas import Diary, diary
from seve.solutions.booking.model.appointments import Taken


class Freed(msgspec.Struct, frozen=True):
    """An agenda some of whose time was freed; "" for all of those somebody waits for."""

    schedule: str = ""


async def offer(visit: Visit, appointment: Resource) -> None:
    """Asks for the line of an agenda to be looked at."""
    schedule = appointments.schedule_of(appointment)
    if schedule:
        await visit.doors.enqueue(REFILL, Freed(schedule))


async def refill(chores: Chores, freed: Freed) -> None:
    """Lapsed holds are given back, then each who waits is kept the first time that suits, first come first served."""
    await _lapse(chores)
    waiting = await chores.records.every("Appointment", ("status", "waitlist"))
    ordered = sorted(waiting, key=lambda one: (one.get("created", ""), one["id"]))
    known = dict[str, Diary | None]()
    for one in ordered:
        schedule = appointments.schedule_of(one)
        if freed.schedule not in ("", schedule):
            continue
        if schedule not in known:
            known[schedule] = await _diary(chores, schedule)
        held = known[schedule]
        if lines.is_over(one, now=chores.now):
            await chores.agendas.change({**one, "status": "cancelled"})
        elif held is not None:
            await _keep_first(chores, one, held)


async def _keep_first(chores: Chores, waiting: Resource, held: Diary) -> None:
    """Turns a place in the line into a time that is kept for some minutes, and tells the patient."""
    reason = held.agenda.reason(str(appointments.value_of(waiting, "reason") or ""))
    if reason is None or not reason.is_public:
        return
    refused = lines.refused(waiting)
    for free in await _times(chores, waiting, held, reason.code):
        if free.start in refused:
            continue
        taken = Taken(held.id, free.start, reason.minutes, reason.code, reason.text, next(iter(reason.modes), ""))
        kept = lines.kept(waiting, taken, givers=held.actors, until=chores.now + lines.HOLD)
        try:
            await chores.agendas.change(kept)
        except NotFree:
            continue  # somebody was quicker: the next time
        await _tell(chores, waiting, held, free)
        return


async def _times(chores: Chores, waiting: Resource, held: Diary, reason: str) -> tuple[Free, ...]:
    since, until = lines.wanted(waiting, now=chores.now)
    return await chores.agendas.free(Wanted(since, until, reason=reason, schedules=(held.id,), count=60))


async def _lapse(chores: Chores) -> None:
    """Who did not answer in time stands at the end of the line again, and is not asked for the same time twice."""
    for one in await chores.records.every("Appointment", ("status", "pending")):
        until = lines.held_until(one)
        if until is not None and until <= chores.now:
            await chores.agendas.change(lines.lapsed(one, now=chores.now))


async def _tell(chores: Chores, waiting: Resource, held: Diary, free: Free) -> None:
    who = appointments.patient_of(waiting)
    if who.reference and held.place:
        minutes = int(lines.HOLD.total_seconds()) // 60
        await chores.notify(who.reference, "time_freed", place=held.place, at=free.start, minutes=minutes)


async def _diary(chores: Chores, schedule: str) -> Diary | None:
    found = await chores.records.search("Schedule", ("_id", schedule))
    return next((diary(one) for one in found.matches if one.get("active", True)), None)


REFILL = Job("refill", Freed, refill, schedule="*/2 * * * *")
