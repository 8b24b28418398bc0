"""Answering a reminder without signing in: a signed link that lasts until the appointment, to confirm or to cancel and nothing else.
It shows when, not who nor what for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotFound, To, View, Visit, wording
from seve.solutions.booking.actions import freeing, telling
from seve.solutions.booking.actions.refusals import NotNow
from seve.solutions.booking.model import appointments
from seve.solutions.booking.model.appointments import Deed
from seve.solutions.booking.pages.frame import done, weekday

PURPOSE = "answer"


@dataclass(frozen=True)
class Answering(View):
    """When, and what may be answered."""

    template: ClassVar[str] = "answer.html"
    link: str
    on: str
    time: str
    status: str
    deeds: tuple[Deed, ...]
    done: str


async def show(visit: Visit) -> Answering:
    """Raises NotFound for a link that is none, or is over."""
    return _view(visit, await _found(visit))


async def answer(visit: Visit) -> To | Again:
    """Confirms or cancels."""
    found = await _found(visit)
    deed: Deed = "cancel" if visit.form["deed"] == "cancel" else "confirm"
    try:
        if deed not in _deeds(visit, found):
            raise NotNow
        await visit.agendas.change(appointments.done(found, deed, why="patient"))
        if deed == "cancel":
            await freeing.offer(visit, found)
            await telling.practice(visit, found, "agenda_cancelled")
    except Refusal as refusal:
        return Again(_view(visit, found), refusal)
    return To(f"/answer/{visit.path['link']}", {"done": "cancelled" if deed == "cancel" else "confirmed"})


async def _found(visit: Visit) -> Resource:
    type_, _, id_ = visit.linked.partition("/")
    if type_ != "Appointment":
        raise NotFound
    return await visit.records.read("Appointment", id_)


def _deeds(visit: Visit, found: Resource) -> tuple[Deed, ...]:
    return tuple(d for d in appointments.deeds(found, now=visit.now, by_practice=False) if d != "move")


def _view(visit: Visit, found: Resource) -> Answering:
    start = appointments.starts(found)
    return Answering(
        link=visit.path["link"],
        on=weekday(visit, start) if start else "",
        time=wording.time_of(start, visit.language) if start else "",
        status=found["status"],
        deeds=_deeds(visit, found),
        done=done(visit),
    )
