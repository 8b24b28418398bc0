"""The nearest professionals who go to people's homes and have time before the first visit is due."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from seve.fhir import Resource
from seve.fhir.distances import position_of_place
from seve.fhir.scheduling import Agenda, Reason, agenda_of
from seve.sdk import Free, Records, Visit, Wanted, Whereabouts, whereabouts
from seve.solutions.home_care.model.needs import PROFESSION_OF, Need

SHOWN = 8
_LOOKED_AT = 100
_TIMES = 3
_FAR = float("inf")


@dataclass(frozen=True, slots=True)
class Near:
    """A professional: role, name and number, the agenda, how far away (None: not known), and their next free times for a visit at home."""

    role: str
    name: str
    phone: str
    schedule: str
    km: float | None
    times: tuple[datetime, ...]


async def nearest(visit: Visit, need: Need, *, without: Iterable[str] = ()) -> tuple[Near, ...]:
    """Nearest first. `without` are roles that were asked already."""
    tags = (f"category|{PROFESSION_OF[need.kind]}", "mode|home")
    free = await visit.agendas.free(Wanted(visit.now, need.first_by, tags=tags, count=_LOOKED_AT, each=1))
    schedules = await _by_id(visit.records, "Schedule", {one.schedule for one in free})
    places = await _by_id(visit.records, "Location", {_actor(one, "Location") for one in schedules.values()} - {""})
    there, left = await whereabouts(visit.records, need.address), set(without)
    found = [
        made
        for id_, one in schedules.items()
        if (made := _near(id_, one, places.get(_actor(one, "Location"), {}), there)) and made.role not in left
    ]
    nearest_ = sorted(found, key=lambda one: (_FAR if one.km is None else one.km, one.name))
    times = await asyncio.gather(
        *(next_times(visit, schedules[n.schedule], until=need.first_by) for n in nearest_[:SHOWN])
    )
    pairs = zip(nearest_, times, strict=False)
    return tuple(
        Near(n.role, n.name, n.phone, n.schedule, n.km, tuple(t.start for t in found)) for n, found in pairs if found
    )


async def next_times(visit: Visit, schedule: Resource, *, until: datetime, count: int = _TIMES) -> tuple[Free, ...]:
    """The next times of an agenda for a visit at home; none when it has no such reason."""
    reason = home_reason(agenda_of(schedule))
    if reason is None or until <= visit.now:
        return ()
    wanted = Wanted(visit.now, until, reason.code, ("mode|home",), (schedule["id"],), count=count)
    return await visit.agendas.free(wanted)


def home_reason(agenda: Agenda) -> Reason | None:
    """What one comes for at home."""
    return next((one for one in agenda.reasons if "home" in one.modes), None)


async def agendas_of(records: Records, roles: Iterable[str]) -> tuple[Resource, ...]:
    """The open agendas of somebody's that hold visits at home."""
    actors = ",".join(one for one in roles if one.startswith("PractitionerRole/"))
    if not actors:
        return ()
    found = await records.search("Schedule", ("actor", actors), ("active", "true"), ("_count", "50"), ("_sort", "_id"))
    return tuple(one for one in found.matches if home_reason(agenda_of(one)))


def _near(id_: str, schedule: Resource, place: Resource, there: Whereabouts) -> Near | None:
    role, agenda = f"PractitionerRole/{_actor(schedule, 'PractitionerRole')}", agenda_of(schedule)
    km = there.km(position_of_place(place))
    if role.endswith("/") or not agenda.rounds.reach(there.commune, km):
        return None
    phone = next((str(t["value"]) for t in place.get("telecom", ()) if t.get("system") == "phone"), "")
    name = next((str(a["display"]) for a in schedule["actor"] if a.get("display")), "")
    return Near(role, name, phone, id_, km, ())


def _actor(schedule: Resource, type_: str) -> str:
    references = (str(one.get("reference", "")) for one in schedule.get("actor", ()))
    return next((one.partition("/")[2] for one in references if one.startswith(f"{type_}/")), "")


async def _by_id(records: Records, type_: str, ids: Iterable[str]) -> Mapping[str, Resource]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    found = await records.search(type_, ("_id", ",".join(wanted)), ("_count", str(len(wanted))))
    return {one["id"]: one for one in found.matches}
