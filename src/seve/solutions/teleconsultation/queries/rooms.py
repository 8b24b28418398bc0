"""Who is in which visit, and what there is to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import NotFound, Present, Records, Visit, wording
from seve.solutions.teleconsultation.model import arrivals, encounters, visits
from seve.solutions.teleconsultation.model.arrivals import Arrival
from seve.solutions.teleconsultation.model.visits import ROOM, Party

_NO_ALLERGY = frozenset({"716186003", "409137002"})
"""“No known allergy” is a statement too (SNOMED CT)."""


@dataclass(frozen=True, slots=True)
class Room:
    """A visit as one party sees it. `encounter` is the act once it was begun, `arrival` the last coming of the patient's side."""

    id: str
    appointment: Resource
    patient: Resource
    party: Party
    encounter: Resource | None
    arrival: Arrival | None

    @property
    def patient_reference(self) -> str:
        """“Patient/1”."""
        return f"Patient/{self.patient['id']}"

    @property
    def professional(self) -> str:
        """The professional of the appointment."""
        return visits.professional_of(self.appointment)

    @property
    def line(self) -> str:
        """The waiting line that this visit is in."""
        return line_of(self.professional)

    @property
    def status(self) -> str:
        """That of the act; `planned` before it."""
        return str(self.encounter["status"]) if self.encounter else "planned"

    @property
    def is_running(self) -> bool:
        """Whether the call is on."""
        return self.status == "in-progress"


def line_of(professional: str) -> str:
    """The name of a professional's waiting line."""
    return f"line/{professional}"


async def room(visit: Visit, call: str) -> Room:
    """The visit of an appointment. Raises NotFound for who has no business there: for them it does not exist."""
    records = visit.records
    appointment = await records.read("Appointment", call)
    patient = visits.patient_of(appointment)
    if not visits.is_video(appointment) or not patient:
        raise NotFound
    encounter, represents = await asyncio.gather(encounter_of(records, call), represented(visit))
    invited = encounters.participants(encounter) if encounter and encounter["status"] == "in-progress" else ()
    party = visits.party(appointment, acts_as=own_references(visit), represents=represents, invited=invited)
    if party is None:
        raise NotFound
    found, arrived = await asyncio.gather(records.read("Patient", patient.partition("/")[2]), arrival(records, call))
    return Room(call, appointment, found, party, encounter, arrived)


def own_references(visit: Visit) -> tuple[str, ...]:
    """All references that stand for the visitor."""
    visitor = visit.visitor
    more = visitor.related if visitor.role == "patient" else ()
    return (visitor.acts_as, visitor.person, *more)


async def represented(visit: Visit) -> dict[str, str]:
    """Patients by the RelatedPerson through whom the visitor acts for them."""
    if visit.visitor.role != "patient":
        return {}
    links = [one for one in own_references(visit) if one.startswith("RelatedPerson/")]
    found = await asyncio.gather(*(_read(visit.records, one) for one in dict.fromkeys(links)))
    return {
        f"RelatedPerson/{one['id']}": str(one.get("patient", {}).get("reference", ""))
        for one in found
        if one is not None
    }


async def encounter_of(records: Records, call: str) -> Resource | None:
    """The act of a visit, the last one begun."""
    found = await records.search(
        "Encounter", ("appointment", f"Appointment/{call}"), ("_sort", "-date"), ("_count", "1")
    )
    return next(iter(found.matches), None)


async def arrival(records: Records, call: str) -> Arrival | None:
    """How the patient's side came last; None while nobody has."""
    found = await records.search(
        "QuestionnaireResponse",
        ("identifier", f"{ROOM}|{call}"),
        ("questionnaire", arrivals.FORM),
        ("_sort", "-authored"),
        ("_count", "1"),
    )
    return next((arrivals.arrival(one) for one in found.matches), None)


async def guardians(records: Records, patient: str) -> tuple[Resource, ...]:
    """Who must agree for the patient, being their guardian."""
    found = await records.search("RelatedPerson", ("patient", patient), ("_count", "50"))
    return arrivals.guardians(found.matches)


async def allergies(records: Records, patient: str) -> tuple[str, ...] | None:
    """What the record says of allergies; () when it says that there are none, None when nobody has said anything."""
    found = await records.search(
        "AllergyIntolerance",
        ("patient", patient),
        ("clinical-status:not", "resolved,inactive"),
        ("verification-status:not", "entered-in-error,refuted"),
    )
    if not found.matches:
        return None
    stated = [one.get("code") for one in found.matches if not _NO_ALLERGY.intersection(wording.codes(one.get("code")))]
    return tuple(dict.fromkeys(map(wording.coded, stated)))


async def names(records: Records, references: Iterable[str]) -> dict[str, str]:
    """Names by reference, as far as the visitor may know them."""
    known = await records.people(one for one in references if one)
    return {reference: person.name for reference, person in known.items() if person.name}


def place_in(line: tuple[Present, ...], call: str) -> int:
    """Which place of a waiting line a visit has, from 1; 0 when it is not there."""
    return next((place for place, one in enumerate(line, 1) if one.member == call), 0)


def patient_name(patient: Resource) -> str:
    """How to call the patient."""
    return wording.name_of(patient) or patient["id"]


async def _read(records: Records, reference: str) -> Resource | None:
    type_, _, id_ = reference.partition("/")
    try:
        return await records.read(type_, id_)
    except NotFound:
        return None
