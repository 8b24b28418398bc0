"""Where a record begins: whose records there are, and the overview of one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import To, View, Visit, Whose, whose
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.queries import overview, patients
from seve.solutions.shared_record.queries.overview import NEW_DAYS, Tile


@dataclass(frozen=True)
class Door(View):
    """Which record to open: a patient's own and those of whom they represent; a professional's patients."""

    template: ClassVar[str] = "door.html"
    role: str
    people: tuple[Whose, ...]
    known: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Home(View):
    """The overview of a record."""

    template: ClassVar[str] = "home.html"
    frame: Frame
    tiles: tuple[Tile, ...]
    new: tuple[Entry, ...]
    authors: dict[str, str]
    new_days: int = NEW_DAYS


async def door(visit: Visit) -> Door | To:
    """A patient with one record only goes straight to it."""
    if visit.visitor.role == "officer":
        return To("/feeding")
    if visit.visitor.role == "professional":
        return Door(visit.visitor.role, (), await patients.last_patients(visit.records))
    people = await whose(visit)
    return To(f"/{people[0].id}") if len(people) == 1 else Door(visit.visitor.role, people, ())


async def home(visit: Visit) -> Home:
    """One record. Raises NotFound."""
    frame = await framed(visit, "overview")
    today = visit.now.date()
    tiles, new = await asyncio.gather(
        overview.tiles(visit.records, frame.id, today=today),
        overview.written_lately(visit.records, frame.id, today=today),
    )
    entries = entries_of(visit, new)
    return Home(frame, tiles, entries, await patients.authors(visit.records, entries))
