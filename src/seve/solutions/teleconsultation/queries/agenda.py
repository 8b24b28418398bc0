"""The visits of a visitor: today's and those to come, and those that were."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visit, whose, wording
from seve.solutions.teleconsultation.model import visits
from seve.solutions.teleconsultation.model.visits import ACT_CODE
from seve.solutions.teleconsultation.queries import rooms

_MOST = "50"
_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Line:
    """One visit: `status` of the act (`planned` before it), `is_waiting` when the patient's side is there, in `place` of the line."""

    id: str
    start: str
    status: str
    with_whom: str
    is_at_hand: bool
    is_waiting: bool
    place: int


async def of_patient(visit: Visit) -> tuple[Line, ...]:
    """Those of the visitor and whom they represent, the latest first."""
    patients = [f"Patient/{one.id}" for one in await whose(visit)]
    found = await asyncio.gather(*(_found(visit, ("patient", one)) for one in patients))
    return await _lines(visit, [one for those in found for one in those])


async def of_professional(visit: Visit) -> tuple[Line, ...]:
    """Those of the visitor, and calls that they were invited to, the latest first."""
    own = [one for one in (visit.visitor.acts_as, visit.visitor.person) if one]
    found, invited = await asyncio.gather(
        asyncio.gather(*(_found(visit, ("actor", one)) for one in own)), _invited(visit)
    )
    those = {one["id"]: one for some in (*found, invited) for one in some}
    return await _lines(visit, list(those.values()))


async def patients(records: Records) -> tuple[tuple[str, str, str], ...]:
    """Those whom a professional may call at once: id, name, birth date."""
    found = await records.search("Patient", ("_sort", "family"), ("_count", _MOST))
    return tuple((one["id"], wording.name_of(one) or one["id"], one.get("birthDate", "")) for one in found.matches)


async def _found(visit: Visit, who: tuple[str, str]) -> tuple[Resource, ...]:
    since = (visit.now - _BACK).date().isoformat()
    found = await visit.records.search(
        "Appointment",
        who,
        ("service-type", f"{ACT_CODE}|VR"),
        ("date", f"ge{since}"),
        ("_sort", "-date"),
        ("_count", _MOST),
    )
    return found.matches


async def _invited(visit: Visit) -> tuple[Resource, ...]:
    """Appointments of the calls under way that the visitor takes part in."""
    found = await visit.records.search(
        "Encounter",
        ("participant", visit.visitor.acts_as),
        ("status", "in-progress"),
        ("class", "VR"),
        ("_count", _MOST),
    )
    links = [one["reference"] for encounter in found.matches for one in encounter.get("appointment", ())]
    read = await asyncio.gather(*(_appointment(visit.records, one) for one in links))
    return tuple(one for one in read if one is not None)


async def _appointment(records: Records, reference: str) -> Resource | None:
    try:
        return await records.read("Appointment", reference.partition("/")[2])
    except NotFound:
        return None


async def _lines(visit: Visit, found: list[Resource]) -> tuple[Line, ...]:
    is_patient = visit.visitor.role == "patient"
    others = [visits.professional_of(one) if is_patient else visits.patient_of(one) for one in found]
    known = await visit.records.people(dict.fromkeys(filter(None, others)))
    names = {reference: person.name for reference, person in known.items()}
    waiting = {
        one: await visit.rooms.here(rooms.line_of(one)) for one in dict.fromkeys(map(visits.professional_of, found))
    }
    made = await asyncio.gather(
        *(
            _line(visit, one, names.get(other, ""), rooms.place_in(waiting[visits.professional_of(one)], one["id"]))
            for one, other in zip(found, others, strict=True)
        )
    )
    return tuple(sorted(made, key=lambda line: line.start, reverse=True))


async def _line(visit: Visit, appointment: Resource, name: str, place: int) -> Line:
    encounter = await rooms.encounter_of(visit.records, appointment["id"])
    status = encounter["status"] if encounter else "planned"
    if status == "planned" and appointment.get("status") in ("cancelled", "noshow", "entered-in-error"):
        status = "cancelled"
    return Line(
        appointment["id"],
        appointment.get("start", ""),
        status,
        name,
        is_at_hand=status == "in-progress" or (status == "planned" and visits.is_at_hand(appointment, visit.now)),
        is_waiting=place > 0 and status == "planned",
        place=place,
    )
