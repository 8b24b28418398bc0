"""What a patient takes, by those who prescribe, dispense and tell."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from seve.sdk import Records
from seve.solutions.shared_record.model.treatments import Treatment, reconciled

_MOST = "200"
_DISPENSED_DAYS = 183
"""For how long a dispensation says that something is being taken: half a year, the longest a box run lasts."""


async def treatments(records: Records, patient_id: str, *, today: date) -> tuple[Treatment, ...]:
    """Those under way, grouped by substance."""
    since = (today - timedelta(days=_DISPENSED_DAYS)).isoformat()
    asked = (
        ("MedicationRequest", ("status", "active,on-hold")),
        ("MedicationDispense", ("whenhandedover", f"ge{since}")),
        ("MedicationStatement", ("status", "active,intended")),
    )
    found = await asyncio.gather(
        *(records.search(type_, ("patient", f"Patient/{patient_id}"), pair, ("_count", _MOST)) for type_, pair in asked)
    )
    return reconciled(one for part in found for one in part.matches)
