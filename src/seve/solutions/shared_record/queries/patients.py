"""Who a record is about, and who wrote in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import Records, wording
from seve.solutions.shared_record.model.entries import Entry

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient with what stands above every page: allergies first. `allergies` None: nobody has said anything about them."""

    patient: Resource
    allergies: tuple[str, ...] | None


async def subject(records: Records, patient_id: str) -> Subject:
    """Raises NotFound."""
    patient, found = await asyncio.gather(records.read("Patient", patient_id), _allergies(records, patient_id))
    if not found:
        return Subject(patient, None)
    stated = [wording.coded(one.get("code")) for one in found if not _says_none(one)]
    return Subject(patient, tuple(dict.fromkeys(stated)))


async def authors(records: Records, entries: Iterable[Entry]) -> dict[str, str]:
    """Names by reference, with the organisation, of those who wrote entries, as far as the visitor may know."""
    known = await records.people(one.author for one in entries if one.author)
    return {reference: ", ".join(filter(None, (p.name, p.organization))) for reference, p in known.items() if p.name}


async def known_patients(records: Records) -> tuple[tuple[str, str, str], ...]:
    """Those whom a professional may see, by family name: id, name, birth date."""
    found = await records.search("Patient", ("_sort", "family"), ("_count", str(_SHOWN)))
    return tuple((one["id"], wording.name_of(one), one.get("birthDate", "")) for one in found.matches)


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
