"""The banner above every page about a patient: who it is, and the allergies that are known. One for all solutions, since what it says of
allergies must be the same everywhere.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.france.identity.ins import in_force
from seve.sdk import wording
from seve.sdk.kit import Banner, Person

if TYPE_CHECKING:
    from seve.sdk.records import Records
    from seve.sdk.visit import Visit


@dataclass(frozen=True, slots=True)
class Subject:
    """A patient with what stands above every page: allergies first. `allergies` None: nobody has said anything about them."""

    patient: Resource
    allergies: tuple[str, ...] | None


async def subject(records: Records, patient_id: str) -> Subject:
    """The manifest reads Patient and AllergyIntolerance. Raises NotFound."""
    patient, found = await asyncio.gather(records.read("Patient", patient_id), _allergies(records, patient_id))
    if not found:
        return Subject(patient, None)
    stated = [wording.coded(one.get("code")) for one in found if not _says_none(one)]
    return Subject(patient, tuple(dict.fromkeys(stated)))


def banner(visit: Visit, subject: Subject, path: str) -> Banner:
    """In words; `path` is where the name leads."""
    name = wording.name_of(subject.patient) or subject.patient["id"]
    return Banner(Person(name), _facts(visit, subject.patient), subject.allergies, path)


def _facts(visit: Visit, patient: Resource) -> tuple[str, ...]:
    born = patient.get("birthDate", "")
    age = wording.age(born, visit.now.astimezone(wording.ZONE).date().isoformat())
    ins = in_force(patient)
    facts = (
        visit.say("sdk.banner.born", day=wording.day(born, visit.language)) if born else "",
        "" if age is None else visit.say("sdk.banner.age", age=age),
        visit.say(f"sdk.banner.gender_{patient.get('gender', 'unknown')}"),
        visit.say("sdk.banner.ins", number=ins.value) if ins else visit.say("sdk.banner.no_ins"),
    )
    return tuple(filter(None, facts))


async def _allergies(records: Records, patient_id: str) -> tuple[Resource, ...]:
    found = await records.search(
        "AllergyIntolerance",
        ("patient", f"Patient/{patient_id}"),
        ("clinical-status:not", "resolved,inactive"),
        ("verification-status:not", "entered-in-error,refuted"),
    )
    return found.matches


def _says_none(allergy: Resource) -> bool:
    """“No known allergy” is a statement too (SNOMED CT 716186003, 409137002)."""
    return bool({"716186003", "409137002"}.intersection(wording.codes(allergy.get("code"))))
