"""Free times for everybody, as machines ask for them: SMART Scheduling Links, and the French GAP and SAS."""

from __future__ import annotations

from collections.abc import Mapping

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.france import shared_agendas
from seve.france.shared_agendas import Giver
from seve.sdk import Document, NotFound, Records, Visit
from seve.solutions.booking.actions.refusals import CannotAsk
from seve.solutions.booking.model import asking, publishing
from seve.solutions.booking.model.agendas import diary
from seve.solutions.booking.model.asking import Ask
from seve.solutions.booking.pages.frame import BASE
from seve.solutions.booking.queries import publishing as reads

_JSON = "application/json"
_FHIR = "application/fhir+json"
_GROUP = 200


async def manifest(visit: Visit) -> Document:
    """Where the files are."""
    found = publishing.manifest(_base(visit), now=visit.now)
    return Document(encode_json(found), _JSON, "bulk-publish.json", is_inline=True)


async def lines(visit: Visit) -> Document:
    """One of the files. Raises NotFound."""
    name = visit.path["file"]
    made = {"Location": _locations, "Schedule": _schedules, "Slot": _slots}.get(publishing.FILES.get(name, ""))
    if made is None:
        raise NotFound
    return Document(publishing.lines(await made(visit)), publishing.NDJSON, name, is_inline=True)


async def slots(visit: Visit) -> Document:
    """A search for free times. Raises CannotAsk."""
    ask = _ask(visit)
    ids = await _asked_agendas(visit, ask)
    free = await reads.slots(visit, ids, since=ask.since, until=ask.until) if ask.is_free and ids is not None else ()
    held = await _held(visit.records, tuple(dict.fromkeys(one.schedule for one in free)))
    offers = [offer for offer, _ in reads.offers(free, held, base=_base(visit))]
    givers = await reads.givers(visit.records, map(diary, held.values()))
    if ask.volet == "sas":  # whose profile wants the national numbers of who gives the time
        offers = [one for one in offers if one.schedule in givers and givers[one.schedule].structure]
    schedules = {id_: _schedule(one, givers.get(id_), ask) for id_, one in held.items()}
    query = "&".join(f"{name}={value}" for name, value in visit.asked)
    bundle = shared_agendas.answer(
        offers,
        givers,
        ask.volet,
        url=f"{_base(visit)}/fhir/Slot?{query}",
        site=f"{_base(visit)}/fhir",
        schedules=schedules,
    )
    return Document(encode_json(bundle), _FHIR, "slots.json", is_inline=True)


async def schedule(visit: Visit) -> Document:
    """One agenda, without who takes its times. Raises NotFound."""
    found = await visit.records.read("Schedule", visit.path["id"])
    held = diary(found)
    if not held.is_open:
        raise NotFound
    givers = await reads.givers(visit.records, [held])
    made = _schedule(found, givers.get(held.id), _ask(visit))
    return Document(encode_json(made), _FHIR, "schedule.json", is_inline=True)


def _ask(visit: Visit) -> Ask:
    try:
        return asking.ask(visit.query, visit.asked)
    except asking.CannotAsk as error:
        raise CannotAsk(expression=f"http.{error}", name=str(error)) from error


async def _asked_agendas(visit: Visit, ask: Ask) -> tuple[str, ...] | None:
    """Of these ids and of this actor; () is any, None is that nobody has any."""
    if not ask.actor:
        return ask.schedules
    found = await visit.records.search("Schedule", ("actor", ask.actor), ("active", "true"), ("_count", "50"))
    ids = tuple(one["id"] for one in found.matches if not ask.schedules or one["id"] in ask.schedules)
    return ids or None


def _schedule(found: Resource, giver: Giver | None, ask: Ask) -> Resource:
    held = diary(found)
    known = giver or Giver("", held.giver, "", "", "", "", {}, "")
    reasons = [(one.code, one.text, one.minutes) for one in held.public_reasons()]
    return shared_agendas.schedule(held.id, known, ask.volet, reasons=reasons)


async def _held(records: Records, ids: tuple[str, ...]) -> Mapping[str, Resource]:
    found = dict[str, Resource]()
    for at in range(0, len(ids), _GROUP):
        part = ids[at : at + _GROUP]
        page = await records.search("Schedule", ("_id", ",".join(part)), ("_count", str(_GROUP)))
        found |= {one["id"]: one for one in page.matches}
    return found


async def _locations(visit: Visit) -> list[Resource]:
    held = [diary(one) for one in await reads.agendas(visit.records)]
    return [publishing.location(one) for one in await reads.places(visit.records, held)]


async def _schedules(visit: Visit) -> list[Resource]:
    made = list[Resource]()
    for found in await reads.agendas(visit.records):
        held = diary(found)
        if held.place and held.public_reasons():
            reasons = [(one.code, one.text) for one in held.public_reasons()]
            made.append(
                publishing.schedule(held.id, place=held.place, reasons=reasons, specialties=found.get("specialty", ()))
            )
    return made


async def _slots(visit: Visit) -> list[Resource]:
    free = await reads.slots(visit)
    held = await _held(visit.records, tuple(dict.fromkeys(one.schedule for one in free)))
    with_place = {id_: one for id_, one in held.items() if diary(one).place}
    return [publishing.slot(offer, seats=seats) for offer, seats in reads.offers(free, with_place, base=_base(visit))]


def _base(visit: Visit) -> str:
    return f"{visit.site}{BASE}"
