"""The timeline of a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

from seve.sdk import View, Visit
from seve.solutions.shared_record.model.contents import CLASSES, ContentClass, as_class
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.queries import patients
from seve.solutions.shared_record.queries.timeline import Filters, timeline

_LONGEST = 100


@dataclass(frozen=True)
class Shown(View):
    """A page of the timeline; `months` are (FHIR month, entries), `next` the address of what came before."""

    template: ClassVar[str] = "timeline.html"
    frame: Frame
    filters: Filters
    classes: tuple[ContentClass, ...]
    months: tuple[tuple[str, tuple[Entry, ...]], ...]
    authors: dict[str, str]
    query: str
    next: str


async def show(visit: Visit) -> Shown:
    """What happened, newest first, as far as the filters let through."""
    frame = await framed(visit, "timeline")
    filters = asked(visit)
    found = await timeline(
        visit.records, frame.id, filters, today=visit.now.date().isoformat(), page=visit.query.get("page", "")
    )
    entries = entries_of(visit, found.resources)
    return Shown(
        frame=frame,
        filters=filters,
        classes=CLASSES,
        months=_by_month(entries),
        authors=await patients.authors(visit.records, entries),
        query=_query(filters),
        next=found.next,
    )


def asked(visit: Visit) -> Filters:
    """The filters of an address; what can't be one is left out."""
    query = visit.query
    author = query.get("author", "")
    return Filters(
        class_=as_class(query.get("class", "")),
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        author=author if author.count("/") == 1 and author.replace("/", "").replace("-", "").isalnum() else "",
        words=" ".join(query.get("words", "")[:_LONGEST].replace("\\", " ").replace(",", " ").split()),
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _query(filters: Filters) -> str:
    pairs = {
        "class": filters.class_ or "",
        "since": filters.since,
        "until": filters.until,
        "author": filters.author,
        "words": filters.words,
    }
    return urlencode({name: value for name, value in pairs.items() if value})


def _by_month(entries: tuple[Entry, ...]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    months = dict[str, list[Entry]]()
    for one in entries:
        months.setdefault(one.at[:7], []).append(one)
    return tuple((month, tuple(found)) for month, found in months.items())
