"""Deeds that let an admissions office in. They decide who asks, and write as the platform; the trail has the asker."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from seve.engine.access.finding import NobodyToOpen, Traits, found
from seve.engine.access.granting import opened
from seve.engine.admissions.refusals import NoOffice, NotTheOffice
from seve.engine.dispatch import perform
from seve.engine.identity.refusals import TooManyAttempts
from seve.engine.refusals import NotFound
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.access.kinds import ADMISSION
from seve.fhir.codec.json import parse
from seve.france.identity.professions import ADMISSIONS
from seve.kernel.identifiers import new_id
from seve.store import reading
from seve.store.identity import credentials

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

ORGANIZATION_KIND: Final = "https://seve.example/CodeSystem/organization"
"""The system in which an Organization says that it is an office: `admissions`, part of the house that it keeps the door of."""
_ACT: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_AFTER_DAYS: Final = 30
_FREE: Final = 20
"""How many may be looked for in vain one after the other: on a desk, who is not known is registered, and that forgives the rest."""
_LOCKED_FROM: Final = 30
_LOCKED_SECONDS: Final = 900
_BOOKED: Final = ("booked", "arrived", "checked-in")


async def expect(engine: Engine, grant: Grant, appointment_id: str) -> Resource:
    """The planned stay (Encounter) of an appointment that the grant sees, made once; the office reaches the patient from then on.

    Raises NotFound, NoOffice.
    """
    appointment = await _read(engine, grant, f"Appointment/{appointment_id}")
    if appointment is None:
        raise NotFound(type="Appointment", id=appointment_id)
    actors = [str(one.get("actor", {}).get("reference", "")) for one in appointment["participant"]]
    patient = next((one for one in actors if one.startswith("Patient/")), "")
    houses = await _houses(engine, grant, actors)
    office = await _office(engine, grant, houses)
    if not patient or office is None or appointment["status"] not in _BOOKED:
        raise NoOffice
    id_ = _id("stay", appointment_id)
    known = await _read(engine, _platform(grant), f"Encounter/{id_}")
    if known is None:
        await _let_in(engine, grant, patient=patient, office=office)
        await _put(engine, grant, _planned(appointment, id_, patient=patient, house=office["partOf"]), is_new=True)
        known = await _read(engine, _platform(grant), f"Encounter/{id_}")
    assert known is not None
    return known


async def present(engine: Engine, grant: Grant, traits: Traits) -> str:
    """`Patient/id` of who stands at the desk and is named in full. The trail has who was looked for in vain; who guesses one name after
    the other is slowed, then locked.

    Raises NotTheOffice, NobodyToOpen for none or several, TooManyAttempts.
    """
    office = await _own_office(engine, grant)
    clerk, pool = _clerk(grant), engine.database.pool
    if (closed := await credentials.closed_seconds(pool, [clerk])) > 0:
        raise TooManyAttempts(seconds=math.ceil(closed))
    async with pool.acquire() as connection:
        patient = await found(engine, connection, traits)
    if patient is None:
        await credentials.fail(pool, [clerk], free=_FREE, locked_from=_LOCKED_FROM, locked_seconds=_LOCKED_SECONDS)
        trace = grant.trace
        assert trace is not None  # a clerk signed in
        await engine.ledger.record([trace.act("present", "E", outcome=4)])
        raise NobodyToOpen
    await credentials.forgive(pool, clerk)
    await _let_in(engine, grant, patient=patient, office=office)
    return patient


async def register(engine: Engine, grant: Grant, patient: Resource) -> Resource:
    """A new patient of the office, as stored. Raises NotTheOffice, InvalidContent."""
    office = await _own_office(engine, grant)
    made = {**patient, "id": new_id()}
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_put_entry(made), _put_entry(_team(f"Patient/{made['id']}", office))],
    }
    request = Request("POST", "", resource=bundle, prefer_return="representation")
    stored: Resource = (await perform(engine, _platform(grant), request)).resource["entry"][0]["resource"]
    await credentials.forgive(engine.database.pool, _clerk(grant))  # who is not found is registered
    return stored


async def leave(engine: Engine, grant: Grant, patient: str, *, day: date) -> None:
    """The last stay of a patient ended on `day`: the office, which reached them, does so for 30 days more. Raises NotTheOffice, NotFound."""
    office = await _own_office(engine, grant)
    team = _team(patient, office, end=(day + timedelta(days=_AFTER_DAYS)).isoformat())
    if await _read(engine, _platform(grant), f"CareTeam/{team['id']}") is None:
        raise NotFound(type="CareTeam", id=team["id"])
    await _put(engine, grant, team)


async def _own_office(engine: Engine, grant: Grant) -> Resource:
    """The office that the grant works for. Raises NotTheOffice."""
    if grant.sight is None or grant.sight.profession != ADMISSIONS:
        raise NotTheOffice
    office = await _read(engine, grant, opened(grant.origin).organization)
    if office is None or not _is_office(office):
        raise NotTheOffice
    return office


async def _houses(engine: Engine, grant: Grant, actors: list[str]) -> list[str]:
    """The organisations where an appointment takes place: of its places, and of who receives there."""
    known = [await _read(engine, grant, one) for one in actors if one.startswith(("Location/", "PractitionerRole/"))]
    named = (
        str(one.get(name, {}).get("reference", ""))
        for one in known
        if one
        for name in ("managingOrganization", "organization")
    )
    return list(dict.fromkeys(filter(None, named)))


async def _office(engine: Engine, grant: Grant, houses: list[str]) -> Resource | None:
    for house in houses:
        query = (("partof", house), ("type", f"{ORGANIZATION_KIND}|admissions"), ("active", "true"))
        answer = await perform(engine, _platform(grant), Request("GET", "Organization", query=query))
        for entry in answer.resource.get("entry", ()):
            office: Resource = entry["resource"]
            return office
    return None


def _is_office(organization: Resource) -> bool:
    codings: list[dict[str, Any]] = [c for kind in organization.get("type", ()) for c in kind.get("coding", ())]
    return "partOf" in organization and any(
        one.get("system") == ORGANIZATION_KIND and one.get("code") == "admissions" for one in codings
    )


async def _let_in(engine: Engine, grant: Grant, *, patient: str, office: Resource) -> None:
    await _put(engine, grant, _team(patient, office))


def _team(patient: str, office: Resource, *, end: str = "") -> Resource:
    reference = f"Organization/{office['id']}"
    made: Resource = {
        "resourceType": "CareTeam",
        "id": _id("office", f"{patient} {reference}"),
        "meta": {"tag": [ADMISSION]},
        "status": "active",
        "name": str(office.get("name", "")),
        "subject": {"reference": patient},
        "participant": [{"member": {"reference": reference, "display": str(office.get("name", ""))}}],
        "managingOrganization": [{"reference": reference}],
    }
    return {**made, "period": {"end": end}} if end else made


def _planned(appointment: Resource, id_: str, *, patient: str, house: dict[str, Any]) -> Resource:
    lasts = _moment(appointment["end"]) - _moment(appointment["start"])
    class_ = ("IMP", "inpatient encounter") if lasts >= timedelta(hours=20) else ("AMB", "ambulatory")
    places = [one["actor"] for one in appointment["participant"] if _names(one, "Location")]
    people = [one["actor"] for one in appointment["participant"] if _names(one, "PractitionerRole")]
    made: Resource = {
        "resourceType": "Encounter",
        "id": id_,
        "meta": {"tag": [ADMISSION]},
        "status": "planned",
        "class": {"system": _ACT, "code": class_[0], "display": class_[1]},
        "subject": {"reference": patient},
        "appointment": [{"reference": f"Appointment/{appointment['id']}"}],
        "participant": [{"individual": one} for one in people],
        "period": {"start": appointment["start"], "end": appointment["end"]},
        "location": [{"location": one} for one in places],
        "serviceProvider": house,
    }
    return {name: value for name, value in made.items() if value != []}


def _names(participant: dict[str, Any], type_: str) -> bool:
    return str(participant.get("actor", {}).get("reference", "")).startswith(f"{type_}/")


def _moment(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _id(kind: str, of: str) -> str:
    """The same for the same, so that what is done twice is done once."""
    return f"{kind}-{hashlib.sha256(of.encode()).hexdigest()[:32]}"


def _platform(grant: Grant) -> Grant:
    return replace(grant, sight=None, scopes=None)


def _put_entry(resource: Resource) -> dict[str, Any]:
    return {"resource": resource, "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}}


def _clerk(grant: Grant) -> bytes:
    """Under which the attempts of one clerk at one office are counted."""
    clerk = opened(grant.origin)
    return hashlib.sha256(f"present {clerk.person} {clerk.role}".encode()).digest()


async def _put(engine: Engine, grant: Grant, resource: Resource, *, is_new: bool = False) -> None:
    path = f"{resource['resourceType']}/{resource['id']}"
    if is_new and await _read(engine, _platform(grant), path) is not None:
        return
    condition = "*" if is_new else None
    await perform(engine, _platform(grant), Request("PUT", path, resource=resource, if_none_match=condition))


async def _read(engine: Engine, grant: Grant, reference: str) -> Resource | None:
    type_, _, id_ = reference.partition("/")
    stored = await reading.read(engine.database.pool, grant, type_, id_) if id_ else None
    return parse(stored.body.encode()) if stored and stored.body else None
