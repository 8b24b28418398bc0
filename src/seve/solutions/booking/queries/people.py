"""Who books, and who comes."""

from __future__ import annotations

import asyncio

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visit, Whose, whose, wording
from seve.solutions.booking.model.appointments import Who
from seve.solutions.booking.model.capacity import Alone, alone


async def everybody(visit: Visit) -> tuple[Whose, ...]:
    """Those whom a visitor may book for."""
    return await whose(visit)


async def chosen(visit: Visit, id_: str) -> Whose:
    """The one of an id, the first for "". Raises NotFound for who is not theirs."""
    found = await whose(visit)
    for one in found:
        if id_ in ("", one.id):
            return one
    raise NotFound


async def why_not_alone(visit: Visit, one: Whose) -> Alone:
    """Why the visitor may not book for themselves; "" when they may, and for those whom they represent."""
    if not one.is_own:
        return ""
    patient, related = await asyncio.gather(
        visit.records.read("Patient", one.id),
        visit.records.search("RelatedPerson", ("patient", f"Patient/{one.id}"), ("_count", "50")),
    )
    return alone(patient, related.matches, today=visit.now.astimezone(wording.ZONE).date())


async def who(records: Records, id_: str) -> Who:
    """A patient of the store, as an appointment names them. Raises NotFound."""
    found = await records.read("Patient", id_)
    return who_of(found)


def who_of(patient: Resource) -> Who:
    """The same of a Patient that was read."""
    phone = next((t.get("value", "") for t in patient.get("telecom", ()) if t.get("system") == "phone"), "")
    return Who(wording.name_of(patient), patient.get("birthDate", ""), f"Patient/{patient['id']}", phone)


async def by_identity(records: Records, *, family: str, given: str, birth_date: str) -> tuple[Resource, ...]:
    """Patients whom the visitor may see, by all three: a part of an identity finds nobody."""
    pairs = (("family", family), ("given", given), ("birthdate", birth_date))
    return (await records.search("Patient", *pairs, ("_count", "5"))).matches
