"""The admissions office of the hospital, who keeps it, and stays that known people are expected for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from seve.fhir import Resource
from seve.france.identity.professions import ADMISSIONS, CARE_ROLE_SYSTEM
from seve.territory.marks import META, claiming, concept, moment, to
from seve.territory.people.person import Person
from seve.territory.places.world import House, World

_HOSPITAL: Final = "demo-hopital"
_OFFICE: Final = "demo-hopital-admissions"
_KIND: Final = "https://seve.example/CodeSystem/organization"
_CLERK: Final = "demo-paul"
_STAYS: Final = {
    "demo-jeanne": (3, 14, 50, "Hospitalisation programmée, cardiologie", "demo-dr-laurent-hopital"),
    "demo-sami": (5, 8, 8, "Hospitalisation de jour, pédiatrie", ""),
    "demo-hugo": (0, 15, 1, "Consultation externe", "demo-dr-laurent-hopital"),
}
"""Days ahead, hour, hours it lasts, what for, whom with."""


def office(made: World) -> Iterator[Resource]:
    """The office as an Organization, its clerk and what the clerk is there."""
    house = made.house(_HOSPITAL)
    reference = to(f"Organization/{_OFFICE}", f"Bureau des admissions, {house.name}")
    yield {
        "resourceType": "Organization",
        "id": _OFFICE,
        "meta": META,
        "active": True,
        "type": [concept(_KIND, "admissions", words="Bureau des admissions")],
        "name": reference["display"],
        "telecom": [{"system": "phone", "value": house.phone, "use": "work"}],
        "partOf": to(house.reference),
    }
    yield {
        "resourceType": "Practitioner",
        "id": _CLERK,
        "meta": META,
        "active": True,
        "name": [{"use": "official", "family": "Mercier", "given": ["Paul"]}],
    }
    yield {
        "resourceType": "PractitionerRole",
        "id": f"{_CLERK}-admissions",
        "meta": META,
        "active": True,
        "practitioner": to(f"Practitioner/{_CLERK}", "Paul Mercier"),
        "organization": reference,
        "code": [concept(CARE_ROLE_SYSTEM, ADMISSIONS, words="Agent du bureau des admissions")],
    }


def expected(made: World, who: Person, *, after: date) -> Iterator[Resource]:
    """The appointment of one of the known people at the hospital, if they have one."""
    if who.id not in _STAYS:
        return
    days, hour, hours, what, with_ = _STAYS[who.id]
    start = datetime.combine(after + timedelta(days=days), time(hour))
    house = made.house(_HOSPITAL)
    found: Resource = {
        "resourceType": "Appointment",
        "id": f"{who.id}-sejour",
        "meta": claiming("appointment"),
        "status": "booked",
        "description": what,
        "start": moment(start),
        "end": moment(start + timedelta(hours=hours)),
        "created": moment(datetime.combine(after, time(8))),
        "participant": [
            {"actor": to(f"Patient/{who.id}", f"{who.given[0]} {who.family}"), "status": "accepted"},
            *(
                [{"actor": to(f"PractitionerRole/{with_}", made.role(with_).name), "status": "accepted"}]
                if with_
                else []
            ),
            _place(house),
        ],
    }
    yield found


def _place(house: House) -> dict[str, object]:
    place = to(f"Location/lieu-{house.id}", house.name)
    return {"actor": place, "required": "information-only", "status": "accepted"}
