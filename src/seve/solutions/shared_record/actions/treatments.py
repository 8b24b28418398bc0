"""Confirming what a patient takes, and stopping what was prescribed."""

from __future__ import annotations

from datetime import datetime

from seve.fhir import Resource
from seve.sdk import Changed, Records
from seve.solutions.shared_record.model.treatments import confirmation
from seve.solutions.shared_record.queries import sheets, treatments


async def confirm(records: Records, patient_id: str, *, shown: frozenset[str], by: str, now: datetime) -> Resource:
    """States that the patient takes what these resources (references) say together. Raises Changed when the group is another by now."""
    found = await treatments.treatments(records, patient_id, today=now.date())
    group = next((one for one in found if frozenset(one.references) == shown), None)
    if group is None:
        raise Changed
    return await records.create(confirmation(group, patient_id, by=by, at=now.isoformat(timespec="seconds")))


async def stop(records: Records, patient_id: str, id_: str, *, version: str) -> Resource:
    """Stops a prescription as the page showed it (MedicationRequest.status). Raises NotFound; Changed when somebody changed it."""
    await sheets.one(records, "MedicationRequest", id_, patient_id)
    shown = await records.version("MedicationRequest", id_, version)
    return await records.update({**shown, "status": "stopped"})
