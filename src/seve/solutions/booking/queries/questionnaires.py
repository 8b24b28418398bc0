"""Questionnaires by their canonical."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.booking.model.appointments import schedule_of, value_of
from seve.solutions.booking.queries import agendas


async def of_appointment(records: Records, appointment: Resource) -> Resource | None:
    """What is asked before this visit; None when nothing is."""
    known = await agendas.several(records, filter(None, [schedule_of(appointment)]))
    held = known.get(schedule_of(appointment))
    code = str(value_of(appointment, "reason") or "")
    reason = held.agenda.reason(code) if held and code else None
    return await by_canonical(records, reason.questionnaire) if reason and reason.questionnaire else None


async def by_canonical(records: Records, canonical: str) -> Resource | None:
    """The active Questionnaire of a URL (`url|version`)."""
    url, _, version = canonical.partition("|")
    found = await records.search("Questionnaire", ("url", url), ("status", "active"))
    return next((one for one in found.matches if not version or one.get("version") == version), None)


async def all_active(records: Records) -> tuple[tuple[str, str], ...]:
    """Canonicals and titles, to choose from."""
    found = await records.search("Questionnaire", ("status", "active"), ("_count", "50"), ("_sort", "title"))
    return tuple((one["url"], str(one.get("title", one["url"]))) for one in found.matches if "url" in one)
