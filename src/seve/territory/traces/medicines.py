"""Prescriptions and what is dispensed on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from seve.territory.marks import ATC, CIP13, day, hl7, moment, to
from seve.territory.places.world import Role
from seve.territory.tables import table
from seve.territory.traces.record import Record

_COMMUNITY: Final = {"coding": [hl7("medicationrequest-category", "community", display="Community")]}
_QUARTER: Final = 90
_SLACK: Final = 3
"""Days at the end of a prescription for which nobody goes to the pharmacy again."""
_REFILLED: Final = 0.93
"""Share of what is prescribed for long that is taken from the pharmacy each time: assumed."""


def prescribe(
    record: Record, at: datetime, *, role: Role, medicine: str, encounter: str, days: int, reason: str = ""
) -> None:
    """One line of a prescription for so many days, and its dispensations, a quarter's supply at most at a time."""
    about = table("medicines")[medicine]
    code = {
        "coding": [{"system": CIP13, "code": about["cip"]}, {"system": ATC, "code": about["atc"]}],
        "text": about["title"],
    }
    until = at.date() + timedelta(days=days)
    dosage = [{"text": about["dose"]}]
    found: dict[str, Any] = {
        "status": "active" if until > record.end and record.life.death is None else "completed",
        "intent": "order",
        "category": [_COMMUNITY],
        "medicationCodeableConcept": code,
        "subject": record.subject,
        "encounter": to(encounter),
        "authoredOn": moment(at),
        "requester": to(role.reference, role.name),
        "dosageInstruction": dosage,
        "dispenseRequest": {"validityPeriod": {"start": day(at), "end": day(until)}},
    }
    if reason:
        found["reasonReference"] = [to(reason)]
    request = record.add("MedicationRequest", "m", body=found)
    _dispense(record, at, request=request, code=code, dosage=dosage, box_days=about["days"], days=days)


def _dispense(
    record: Record, at: datetime, *, request: str, code: dict[str, Any], dosage: list[dict[str, Any]],  box_days: int, days: int
) -> None:  # fmt: skip
    random = record.random
    for start in range(0, max(days - _SLACK, 1), _QUARTER):
        when = _handed(at, start, random=random)
        if when.date() > record.end - timedelta(days=1):
            return
        if random.random() > _REFILLED:
            continue
        supply = min(days - start, _QUARTER)
        found: dict[str, Any] = {
            "status": "completed",
            "medicationCodeableConcept": code,
            "subject": record.subject,
            "performer": [{"actor": to(record.carers.pharmacy.reference, record.carers.pharmacy.name)}],
            "authorizingPrescription": [to(request)],
            "quantity": {"value": max(1, round(supply / box_days)), "unit": "boîte"},
            "daysSupply": {"value": supply, "unit": "j", "system": "http://unitsofmeasure.org", "code": "d"},
            "whenHandedOver": moment(when),
            "dosageInstruction": dosage,
        }
        record.add("MedicationDispense", "d", body=found)


def _handed(at: datetime, days: int, *, random: Random) -> datetime:
    """Within the hours that follow the visit, or on one of two days when there is no hurry."""
    later = days + int(random.random() * 3)
    if later == 0:
        return at + timedelta(minutes=30 + int(random.random() * 60))
    return (at + timedelta(days=later)).replace(
        hour=9 + int(random.random() * 10), minute=int(random.random() * 12) * 5
    )
