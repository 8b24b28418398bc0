"""The door: what one is asked, what one asked for, and who is about to leave hospital."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from seve.sdk import Ask, View, Visit, Whose, whose, wording
from seve.solutions.home_care.model.needs import CATEGORY
from seve.solutions.home_care.pages.frame import Line, done, far, line, when
from seve.solutions.home_care.queries import people, requests
from seve.solutions.home_care.queries.people import Leaving

_OPEN = ("requested", "received")
_THEIRS = ("accepted", "completed")


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask in a list."""

    id: str
    kind: str
    city: str
    km: str
    first_by: str
    until: str
    status: str


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody in hospital, or who just left."""

    id: str
    name: str
    day: str
    has_left: bool
    has_request: bool


@dataclass(frozen=True)
class Home(View):
    """`asks` wait for the visitor's answer, `taken` are theirs; `people` are those whom they may ask for."""

    template: ClassVar[str] = "home.html"
    asks: tuple[Asked, ...]
    taken: tuple[Asked, ...]
    lines: tuple[Line, ...]
    stays: tuple[Stay, ...]
    people: tuple[Whose, ...]
    is_patient: bool
    done: str


async def show(visit: Visit) -> Home:
    """All of it."""
    found = await requests.all_seen(visit.records)
    tasks, names = await asyncio.gather(
        requests.tasks_of(visit.records, [one["id"] for one in found]),
        people.names(visit.records, [one["subject"]["reference"] for one in found]),
    )
    is_patient = visit.visitor.role == "patient"
    asks = () if is_patient else await visit.asks.mine(CATEGORY, roles(visit))
    open_ = {one["subject"]["reference"] for one in found if one["status"] == "active"}
    stays = () if is_patient else await people.leaving(visit.records, now=visit.now)
    return Home(
        asks=tuple(_asked(visit, one) for one in asks if one.status in _OPEN and _is_due(visit, one)),
        taken=tuple(_asked(visit, one) for one in asks if one.status in _THEIRS),
        lines=tuple(line(visit, one, tasks[one["id"]], names) for one in found),
        stays=tuple(_stay(visit, one, has_request=f"Patient/{one.id}" in open_) for one in stays),
        people=await whose(visit) if is_patient else (),
        is_patient=is_patient,
        done=done(visit),
    )


def roles(visit: Visit) -> tuple[str, ...]:
    """As whom the visitor is asked: in their own role, and in those they act for."""
    return (visit.visitor.acts_as, *visit.visitor.related)


def _is_due(visit: Visit, one: Ask) -> bool:
    return one.until is None or one.until > visit.now


def _asked(visit: Visit, one: Ask) -> Asked:
    facts = one.facts
    return Asked(
        one.id,
        str(facts["kind"]),
        str(facts["city"]),
        far(visit, facts.get("km")),
        when(visit, datetime.fromisoformat(facts["first-by"])),
        when(visit, one.until) if one.until else "",
        one.status,
    )


def _stay(visit: Visit, one: Leaving, *, has_request: bool) -> Stay:
    said = one.until or one.since
    return Stay(one.id, one.name, wording.day(said[:10], visit.language) if said else "", bool(one.until), has_request)
