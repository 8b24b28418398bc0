"""Results and measurements."""

from __future__ import annotations

from datetime import date, timedelta

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.shared_record.model.measures import KINDS, Trend, trends

_MOST = 500


async def results(records: Records, patient_id: str, *, today: date, years: int) -> tuple[Trend, ...]:
    """Trends of the last years, of the newest 500 observations at most."""
    since = (today - timedelta(days=366 * years)).isoformat()
    pairs = (
        ("patient", f"Patient/{patient_id}"),
        ("date", f"ge{since}"),
        ("status:not", "entered-in-error,cancelled"),
        ("_sort", "-date"),
    )
    return trends(await records.every("Observation", *pairs, most=_MOST))


async def last(records: Records, patient_id: str, name: str) -> Resource | None:
    """The newest measurement of a kind."""
    return await _newest(records, patient_id, KINDS[name].code)


async def smoking(records: Records, patient_id: str) -> Resource | None:
    """The newest smoking status."""
    return await _newest(records, patient_id, "72166-2")


async def _newest(records: Records, patient_id: str, code: str) -> Resource | None:
    found = await records.search(
        "Observation",
        ("patient", f"Patient/{patient_id}"),
        ("code", f"http://loinc.org|{code}"),
        ("status:not", "entered-in-error,cancelled"),
        ("_sort", "-date"),
        ("_count", "1"),
    )
    return next(iter(found.matches), None)
