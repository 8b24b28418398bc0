"""The records that a professional opened last."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import Records, wording
from seve.solutions.shared_record.model.openings import OPENED, SYSTEM

_SHOWN = 6


async def last_opened(records: Records, by: str) -> tuple[tuple[str, str, str], ...]:
    """The latest first, of patients whom they may still see: id, name, birth date."""
    found = await records.search(
        "List", *_mine(by), ("_sort", "-date"), ("_count", str(_SHOWN)), ("_include", "List:subject")
    )
    known = {f"Patient/{one['id']}": one for one in found.included}
    shown = [known[one["subject"]["reference"]] for one in found.matches if one["subject"]["reference"] in known]
    return tuple((one["id"], wording.name_of(one), one.get("birthDate", "")) for one in shown)


async def opening_of(records: Records, patient_id: str, by: str) -> Resource | None:
    """When they opened this one, if they did."""
    found = await records.search("List", *_mine(by), ("subject", f"Patient/{patient_id}"), ("_count", "1"))
    return next(iter(found.matches), None)


def _mine(by: str) -> tuple[tuple[str, str], ...]:
    return ("source", by), ("code", f"{SYSTEM}|{OPENED}")
