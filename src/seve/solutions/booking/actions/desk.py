"""Booking by the practice: for a patient of the store by full identity, or for somebody who is not in it."""

from __future__ import annotations

from datetime import datetime

from seve.fhir import Resource
from seve.sdk import Visit
from seve.solutions.booking.actions import taking
from seve.solutions.booking.actions.refusals import SeveralPatients
from seve.solutions.booking.actions.taking import Asked
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.model.appointments import Who
from seve.solutions.booking.model.callers import Caller
from seve.solutions.booking.queries import people


async def book(
    visit: Visit, held: Diary, caller: Caller, *, start: datetime | None, reason: str, note: str
) -> Resource:
    """At `start`; None for who is here now. Raises SeveralPatients, NoReason, NoTime, NotFree."""
    who = await _who(visit, caller)
    at = start or visit.now.replace(second=0, microsecond=0)
    status = "booked" if start else "arrived"
    return await taking.by_practice(visit, held, Asked(at, reason, "", note), who=who, status=status)


async def _who(visit: Visit, caller: Caller) -> Who:
    found = await people.by_identity(visit.records, family=caller.family, given=caller.given, birth_date=caller.birth)
    if len(found) > 1:
        raise SeveralPatients
    if found:
        return people.who_of(found[0])
    name = f"{caller.given} {caller.family}"
    return Who(name, caller.birth, phone=caller.phone, given=caller.given, family=caller.family)
