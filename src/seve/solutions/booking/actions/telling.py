"""The professional, and the secretaries who act for them, are told what patients did with their agenda: when, never who or what for."""

from __future__ import annotations

from typing import Literal, TypeAlias

from seve.fhir import Resource
from seve.sdk import NotFound, Visit
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
    given = [str(one.get("reference", "")) for one in held.actors]
    people = {one for one in given if one.startswith(("Practitioner/", "PractitionerRole/"))}
    people |= {await _person(visit, one) for one in given if one.startswith("PractitionerRole/")} - {""}
    for one in sorted(people):
        await visit.doors.notify(one, news, at=start)


async def _person(visit: Visit, role: str) -> str:
    try:
        found = await visit.records.read("PractitionerRole", role.partition("/")[2])
    except NotFound:
        return ""
    return str(found.get("practitioner", {}).get("reference", ""))
