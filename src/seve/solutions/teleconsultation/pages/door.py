"""Where one comes in: a patient's visits, a professional's waiting line and a call at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import Again, To, View, Visit
from seve.solutions.teleconsultation.actions import calling
from seve.solutions.teleconsultation.actions.refusals import NoPatient
from seve.solutions.teleconsultation.queries import agenda
from seve.solutions.teleconsultation.queries.agenda import Line


@dataclass(frozen=True)
class Door(View):
    """`now` are visits whose room is open, `next` those to come, `past` the others; `patients` whom a professional may call."""

    template: ClassVar[str] = "door.html"
    is_patient: bool
    now: tuple[Line, ...]
    next: tuple[Line, ...]
    past: tuple[Line, ...]
    patients: tuple[tuple[str, str, str], ...]


async def show(visit: Visit) -> Door:
    """The list."""
    return await _door(visit)


async def call_now(visit: Visit) -> To | Again:
    """A call that was not planned: the patient sees it at once on their own page."""
    try:
        made = await calling.call_now(visit, visit.form["patient"])
    except NoPatient as problem:
        return Again(await _door(visit), problem)
    return To(f"/call/{made['id']}")


async def _door(visit: Visit) -> Door:
    is_patient = visit.visitor.role == "patient"
    lines = await (agenda.of_patient(visit) if is_patient else agenda.of_professional(visit))
    now = tuple(one for one in lines if one.is_at_hand)
    others = [one for one in lines if not one.is_at_hand]
    today = visit.now.isoformat()
    coming = tuple(one for one in reversed(others) if one.status == "planned" and one.start[:10] >= today[:10])
    past = tuple(one for one in others if one not in coming)
    patients = () if is_patient else await agenda.patients(visit.records)
    return Door(
        is_patient, tuple(sorted(now, key=lambda one: (not one.place, one.place, one.start))), coming, past, patients
    )
