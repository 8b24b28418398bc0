"""A new agenda."""

from __future__ import annotations

from seve.fhir import Resource
from seve.fhir.scheduling import Agenda, with_agenda
from seve.sdk import NotFound, Visit
from seve.solutions.booking.actions.refusals import NotRight

_LONGEST = 80
_INSEE = "fr-core-address-insee-code"


async def agenda(visit: Visit, *, title: str, place: str) -> Resource:
    """Of whom the visitor acts for, at one of their places. Raises NotRight."""
    if not title.strip() or len(title) > _LONGEST:
        raise NotRight(expression="title")
    known = dict(await places(visit))
    if place and place not in known:
        raise NotRight(expression="place")
    role = await _role(visit)
    actors = [{"reference": visit.visitor.acts_as, "display": await _name(visit)}]
    if reference := role.get("practitioner", {}).get("reference"):
        actors.append({"reference": reference})
    if place:
        actors.append({"reference": place, "display": known[place]})
    made: Resource = {"resourceType": "Schedule", "active": True, "comment": title.strip(), "actor": actors}
    if role.get("specialty"):
        made["specialty"] = role["specialty"]
    if role.get("code"):
        made["serviceCategory"] = role["code"][:1]
    return await visit.agendas.keep(with_agenda(made, Agenda(place=await _commune(visit, place))))


async def places(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Where the visitor works: references and names."""
    role = await _role(visit)
    ids = [str(one.get("reference", "")).rpartition("/")[2] for one in role.get("location", ())]
    if not ids:
        return ()
    found = await visit.records.search("Location", ("_id", ",".join(ids)))
    return tuple((f"Location/{one['id']}", str(one.get("name", one["id"]))) for one in found.matches)


async def _role(visit: Visit) -> Resource:
    type_, _, id_ = visit.visitor.acts_as.partition("/")
    try:
        return await visit.records.read(type_, id_) if type_ == "PractitionerRole" else {}
    except NotFound:
        return {}


async def _name(visit: Visit) -> str:
    people = await visit.records.people([visit.visitor.acts_as])
    found = people.get(visit.visitor.acts_as)
    return found.name if found and found.name else visit.visitor.name


async def _commune(visit: Visit, place: str) -> str:
    if not place:
        return ""
    found = await visit.records.read("Location", place.rpartition("/")[2])
    extensions = found.get("address", {}).get("extension", ())
    return next((str(e["valueCoding"].get("code", "")) for e in extensions if e["url"].endswith(_INSEE)), "")
