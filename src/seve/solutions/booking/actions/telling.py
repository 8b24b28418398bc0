"""The professional, and the secretaries who act for them, are told what patients did with their agenda: when, never who or what for."""

from __future__ import annotations

from typing import Literal, TypeAlias

from seve.fhir import Resource
from seve.sdk import Visit
from seve.solutions.booking.model import appointments
from seve.solutions.booking.queries import agendas

News: TypeAlias = Literal["agenda_booked", "agenda_moved", "agenda_cancelled"]


async def practice(visit: Visit, appointment: Resource, news: News) -> None:
    """Nothing for what the practice did itself, nor for an agenda that wants to hear nothing."""
    start = appointments.starts(appointment)
    if visit.visitor.role == "professional" or start is None:
        return
    id_ = appointments.schedule_of(appointment)
    held = (await agendas.several(visit.records, [id_])).get(id_) if id_ else None
    if held is None or held.is_quiet:
        return
    if held.giver.startswith("PractitionerRole/"):
        await visit.doors.notify_practice(held.giver, news, at=start)
    elif held.giver:
        await visit.doors.notify(held.giver, news, at=start)
