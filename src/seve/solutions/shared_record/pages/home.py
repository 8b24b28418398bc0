"""Where a record begins: whose records there are, and the overview of one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import To, View, Visit, Whose, whose
from seve.solutions.shared_record.actions.openings import keep_opening
from seve.solutions.shared_record.model.alerts import Alert
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.model.opening import Opening
from seve.solutions.shared_record.pages.alerts import Put, put_first
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.queries import opening, openings, overview, patients
from seve.solutions.shared_record.queries.overview import NEW_DAYS, Tile


@dataclass(frozen=True)
class Door(View):
    """Which record to open: a patient's own and those of whom they represent; a professional's patients, those opened last first."""

    template: ClassVar[str] = "door.html"
    role: str
    people: tuple[Whose, ...]
    known: tuple[tuple[str, str, str], ...]
    last: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Home(View):
    """The overview of a record."""

    template: ClassVar[str] = "home.html"
    frame: Frame
    tiles: tuple[Tile, ...]
    new: tuple[Entry, ...]
    authors: dict[str, str]
    alerts: tuple[Put, ...]
    aside: tuple[Alert, ...]
    opening: Opening
    new_days: int = NEW_DAYS


async def door(visit: Visit) -> Door | To:
    """A patient with one record only goes straight to it."""
    if visit.visitor.role == "officer":
        return To("/feeding")
    if visit.visitor.role == "professional":
        known, last = await asyncio.gather(
            patients.known_patients(visit.records), openings.last_opened(visit.records, visit.visitor.acts_as)
        )
        return Door(visit.visitor.role, (), known, last)
    people = await whose(visit)
    return To(f"/{people[0].id}") if len(people) == 1 else Door(visit.visitor.role, people, (), ())


async def home(visit: Visit) -> Home:
    """One record. Raises NotFound."""
    frame = await framed(visit, "overview")
    today = visit.now.date()
    if frame.may_care:
        await keep_opening(visit.records, frame.id, by=visit.visitor.acts_as, now=visit.now)
    tiles, new, (alerts, aside), opened = await asyncio.gather(
        overview.tiles(visit.records, frame.id, today=today),
        overview.written_lately(visit.records, frame.id, today=today),
        put_first(visit, frame),
        opening.state(visit.records, frame.id),
    )
    entries = entries_of(visit, new)
    return Home(frame, tiles, entries, await patients.authors(visit.records, entries), alerts, aside, opened)
