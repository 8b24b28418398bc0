"""What the alerts of a record rest on, and what people said of them."""

from __future__ import annotations

import asyncio
from datetime import date

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.shared_record.model import alerts
from seve.solutions.shared_record.model.alerts import Alert, Word
from seve.solutions.shared_record.model.sheets import SHEETS_BY_NAME
from seve.solutions.shared_record.queries import sheets, trends

_MOST = "200"


async def found(records: Records, patient_id: str, *, today: date) -> tuple[Alert, ...]:
    """All of them, grave allergies first."""
    allergies, results, given, recommended = await asyncio.gather(
        sheets.listed(records, SHEETS_BY_NAME["allergies"], patient_id),
        trends.results(records, patient_id, today=today, years=1),
        sheets.listed(records, SHEETS_BY_NAME["vaccines"], patient_id),
        _of(records, "ImmunizationRecommendation", patient_id),
    )
    return (
        *alerts.allergies(allergies),
        *alerts.results(results, today=today),
        *alerts.vaccines(recommended, given, today=today),
    )


async def words(records: Records, patient_id: str) -> dict[str, list[tuple[Word, str, str, str]]]:
    """What people said, by reference."""
    return alerts.words_of(await _of(records, "Communication", patient_id))


async def _of(records: Records, type_: str, patient_id: str) -> tuple[Resource, ...]:
    return (await records.search(type_, ("patient", f"Patient/{patient_id}"), ("_count", _MOST))).matches
