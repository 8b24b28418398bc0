"""Notices of automatic opening: by the code of a letter, and those that go by post."""

from __future__ import annotations

import asyncio
import hmac

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visit, wording
from seve.solutions.shared_record.model import notices, opening
from seve.solutions.shared_record.model.notices import Letter
from seve.solutions.shared_record.model.opening import Opening
from seve.solutions.shared_record.queries import opening as openings

PURPOSE = "opening"
"""Of links and codes."""
_LETTERS = "100"


async def linked(visit: Visit) -> tuple[Resource, Opening]:
    """The notice that the visit's link is for, and what holds of its record. Raises NotFound."""
    type_, _, id_ = visit.linked.partition("/")
    if type_ != "Consent":
        raise NotFound
    notice = await visit.records.read("Consent", id_)
    return notice, await openings.state(visit.records, patient_of(notice))


async def by_code(visit: Visit, code: str, birth_date: str) -> Resource | None:
    """The notice whose letter has the code, when its patient was born that day."""
    number, check = notices.typed(code)
    if not number:
        return None
    asked = ("identifier", f"{notices.NUMBERS}|{number}"), ("status", "proposed"), ("_count", "10")
    for notice in (await visit.records.search("Consent", *asked)).matches:
        right = visit.doors.links.check_of(PURPOSE, number, notice["patient"]["reference"])
        patient = await visit.records.read("Patient", patient_of(notice))
        is_right = hmac.compare_digest(right.encode(), check.encode())
        if is_right and birth_date and patient.get("birthDate") == birth_date:
            return notice
    return None


async def letters(visit: Visit, *, page: str) -> tuple[tuple[Letter, ...], str]:
    """Letters of notices that wait for an answer, a page of them, and the token of the next."""
    asked = (
        ("category", f"{opening.SYSTEM}|automatic"),
        ("status", "proposed"),
        ("_tag", f"{notices.NUMBERS}|{notices.BY_POST}"),
    )
    records = visit.desk.records
    found = await records.search("Consent", *asked, ("_sort", "_lastUpdated"), ("_count", _LETTERS), page=page)
    made = await asyncio.gather(*(_letter(visit, records, notice) for notice in found.matches))
    return tuple(filter(None, made)), found.next


def patient_of(notice: Resource) -> str:
    """The id of whose record it is about."""
    return str(notice["patient"]["reference"]).partition("/")[2]


async def _letter(visit: Visit, records: Records, notice: Resource) -> Letter | None:
    """None for somebody who has answered."""
    holds = await openings.state(records, patient_of(notice))
    if holds.state != "proposed":
        return None
    patient = await records.read("Patient", patient_of(notice))
    check = visit.desk.links.check_of(PURPOSE, notices.number_of(notice), notice["patient"]["reference"])
    return notices.letter(notice, patient, name=wording.name_of(patient), check=check, opens=holds.opens)
