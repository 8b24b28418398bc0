"""Conditions: long diseases from their onset, short illnesses from their visit to their end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from seve.territory.marks import CIM10, LOCAL, concept, day, hl7, moment, to
from seve.territory.model.epidemiology import diseases
from seve.territory.places.world import Role
from seve.territory.traces.record import Record

_CLINICAL: Final = "condition-clinical"
_CONFIRMED: Final = {"coding": [hl7("condition-ver-status", "confirmed", display="Confirmed")]}
_PROBLEM: Final = {"coding": [hl7("condition-category", "problem-list-item", display="Problem List Item")]}
_DIAGNOSIS: Final = {"coding": [hl7("condition-category", "encounter-diagnosis", display="Encounter Diagnosis")]}
_WORDS: Final = {"active": "Active", "resolved": "Resolved"}


def long_ones(record: Record, recorder: Role) -> None:
    """Every long disease of the life, those that went away included."""
    for name, onset in sorted(record.life.onsets.items(), key=lambda pair: (pair[1], pair[0])):
        record.conditions[name] = _long(record, name, onset=onset, until=None, recorder=recorder)
    for name, since, until in record.life.spells:
        if until is not None and until >= record.begin:
            _long(record, name, onset=since, until=until, recorder=recorder)


def _long(record: Record, name: str, *, onset: date, until: date | None, recorder: Role) -> str:
    disease = diseases()[name]
    category: list[dict[str, Any]] = [_PROBLEM]
    if disease.ald:
        category.append(concept(f"{LOCAL}ald", str(disease.ald), words=f"ALD {disease.ald}"))
    found = _condition(
        record, disease.code, title=disease.title, category=category, status="active" if until is None else "resolved"
    )
    found |= {"onsetDateTime": day(onset), "recorder": to(recorder.reference, recorder.name)}
    found["recordedDate"] = day(max(onset, record.begin))
    if until is not None:
        found["abatementDateTime"] = day(until)
    return record.add("Condition", "c", body=found)


def short_one(record: Record, at: datetime, *, role: Role, code: str, title: str, days: int, encounter: str) -> str:
    """What a visit found; it ends after some days, within the life."""
    end = at.date() + timedelta(days=days)
    is_over = end <= record.end
    found = _condition(record, code, title=title, category=[_DIAGNOSIS], status="resolved" if is_over else "active")
    found |= {
        "encounter": to(encounter),
        "onsetDateTime": day(max(at.date() - timedelta(days=2), record.person.birth)),
        "recordedDate": moment(at),
        "recorder": to(role.reference, role.name),
    }
    if is_over:
        found["abatementDateTime"] = day(end)
    return record.add("Condition", "c", body=found)


def _condition(record: Record, code: str, *, title: str, category: list[dict[str, Any]], status: str) -> dict[str, Any]:
    return {
        "clinicalStatus": {"coding": [hl7(_CLINICAL, status, display=_WORDS[status])]},
        "verificationStatus": _CONFIRMED,
        "category": category,
        "code": concept(CIM10, code, words=title),
        "subject": record.subject,
    }
