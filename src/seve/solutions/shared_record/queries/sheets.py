"""The lists of a record."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import NotFound, Records
from seve.solutions.shared_record.model.sheets import Sheet

_MOST = "200"


async def listed(records: Records, kind: Sheet, patient_id: str) -> tuple[Resource, ...]:
    """Newest first."""
    found = await records.search(kind.type, ("patient", f"Patient/{patient_id}"), *kind.query, ("_count", _MOST))
    return found.matches


async def one(records: Records, type_: str, id_: str, patient_id: str) -> Resource:
    """A resource of this patient. Raises NotFound for another's, too."""
    found = await records.read(type_, id_)
    whose = found.get("subject") or found.get("patient") or {}
    if whose.get("reference") != f"Patient/{patient_id}":
        raise NotFound
    return found
