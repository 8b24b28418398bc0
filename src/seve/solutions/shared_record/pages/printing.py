"""Paper: a record by chapters and period, or its emergency summary; as a page that prints, and as PDF."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias
from urllib.parse import urlencode

from seve.fhir import Resource
from seve.france.cda import Cda
from seve.sdk import Paper, View, Visit, wording
from seve.solutions.shared_record.model import directives
from seve.solutions.shared_record.model.contents import CLASSES, ContentClass
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.model.treatments import Treatment
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.pages.timeline import asked
from seve.solutions.shared_record.queries import documents, patients, printing, treatments
from seve.solutions.shared_record.queries.documents import File

Scope: TypeAlias = Literal["whole", "emergency"]


@dataclass(frozen=True)
class Printed:
    """One entry; what a document says, when it was asked for: `text`, or the sections of `cda`."""

    entry: Entry
    text: str = ""
    cda: Cda | None = None


@dataclass(frozen=True)
class Section:
    """`title` is the key of its heading."""

    title: str
    lines: tuple[Printed, ...]
    is_cut: bool = False


@dataclass(frozen=True)
class Sheets(View):
    """What is printed, and the form that chooses it: all chapters of the record that `chosen` names, in a period."""

    template: ClassVar[str] = "print.html"
    frame: Frame
    scope: Scope
    sections: tuple[Section, ...]
    treatments: tuple[tuple[Treatment, str], ...]
    authors: dict[str, str]
    chapters: tuple[ContentClass, ...]
    chosen: tuple[ContentClass, ...]
    since: str
    until: str
    has_texts: bool
    query: str
    made: str
    most: int = printing.MOST


@dataclass(frozen=True)
class OnPaper(Sheets):
    """The same as a document of its own."""

    template: ClassVar[str] = "paper.html"


async def show(visit: Visit) -> Sheets:
    """The page."""
    return await _sheets(visit, Sheets, await _whole(visit), "whole")


async def pdf(visit: Visit) -> Paper:
    """The same as PDF."""
    return Paper(await _sheets(visit, OnPaper, await _whole(visit), "whole"), "dossier.pdf")


async def emergency(visit: Visit) -> Sheets:
    """The emergency summary."""
    return await _sheets(visit, Sheets, await _emergency(visit), "emergency")


async def emergency_pdf(visit: Visit) -> Paper:
    """The same as PDF."""
    return Paper(await _sheets(visit, OnPaper, await _emergency(visit), "emergency"), "urgence.pdf")


async def _sheets(visit: Visit, kind: type[Sheets], sections: tuple[Section, ...], scope: Scope) -> Sheets:
    frame = await framed(visit, "overview")
    taken = await treatments.treatments(visit.records, frame.id, today=visit.now.date())
    entries = [line.entry for section in sections for line in section.lines]
    filters, chosen = asked(visit), _chosen(visit)
    pairs = [("since", filters.since), ("until", filters.until), ("texts", visit.query.get("texts", ""))]
    pairs += [(name, "1") for name in chosen] if len(chosen) < len(CLASSES) else []
    return kind(
        frame=frame,
        scope=scope,
        sections=sections,
        treatments=tuple((one, _dosage(visit, one)) for one in taken),
        authors=await patients.authors(visit.records, entries),
        chapters=CLASSES,
        chosen=chosen,
        since=filters.since,
        until=filters.until,
        has_texts=visit.query.get("texts") == "1",
        query=urlencode([(name, value) for name, value in pairs if value]),
        made=wording.both(visit.now, visit.language),
    )


async def _whole(visit: Visit) -> tuple[Section, ...]:
    id_, filters = visit.path["patient"], asked(visit)
    chapters = await printing.chapters(
        visit.records, id_, _chosen(visit), since=filters.since, until=filters.until, today=visit.now.date().isoformat()
    )
    files = dict[str, File]()
    if visit.query.get("texts") == "1":
        files = await printing.texts(visit.records, [one for chapter in chapters for one in chapter.resources])
    return tuple(Section(f"classes.{one.class_}", _lines(visit, one.resources, files), one.is_cut) for one in chapters)


async def _emergency(visit: Visit) -> tuple[Section, ...]:
    records, id_ = visit.records, visit.path["patient"]
    allergies, problems, written, results = await asyncio.gather(
        printing.standing(records, id_, "allergies"),
        printing.standing(records, id_, "problems"),
        documents.by_class(records, id_, is_archived=False),
        printing.last_results(records, id_, today=visit.now.date()),
    )
    wishes = dict(written).get("directives", ())
    parts: tuple[tuple[str, tuple[Resource, ...]], ...] = (
        ("parts.allergies", allergies),
        ("parts.problems", problems),
        ("directives.people", tuple(filter(directives.is_wish, wishes))),
        ("classes.directives", tuple(one for one in wishes if not directives.is_wish(one))),
        ("printing.last_results", results),
    )
    return tuple(Section(title, _lines(visit, found, {})) for title, found in parts)


def _lines(visit: Visit, resources: tuple[Resource, ...], files: dict[str, File]) -> tuple[Printed, ...]:
    return tuple(_printed(one, files.get(one.id)) for one in entries_of(visit, resources))


def _printed(entry: Entry, file: File | None) -> Printed:
    return Printed(entry, file.text, file.cda) if file else Printed(entry)


def _chosen(visit: Visit) -> tuple[ContentClass, ...]:
    """Those ticked; all when none is."""
    return tuple(one for one in CLASSES if visit.query.get(one)) or CLASSES


def _dosage(visit: Visit, treatment: Treatment) -> str:
    found = entries_of(visit, treatment.resources)
    return next((one.value for one in found if one.value), "")
