"""A professional, a service, a place: what, where, when, how to reach them, who else is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from seve.sdk import View, Visit
from seve.solutions.directory_search.model.hours import is_open_at
from seve.solutions.directory_search.model.places import Map, drawn
from seve.solutions.directory_search.queries import details
from seve.solutions.directory_search.queries.details import Told
from seve.solutions.directory_search.queries.times import with_times


@dataclass(frozen=True)
class Shown(View):
    """One thing. `is_open_now` None: it says no hours."""

    template: ClassVar[str] = "detail.html"
    told: Told
    map: Map | None
    is_open_now: bool | None


async def role(visit: Visit) -> Shown:
    """A professional at a place."""
    told = await details.role(visit.records, visit.path["id"], language=visit.language)
    [card] = await with_times(visit, [told.card])
    return _shown(visit, replace(told, card=card))


async def service(visit: Visit) -> Shown:
    """A service."""
    return _shown(visit, await details.service(visit.records, visit.path["id"], language=visit.language))


async def place(visit: Visit) -> Shown:
    """A place."""
    return _shown(visit, await details.place(visit.records, visit.path["id"], language=visit.language))


def _shown(visit: Visit, told: Told) -> Shown:
    card = told.card
    is_open = is_open_at(card.opening, visit.now) if card.opening else None
    return Shown(told, drawn([card.place], view=(0, 0, 0)), is_open)
