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
    "demo-jeanne": (29, 14, 50, "Hospitalisation programmée, cardiologie"),
    "demo-sami": (29, 8, 8, "Hospitalisation de jour, pédiatrie"),
    "demo-hugo": (31, 15, 1, "Consultation externe"),
}
"""Days ahead of the territory's end, hour, hours it lasts, what for. Nobody's time is taken: a stay is with a house."""
_AGAIN_DAYS: Final = (0, 90)
"""Each comes again, so that a demonstration has somebody to expect for some months."""


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
        "partOf": to(house.reference, house.name),
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
    """The appointments of one of the known people at the hospital, if they have any."""
    if who.id in _STAYS:
        for number, days in enumerate(_AGAIN_DAYS):
            yield _expected(made, who, after=after + timedelta(days=days), number=number, booked=after)


def _expected(made: World, who: Person, *, after: date, number: int, booked: date) -> Resource:
    days, hour, hours, what = _STAYS[who.id]
    start = datetime.combine(after + timedelta(days=days), time(hour))
    return {
        "resourceType": "Appointment",
        "id": f"{who.id}-sejour-{number}",
        "meta": claiming("appointment"),
        "status": "booked",
        "description": what,
        "start": moment(start),
        "end": moment(start + timedelta(hours=hours)),
        "created": moment(datetime.combine(booked, time(8))),
        "participant": [
            _coming(f"Patient/{who.id}", f"{who.given[0]} {who.family}"),
            _place(made.house(_HOSPITAL)),
        ],
    }


def _coming(reference: str, name: str) -> dict[str, object]:
    return {"actor": to(reference, name), "status": "accepted"}


def _place(house: House) -> dict[str, object]:
    place = to(f"Location/lieu-{house.id}", house.name)
    return {"actor": place, "required": "information-only", "status": "accepted"}
