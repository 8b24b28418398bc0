"""Whether records are open, and the lists that officers gave."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.shared_record.model import batches, opening
from seve.solutions.shared_record.model.batches import Batch
from seve.solutions.shared_record.model.opening import Opening

_MOST = "50"


async def state(records: Records, patient_id: str) -> Opening:
    """What was decided last on one record."""
    return opening.latest(await decisions(records, patient_id))


async def decisions(records: Records, patient_id: str) -> tuple[Resource, ...]:
    """All decisions on one record."""
    category = ("category", f"{opening.SYSTEM}|")
    return (await records.search("Consent", ("patient", f"Patient/{patient_id}"), category, ("_count", _MOST))).matches


async def given(records: Records) -> tuple[Batch, ...]:
    """The lists, the newest first."""
    found = await records.search("Task", ("code", f"{batches.SYSTEM}|"), ("_sort", "-authored-on"), ("_count", _MOST))
    return tuple(map(batches.batch, found.matches))
