"""The waiting list: first come, first asked, with time to answer."""

from __future__ import annotations

from datetime import timedelta

from seve.fhir import Resource
from seve.sdk import Visit, Whose
from seve.solutions.booking.actions import meeting, taking
from seve.solutions.booking.actions.refusals import NoReason, WaitsAlready
from seve.solutions.booking.model import appointments
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.queries import appointments as reads
from seve.solutions.booking.queries import people

WAIT_DAYS = 60
_SEEN = 40
"""Times that are free now are not offered to who waits for another; where there are more, a later one is none they wait for."""


async def join(visit: Visit, diary: Diary, reason: str, *, whom: Whose) -> Resource:
    """A place in the line of an agenda. Raises NoReason, WaitsAlready and what booking for somebody refuses."""
    await taking.check_who(visit, whom)
    found = diary.agenda.reason(reason)
    if found is None or not found.is_public:
        raise NoReason(expression="reason")
    await meeting.check_known(visit, diary, found.code, whom=whom)
    if found.modes == ("home",):
        await meeting.check_home(visit, diary, whom=whom)
    held = await reads.of_patient(visit.records, f"Patient/{whom.id}", since=visit.now)
    if any(one["status"] == "waitlist" and appointments.schedule_of(one) == diary.id for one in held):
        raise WaitsAlready
    who = await people.who(visit.records, whom.id)
    free = await taking.times(visit, diary, reason, since=visit.now, count=_SEEN)
    until = free[-1].start if len(free) == _SEEN else visit.now + timedelta(days=WAIT_DAYS)
    made = appointments.waiting(
        who,
        givers=diary.actors,
        schedule=diary.id,
        reason=found.code,
        words=found.text,
        period=(visit.now, until),
        seen=(one.start for one in free),
        now=visit.now,
    )
    return await visit.agendas.book(made, alone=await taking.limits(visit, whom))


async def leave(visit: Visit, appointment: Resource) -> Resource:
    """Gives the place up."""
    return await visit.agendas.change({**appointment, "status": "cancelled"})
