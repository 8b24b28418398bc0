"""One request, for who asked: whom to ask, who is asked, who comes and when; and whom to call when nobody does."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.fhir.asks import deadline
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Document, NotFound, To, View, Visit
from seve.sdk.kit import Field, Option, filled
from seve.solutions.home_care.actions import requesting
from seve.solutions.home_care.model import asking, needs
from seve.solutions.home_care.model.asking import Standing, Way
from seve.solutions.home_care.model.needs import Need
from seve.solutions.home_care.pages.frame import done, far, say, when, written
from seve.solutions.home_care.queries import people
from seve.solutions.home_care.queries import requests as reads
from seve.solutions.home_care.queries.nearest import Near, nearest

_TICKED, _CLOSE_KM = 3, 20
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to ask, or to call. The first three that are close are ticked to begin with, and the nearest in any case."""

    role: str
    name: str
    phone: str
    km: str
    times: tuple[str, ...]
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is or was asked, and what they answered; `until` when that is still awaited."""

    name: str
    status: str
    until: str


@dataclass(frozen=True)
class Request(View):
    """`candidates` are those who can be asked now, or called when nobody accepted."""

    template: ClassVar[str] = "request.html"
    id: str
    who: str
    need: Need
    address: str
    first_by: str
    standing: Standing
    starts: str
    taker: str
    answers: tuple[Told, ...]
    candidates: tuple[Whom, ...]
    fields: tuple[Field, ...]
    has_paper: bool
    may_withdraw: bool
    is_over: bool
    done: str


async def show(visit: Visit) -> Request:
    """Raises NotFound."""
    return await _view(visit, await reads.one(visit.records, visit.path["id"]))


async def ask(visit: Visit) -> To | Again:
    """Asks those who were ticked, in turn or at once."""
    found = await reads.one(visit.records, visit.path["id"])
    way: Way = "once" if visit.form["way"] == "once" else "turn"
    hours = int(visit.form["hours"]) if visit.form["hours"] in asking.HOURS else 2
    try:
        await requesting.ask(visit, found, visit.form.all("who"), way=way, hours=hours)
    except Refusal as problem:
        return Again(await _view(visit, found, is_again=True), problem)
    return To(f"/requests/{found['id']}", {"done": "asked"})


async def withdraw(visit: Visit) -> To | Again:
    """It is not needed any more."""
    found = await reads.one(visit.records, visit.path["id"])
    try:
        await requesting.withdraw(visit, found)
    except Refusal as problem:
        return Again(await _view(visit, found), problem)
    return To(f"/requests/{found['id']}", {"done": "withdrawn"})


async def prescription(visit: Visit) -> Document:
    """The paper that came with it, for who sees the request. Raises NotFound."""
    found = needs.paper_of(await reads.one(visit.records, visit.path["id"]))
    if found is None:
        raise NotFound
    ending = _ENDINGS.get(found["contentType"], "bin")
    return Document(b64decode(found["data"]), found["contentType"], f"ordonnance.{ending}", is_inline=True)


async def _view(visit: Visit, found: Resource, *, is_again: bool = False) -> Request:
    wanted = needs.need_of(found)
    tasks = (await reads.tasks_of(visit.records, [found["id"]]))[found["id"]]
    names = await people.names(visit.records, [found["subject"]["reference"]])
    standing, start = asking.standing(found, tasks), asking.starts(tasks)
    is_over = wanted.first_by <= visit.now
    near = await nearest(visit, wanted) if standing in ("new", "nobody", "lost") and not is_over else ()
    return Request(
        id=found["id"],
        who=next(iter(names.values()), ""),
        need=wanted,
        address=written(wanted.address),
        first_by=when(visit, wanted.first_by),
        standing=standing,
        starts=when(visit, start) if start else "",
        taker=next((_name(one) for one in tasks if one["status"] in ("accepted", "completed")), ""),
        answers=tuple(_told(visit, tasks)),
        candidates=tuple(_whom(visit, one, rank) for rank, one in enumerate(near)),
        fields=_fields(visit, is_again=is_again),
        has_paper=needs.paper_of(found) is not None,
        may_withdraw=standing in ("new", "asked", "nobody", "lost"),
        is_over=is_over,
        done=done(visit),
    )


def _told(visit: Visit, tasks: Sequence[Resource]) -> list[Told]:
    return [Told(_name(one), one["status"], _until(visit, one)) for one in tasks]


def _until(visit: Visit, task: Resource) -> str:
    until = deadline(task) if task["status"] == "requested" else None
    return when(visit, until) if until else ""


def _name(task: Resource) -> str:
    return str(task["owner"].get("display", ""))


def _whom(visit: Visit, one: Near, rank: int) -> Whom:
    is_ticked = rank == 0 or (rank < _TICKED and (one.km is None or one.km <= _CLOSE_KM))
    times = tuple(when(visit, start) for start in one.times)
    return Whom(one.role, one.name, one.phone, far(visit, one.km), times, is_ticked)


def _fields(visit: Visit, *, is_again: bool) -> tuple[Field, ...]:
    ways = tuple(Option(one, say(visit, f"ways.{one}"), say(visit, f"ways.{one}_about")) for one in asking.WAYS)
    hours = tuple(Option(one, say(visit, "ask.hours_option", hours=one)) for one in asking.HOURS)
    fields = (
        Field("way", say(visit, "ask.way"), "radio", ("turn",), is_required=True, options=ways),
        Field("hours", say(visit, "ask.hours"), "select", ("2",), is_required=True, options=hours),
    )
    return filled(fields, typed=visit.form.pairs, problems={}) if is_again else fields
