"""What everybody may know of free times: agendas, their places and who gives the time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from seve.fhir import Resource
from seve.france.shared_agendas import Giver, Offer
from seve.sdk import Free, Records, Visit, Wanted
from seve.solutions.booking.model.agendas import Diary, diary
from seve.solutions.booking.model.searching import TRADES

PUBLISHED_DAYS = 14
MOST_SLOTS = 5_000
_MOST_AGENDAS = 5_000
_RPPS = "urn:oid:1.2.250.1.71.4.2.1"
_RPPS_URLS = (_RPPS, "https://rpps.esante.gouv.fr", "http://rpps.fr")
_STRUCTURES = ("urn:oid:1.2.250.1.71.4.2.2",)


async def agendas(records: Records) -> tuple[Resource, ...]:
    """All Schedules that are open."""
    return await records.every("Schedule", ("active", "true"), most=_MOST_AGENDAS)


async def slots(
    visit: Visit, ids: tuple[str, ...] = (), *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Free, ...]:
    """Free times of the next days, for the first reason of each agenda."""
    first = max(since or visit.now, visit.now)
    last = min(until or first + timedelta(days=PUBLISHED_DAYS), first + timedelta(days=90))
    return await visit.agendas.free(Wanted(first, last, schedules=ids, count=MOST_SLOTS)) if last > first else ()


def offers(free: Iterable[Free], held: Mapping[str, Resource], *, base: str) -> list[tuple[Offer, int]]:
    """Times with what is known of their agendas, and the seats left; those that are not for the public are left out."""
    made = list[tuple[Offer, int]]()
    read = {id_: diary(one) for id_, one in held.items()}
    for one in free:
        found = read.get(one.schedule)
        reason = found.agenda.reason("") if found else None
        if found is None or reason is None or not reason.is_public:
            continue
        start = one.start.astimezone(found.zone)
        link = f"{base}/take/{one.schedule}?start={start.isoformat(timespec='minutes').replace('+', '%2B')}&reason={reason.code}"
        offer = Offer(
            one.schedule,
            start,
            start + timedelta(minutes=one.minutes),
            reason.modes or ("site",),
            specialties_of(held[one.schedule]),
            (reason.code, reason.text),
            link,
        )
        made.append((offer, one.seats))
    return made


def specialties_of(schedule: Resource) -> tuple[str, ...]:
    """Codes of TRE_R38."""
    codings = (c for concept in schedule.get("specialty", ()) for c in concept.get("coding", ()))
    return tuple(c["code"] for c in codings if f"specialty|{c.get('code')}" in TRADES or c.get("code"))


async def places(records: Records, held: Iterable[Diary]) -> tuple[Resource, ...]:
    """The Locations of agendas."""
    ids = list(dict.fromkeys(one.place.rpartition("/")[2] for one in held if one.place))
    found = list[Resource]()
    for at in range(0, len(ids), 100):
        found += (await records.search("Location", ("_id", ",".join(ids[at : at + 100])), ("_count", "100"))).matches
    return tuple(found)


async def givers(records: Records, held: Iterable[Diary]) -> dict[str, Giver]:
    """Who gives the time, by agenda, as far as the directory knows their numbers."""
    wanted = {one.id: one for one in held}
    roles = await _by_id(records, "PractitionerRole", (one.giver for one in wanted.values()))
    people, houses, locations = await asyncio.gather(
        _by_id(records, "Practitioner", (str(r.get("practitioner", {}).get("reference", "")) for r in roles.values())),
        _by_id(records, "Organization", (str(r.get("organization", {}).get("reference", "")) for r in roles.values())),
        _by_id(records, "Location", (one.place for one in wanted.values())),
    )
    made = dict[str, Giver]()
    for id_, one in wanted.items():
        role = roles.get(one.giver, {})
        person = people.get(str(role.get("practitioner", {}).get("reference", "")), {})
        house = houses.get(str(role.get("organization", {}).get("reference", "")), {})
        if role and person and (rpps := _national(person, _RPPS_URLS)):
            made[id_] = _giver(role, person, rpps, _national(house, _STRUCTURES), locations.get(one.place, {}))
    return made


def _giver(role: Resource, person: Resource, rpps: str, structure: str, place: Resource) -> Giver:
    name: Mapping[str, Any] = (person.get("name") or [{}])[0]
    return Giver(
        practitioner=f"Practitioner/{person['id']}",
        role=f"PractitionerRole/{role['id']}",
        rpps=rpps,
        family=str(name.get("family", "")),
        given=" ".join(name.get("given", ())),
        structure=structure,
        address=place.get("address", {}),
        place=place.get("id", ""),
    )


def _national(resource: Resource, systems: tuple[str, ...]) -> str:
    """The number with its prefix (`8` RPPS, `1` FINESS) under the system of the CI-SIS, else the plain one with that prefix."""
    held: list[Mapping[str, Any]] = resource.get("identifier", [])
    exact = next((str(one["value"]) for one in held if one.get("system") == systems[0] and "value" in one), "")
    if exact or len(systems) == 1:
        return exact
    plain = next((str(one["value"]) for one in held if one.get("system") in systems[1:] and "value" in one), "")
    return f"8{plain}" if plain else ""


async def _by_id(records: Records, type_: str, references: Iterable[str]) -> dict[str, Resource]:
    ids = list(dict.fromkeys(r.partition("/")[2] for r in references if r.startswith(f"{type_}/")))
    found = dict[str, Resource]()
    for at in range(0, len(ids), 100):
        page = await records.search(type_, ("_id", ",".join(ids[at : at + 100])), ("_count", "100"))
        found |= {f"{type_}/{one['id']}": one for one in page.matches}
    return found
