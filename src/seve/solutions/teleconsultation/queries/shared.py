"""What was said, measured and shown in a visit; what else of the record can be shown."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from seve.fhir import Resource
from seve.kernel.texts import Language
from seve.sdk import NotFound, Records, Visit, wording
from seve.solutions.teleconsultation.model import encounters, measures, opinions, talk, travel
from seve.solutions.teleconsultation.model.talk import Message
from seve.solutions.teleconsultation.model.visits import ROOM
from seve.solutions.teleconsultation.queries.rooms import Room

_MOST = "200"
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: its name, “37,5 °C”, when, by whom (a reference)."""

    name: str
    value: str
    at: str
    by: str


async def messages(records: Records, call: str) -> tuple[Message, ...]:
    """In the order in which they were said."""
    found = await records.search(
        "Communication", ("identifier", f"{ROOM}|{call}"), ("_sort", "sent"), ("_count", _MOST)
    )
    return tuple(talk.message(one) for one in found.matches)


async def measured(records: Records, room: Room, language: Language) -> tuple[Measured, ...]:
    """What was measured during the call, the latest first."""
    if room.encounter is None:
        return ()
    found = await records.search(
        "Observation", ("encounter", f"Encounter/{room.encounter['id']}"), ("_sort", "-date"), ("_count", _MOST)
    )
    return tuple(_measured(one, language) for one in found.matches if measures.name_of(one))


async def documents(records: Records, room: Room) -> tuple[Resource, ...]:
    """The documents of the record that the visitor sees and may show, the latest first."""
    found = await records.search(
        "DocumentReference",
        ("patient", room.patient_reference),
        ("status", "current"),
        ("_sort", "-date"),
        ("_count", "20"),
    )
    return found.matches


async def shown(visit: Visit, room: Room, id_: str) -> Resource:
    """A document that was shown in the call, to who may see it. Raises NotFound."""
    said = await messages(visit.records, room.id)
    if f"DocumentReference/{id_}" not in {one.shows for one in said}:
        raise NotFound
    return await visit.records.read("DocumentReference", id_)


async def file(records: Records, document: Resource) -> tuple[bytes, str]:
    """The file of a document and its media type. Raises NotFound for one that is kept elsewhere."""
    found = await records.attached(document["content"][0]["attachment"])
    if found is None:
        raise NotFound
    data, content_type = found
    return data, content_type.partition(";")[0].strip().lower()


async def can_invite(visit: Visit, room: Room) -> tuple[tuple[str, str], ...]:
    """Who can be let into the call: relatives of the patient, and professionals of the same house; reference and name."""
    relatives, colleagues = await asyncio.gather(
        visit.records.search("RelatedPerson", ("patient", room.patient_reference), ("_count", "20")),
        _colleagues(visit),
    )
    inside = encounters.participants(room.encounter or {})
    references = [
        *(f"RelatedPerson/{one['id']}" for one in relatives.matches if one.get("active", True)),
        *colleagues,
    ]
    known = await visit.records.people(one for one in references if one not in inside)
    return tuple(
        (reference, ", ".join(filter(None, (one.name, one.profession)))) for reference, one in known.items() if one.name
    )


async def _colleagues(visit: Visit) -> list[str]:
    if not visit.visitor.organization:
        return []
    found = await visit.records.search(
        "PractitionerRole", ("organization", visit.visitor.organization), ("active", "true"), ("_count", "50")
    )
    return [f"PractitionerRole/{one['id']}" for one in found.matches]


async def has_opinion(records: Records, room: Room) -> bool:
    """Whether the patient's side said what they think."""
    found = await records.search(
        "QuestionnaireResponse", ("identifier", f"{ROOM}|{room.id}"), ("questionnaire", opinions.FORM), ("_count", "1")
    )
    return bool(found.matches)


async def note_of(records: Records, encounter: Resource) -> str:
    """The id of the note that an act left in the record; "" for none."""
    found = await records.search(
        "DocumentReference", ("encounter", f"Encounter/{encounter['id']}"), ("type", "11488-4"), ("_count", "1")
    )
    return next((str(one["id"]) for one in found.matches), "")


async def knows_patient(visit: Visit, room: Room) -> bool:
    """Whether the record shows that this professional saw the patient within the twelve months before."""
    since = (visit.now - _YEAR).date().isoformat()
    found = await visit.records.search(
        "Encounter",
        ("patient", room.patient_reference),
        ("participant", visit.visitor.acts_as),
        ("date", f"ge{since}"),
        ("status", "finished"),
        ("_count", "2"),
    )
    return bool(found.matches)


async def travel_km(records: Records, room: Room) -> int | None:
    """The way that the patient need not go; None where it can't be told."""
    return travel.avoided_km(room.patient, await _place(records, room.professional))


async def _place(records: Records, professional: str) -> Resource:
    """Where a professional practises; {} when that is not told."""
    type_, _, id_ = professional.partition("/")
    try:
        role = await records.read(type_, id_)
        links = [one.get("reference", "") for one in role.get("location", ())]
        return await records.read("Location", links[0].partition("/")[2]) if links else {}
    except NotFound:
        return {}


async def all_opinions(visit: Visit) -> tuple[tuple[str, Resource], ...]:
    """The opinions that the visitor may see, each with the name of the practice."""
    found = await visit.records.search(
        "QuestionnaireResponse", ("questionnaire", opinions.FORM), ("_sort", "-authored"), ("_count", "1000")
    )
    made = await asyncio.gather(*(_practice(visit.records, one) for one in found.matches))
    return tuple((practice, one) for practice, one in zip(made, found.matches, strict=True) if practice)


async def _practice(records: Records, response: Resource) -> str:
    try:
        encounter = await records.read("Encounter", response["encounter"]["reference"].partition("/")[2])
    except NotFound:
        return ""
    first = next((one.get("individual", {}).get("reference", "") for one in encounter.get("participant", ())), "")
    known = await records.people([first])
    return next((one.organization for one in known.values()), "")


def _measured(observation: Resource, language: Language) -> Measured:
    values = [wording.quantity(one, language) for one in measures.values_of(observation)]
    by = next((one.get("reference", "") for one in observation.get("performer", ())), "")
    return Measured(measures.name_of(observation), " / ".join(values), observation.get("effectiveDateTime", ""), by)
