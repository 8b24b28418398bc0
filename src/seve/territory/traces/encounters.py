"""Encounters: visits, stays, passages through an emergency department."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from seve.territory.marks import LOCAL, claiming, hl7, moment, to
from seve.territory.places.directory import service_id
from seve.territory.places.world import House, Role
from seve.territory.traces.record import Record

_META: Final = claiming("encounter")
_VISIT_NUMBER: Final = {
    "coding": [{"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identifier-type", "code": "VN"}]
}
_CLASSES: Final = {
    "AMB": hl7("v3-ActCode", "AMB", display="ambulatory"),
    "EMER": hl7("v3-ActCode", "EMER", display="emergency"),
    "IMP": hl7("v3-ActCode", "IMP", display="inpatient encounter"),
    "HH": hl7("v3-ActCode", "HH", display="home health"),
    "VR": hl7("v3-ActCode", "VR", display="virtual"),
}
_KIND: Final = hl7("v3-ParticipationType", "ATND", display="attender")
_TELE_SINCE: Final = date(2020, 3, 15)


def visit(record: Record, at: datetime, *, role: Role, words: str, kind: str = "AMB", minutes: int = 20) -> str:
    """A consultation; a few of those since 2020 at a distance."""
    if kind == "AMB" and at.date() >= _TELE_SINCE and record.random.random() < 0.03:
        kind = "VR"
    return _encounter(record, at, role=role, kind=kind, words=words, until=at + timedelta(minutes=minutes))


def stay(record: Record, at: datetime, *, role: Role, words: str, until: datetime) -> str:
    """A stay with nights; one that the end of the time told cuts is under way."""
    return _encounter(record, at, role=role, kind="IMP", words=words, until=until)


def emergency(record: Record, at: datetime, *, role: Role, words: str) -> str:
    """A passage of some hours."""
    return _encounter(
        record, at, role=role, kind="EMER", words=words, until=at + timedelta(minutes=record.random.randrange(90, 480))
    )


def _encounter(record: Record, at: datetime, *, role: Role, kind: str, words: str, until: datetime) -> str:
    is_over = until.date() <= record.end
    is_dead = record.life.death is not None
    period = {"start": moment(at)}
    if is_over:
        period["end"] = moment(until)
    elif is_dead:
        period["end"] = moment(datetime(record.end.year, record.end.month, record.end.day, 23, 30))  # noqa: DTZ001 - French time
    number = record.counts.get("e", 0) + 1
    house: House = role.house
    place = (
        f"Organization/{service_id(house, role.service)}"
        if kind in ("IMP", "EMER") and role.service
        else house.reference
    )
    found: dict[str, Any] = {
        "identifier": [
            {"type": _VISIT_NUMBER, "system": f"{LOCAL}venues", "value": f"{record.person.id}-{number}".upper()}
        ],
        "status": "finished" if is_over or is_dead else "in-progress",
        "class": _CLASSES[kind],
        "type": [{"text": words}],
        "subject": record.subject,
        "participant": [{"type": [{"coding": [_KIND]}], "individual": to(role.reference, role.name)}],
        "period": period,
        "location": [{"location": to(f"Location/lieu-{house.id}")}],
        "serviceProvider": to(place, house.name),
    }
    return record.add("Encounter", "e", body=found, meta=_META)
