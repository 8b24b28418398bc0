"""Agendas: by id, of somebody, of a place."""

from __future__ import annotations

from collections.abc import Iterable

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visitor
from seve.solutions.booking.model.agendas import Diary, diary

_MOST: str = "100"
_INSEE: str = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"


async def one(records: Records, id_: str) -> Diary:
    """Raises NotFound."""
    return diary(await records.read("Schedule", id_))


async def several(records: Records, ids: Iterable[str]) -> dict[str, Diary]:
    """By id, as far as there are any."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    found = await records.search("Schedule", ("_id", ",".join(wanted)), ("_count", str(len(wanted))))
    return {made.id: made for made in map(diary, found.matches)}


async def schedules_of(records: Records, visitor: Visitor) -> tuple[Resource, ...]:
    """The Schedules of whom the visitor acts as, by their role or their person, oldest first."""
    actors = ",".join(filter(None, (visitor.acts_as, visitor.person if visitor.role == "professional" else "")))
    if not actors:
        return ()
    found = await records.search("Schedule", ("actor", actors), ("_count", _MOST), ("_sort", "_id"))
    return found.matches


async def own(records: Records, visitor: Visitor, id_: str) -> Resource:
    """A Schedule of the visitor's. Raises NotFound for another's."""
    found = await records.read("Schedule", id_)
    actors = {str(one.get("reference", "")) for one in found.get("actor", ())}
    if not actors & {visitor.acts_as, visitor.person}:
        raise NotFound
    return found


async def ids_by_name(records: Records, name: str) -> tuple[str, ...]:
    """Agendas of professionals whose name begins so."""
    people = await records.search("Practitioner", ("name", name), ("_count", "40"), ("_elements", "id"))
    actors = [f"Practitioner/{one['id']}" for one in people.matches]
    if not actors:
        return ()
    roles = await records.search("PractitionerRole", ("practitioner", ",".join(actors)), ("_count", "80"))
    actors += [f"PractitionerRole/{one['id']}" for one in roles.matches]
    found = await records.search("Schedule", ("actor", ",".join(actors)), ("_count", _MOST))
    return tuple(one["id"] for one in found.matches)


async def commune(records: Records, city: str) -> str:
    """The INSEE code of a commune by its name, as places of the directory tell it; "" when none is there."""
    found = await records.search("Location", ("address-city", city), ("_count", "20"))
    exact = [one for one in found.matches if str(one.get("address", {}).get("city", "")).casefold() == city.casefold()]
    for place in exact or found.matches:
        for extension in place.get("address", {}).get("extension", ()):
            if "valueCoding" in extension:
                return str(extension["valueCoding"].get("code", ""))
    return ""
