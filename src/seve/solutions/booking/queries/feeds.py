"""Links of calendars: a Communication each, so that the patient withdraws it as any wish of theirs."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import Records, wording

SYSTEM = "https://seve.example/CodeSystem/communication-category"
CODE = "calendar-feed"


async def of(records: Records, patient: str) -> tuple[Resource, ...]:
    """Those of a patient that are in force, newest first."""
    pairs = (("subject", patient), ("category", f"{SYSTEM}|{CODE}"), ("status", "in-progress"))
    return (await records.search("Communication", *pairs, ("_sort", "-_lastUpdated"), ("_count", "20"))).matches


async def of_practice(records: Records, role: str) -> tuple[Resource, ...]:
    """Those of a professional's agenda that are in force, newest first."""
    pairs = (("sender", role), ("category", f"{SYSTEM}|{CODE}"), ("status", "in-progress"))
    return (await records.search("Communication", *pairs, ("_sort", "-_lastUpdated"), ("_count", "20"))).matches


def is_feed(communication: Resource) -> bool:
    """Whether it is such a link."""
    return any(CODE in wording.codes(one, SYSTEM) for one in communication.get("category", ()))
