"""An ask, for who is asked: enough to decide before they accept, and who it is for after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from seve.fhir import Resource
from seve.fhir.scheduling import agenda_of
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Ask, NotFound, Taking, To, View, Visit, wording
from seve.solutions.home_care.actions.refusals import NoTime
from seve.solutions.home_care.model import needs
from seve.solutions.home_care.model.needs import CATEGORY, Need
from seve.solutions.home_care.pages.frame import done, far, moment, when, written
from seve.solutions.home_care.pages.home import roles
from seve.solutions.home_care.queries import nearest, people
from seve.solutions.home_care.queries import requests as reads

_TIMES = 6


@dataclass(frozen=True, slots=True)
class Time:
    """A free time of an agenda of the visitor's."""

    value: str
    words: str
    agenda: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """Who it is for, once it is theirs."""

    who: str
    need: Need
    address: str
    request: str
    appointment: str
    starts: str
    has_begun: bool
    has_paper: bool


@dataclass(frozen=True)
class Asked(View):
    """Before they accept: `facts` and times. After: `theirs`."""

    template: ClassVar[str] = "asked.html"
    id: str
    status: str
    facts: Mapping[str, Any]
    km: str
    first_by: str
    until: str
    is_late: bool
    times: tuple[Time, ...]
    has_agenda: bool
    chosen: str
    theirs: Theirs | None
    done: str


async def show(visit: Visit) -> Asked:
    """Raises NotFound for an ask of somebody else."""
    return await _view(visit, await _own(visit))


async def take(visit: Visit) -> To | Again:
    """They come; the first who says so has it."""
    one = await _own(visit)
    schedule, _, said = visit.form["time"].partition(" ")
    start = moment(said)
    try:
        if start is None:
            raise NoTime(expression="time")
        await visit.asks.take(one.id, await _taking(visit, schedule, start, one))
    except Refusal as problem:
        if problem.status >= 500:
            raise
        return Again(await _view(visit, await _own(visit), chosen=visit.form["time"]), problem)
    return To(f"/asks/{one.id}", {"done": "taken"})


async def decline(visit: Visit) -> To | Again:
    """They do not come."""
    one = await _own(visit)
    try:
        await visit.asks.decline(one.id)
    except Refusal as problem:
        return Again(await _view(visit, one), problem)
    return To("/", {"done": "declined"})


async def finish(visit: Visit) -> To | Again:
    """The first visit was made."""
    one = await _own(visit)
    try:
        await visit.asks.finish(one.id)
    except Refusal as problem:
        return Again(await _view(visit, one), problem)
    return To(f"/asks/{one.id}", {"done": "done"})


async def _own(visit: Visit) -> Ask:
    for one in await visit.asks.mine(CATEGORY, roles(visit)):
        if one.id == visit.path["id"]:
            return one
    raise NotFound


async def _taking(visit: Visit, schedule: str, start: datetime, one: Ask) -> Taking:
    for held in await nearest.agendas_of(visit.records, [one.owner]):
        reason = nearest.home_reason(agenda_of(held))
        if held["id"] == schedule and reason is not None:
            return Taking(schedule, start, reason.minutes, reason.code, "home", reason.text)
    raise NoTime(expression="time")


async def _view(visit: Visit, one: Ask, *, chosen: str = "") -> Asked:
    is_late = one.until is not None and one.until <= visit.now
    is_open = one.status in ("requested", "received") and not is_late
    first_by = datetime.fromisoformat(str(one.facts["first-by"]))
    agendas = await nearest.agendas_of(visit.records, [one.owner]) if is_open else ()
    return Asked(
        id=one.id,
        status=one.status,
        facts=one.facts,
        km=far(visit, one.facts.get("km")),
        first_by=when(visit, first_by),
        until=when(visit, one.until) if one.until else "",
        is_late=is_late,
        times=await _times(visit, agendas, first_by),
        has_agenda=bool(agendas),
        chosen=chosen,
        theirs=await _theirs(visit, one) if one.request else None,
        done=done(visit),
    )


async def _times(visit: Visit, agendas: tuple[Resource, ...], until: datetime) -> tuple[Time, ...]:
    made = list[Time]()
    for one in agendas:
        for free in await nearest.next_times(visit, one, until=until, count=_TIMES):
            at = free.start.astimezone(wording.ZONE).isoformat(timespec="minutes")
            made.append(Time(f"{one['id']} {at}", when(visit, free.start), str(one.get("comment", ""))))
    return tuple(made)


async def _theirs(visit: Visit, one: Ask) -> Theirs | None:
    """None once the care is over, and with it the reach."""
    try:
        request = await reads.one(visit.records, one.request.partition("/")[2])
        appointment = await visit.records.read("Appointment", one.appointment.partition("/")[2])
    except NotFound:
        return None
    wanted, start = needs.need_of(request), datetime.fromisoformat(appointment["start"])
    names = await people.names(visit.records, [request["subject"]["reference"]])
    return Theirs(
        who=next(iter(names.values()), ""),
        need=wanted,
        address=written(wanted.address),
        request=request["id"],
        appointment=appointment["id"],
        starts=when(visit, start),
        has_begun=start <= visit.now,
        has_paper=needs.paper_of(request) is not None,
    )
