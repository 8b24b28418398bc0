"""Stays: of a patient, of the house that an office keeps the door of, and appointments that have none yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from seve.fhir import Resource
from seve.fhir.access.kinds import ADMISSION
from seve.sdk import NotFound, Records

OFFICE = "https://seve.example/CodeSystem/organization|admissions"
_TAG = f"{ADMISSION['system']}|{ADMISSION['code']}"
_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Office:
    """An office and its house: references, and the name of the house."""

    reference: str
    house: str
    name: str


async def one(records: Records, id_: str) -> Resource:
    """A stay. Raises NotFound, also for an Encounter that is no admission's."""
    found = await records.read("Encounter", id_)
    if not any(tag.get("code") == ADMISSION["code"] for tag in found.get("meta", {}).get("tag", ())):
        raise NotFound
    return found


async def of_patient(records: Records, patient: str) -> tuple[Resource, ...]:
    """A patient's stays, the latest first."""
    return await records.every("Encounter", ("patient", patient), ("_tag", _TAG), ("_sort", "-date"))


async def of_house(records: Records, house: str, since: datetime, until: datetime) -> tuple[Resource, ...]:
    """Stays that begin in a time and whose patients the office knows, in order."""
    return await records.every(
        "Encounter",
        ("service-provider", house),
        ("_tag", _TAG),
        ("date", f"ge{since.isoformat(timespec='seconds')}"),
        ("date", f"lt{until.isoformat(timespec='seconds')}"),
        ("_sort", "date"),
    )


async def under_way(records: Records, house: str) -> tuple[Resource, ...]:
    """Stays that last."""
    return await records.every(
        "Encounter", ("service-provider", house), ("_tag", _TAG), ("status", "arrived,in-progress")
    )


async def offices(records: Records) -> tuple[Office, ...]:
    """Every office with its house."""
    found = await records.every("Organization", ("type", OFFICE), ("active", "true"))
    return tuple(_office(each) for each in found if "partOf" in each)


async def office(records: Records, reference: str) -> Office | None:
    """The office of an Organization, None when it is none."""
    return next((each for each in await offices(records) if each.reference == reference), None)


async def appointments(records: Records, patient: str, *, now: datetime) -> tuple[Resource, ...]:
    """A patient's booked appointments at houses with an office, in the next two months."""
    places = await places_of(records, [each.house for each in await offices(records)])
    found = await records.every(
        "Appointment",
        ("patient", patient),
        ("status", "booked"),
        ("date", f"ge{now.isoformat(timespec='seconds')}"),
        ("_sort", "date"),
    )
    return tuple(each for each in found if not places.isdisjoint(_actors(each)))


async def expected(records: Records, house: str, *, now: datetime) -> tuple[Resource, ...]:
    """Booked appointments at a house in the next two months, whoever comes: for the platform's own work."""
    places = await places_of(records, [house])
    if not places:
        return ()
    return await records.every(
        "Appointment",
        ("actor", ",".join(sorted(places))),
        ("status", "booked"),
        ("date", f"ge{now.isoformat(timespec='seconds')}"),
        ("date", f"lt{(now + _AHEAD).isoformat(timespec='seconds')}"),
    )


async def places_of(records: Records, houses: Iterable[str]) -> frozenset[str]:
    """References to the places of some houses."""
    known = list(houses)
    if not known:
        return frozenset()
    found = await records.every("Location", ("organization", ",".join(known)))
    return frozenset(f"Location/{each['id']}" for each in found)


def appointment_of(stay: Resource) -> str:
    """The id of the appointment that a stay was expected by, "" for none."""
    return next((str(each["reference"]).rpartition("/")[2] for each in stay.get("appointment", ())), "")


def _actors(appointment: Resource) -> frozenset[str]:
    return frozenset(str(each.get("actor", {}).get("reference", "")) for each in appointment["participant"])


def _office(organization: Resource) -> Office:
    house = organization["partOf"]
    return Office(
        f"Organization/{organization['id']}",
        str(house["reference"]),
        str(house.get("display") or organization.get("name", "")),
    )
