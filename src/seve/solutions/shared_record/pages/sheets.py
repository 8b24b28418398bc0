"""Problems, allergies, vaccines and treatments that were told, as lists; professionals add, correct and end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Answer, Changed, Shown, To, View, Visit
from seve.solutions.shared_record.actions import sheets as deeds
from seve.solutions.shared_record.actions.sheets import NotRight
from seve.solutions.shared_record.model import sheets
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.model.sheets import Sheet, SheetName, Typed
from seve.solutions.shared_record.pages.entry import facts_of
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.queries import patients
from seve.solutions.shared_record.queries import sheets as queries


@dataclass(frozen=True)
class Line:
    """One of a list."""

    entry: Entry
    facts: tuple[tuple[str, str], ...]
    version: str
    is_over: bool


@dataclass(frozen=True)
class Listed(View):
    """A list, and the form for one more; `typed` is what that form holds, `wrong` the field to change."""

    template: ClassVar[str] = "sheet.html"
    frame: Frame
    name: str
    lines: tuple[Line, ...]
    authors: dict[str, str]
    fields: tuple[str, ...]
    typed: Typed
    wrong: str


@dataclass(frozen=True)
class Edited(View):
    """The form of one. When somebody changed it meanwhile, `theirs` is what it says now and the form holds what is `typed`."""

    template: ClassVar[str] = "edit.html"
    frame: Frame
    name: str
    id: str
    version: str
    fields: tuple[str, ...]
    typed: Typed
    wrong: str
    theirs: Typed | None
    line: Line
    authors: dict[str, str]


Deed: TypeAlias = Callable[[Visit, Sheet], Awaitable[Shown]]


def of(name: SheetName, deed: Deed) -> Answer:
    """A page of one list."""
    return lambda visit: deed(visit, sheets.SHEETS_BY_NAME[name])


async def show(visit: Visit, kind: Sheet) -> Listed:
    """The list."""
    return await _listed(visit, kind, Typed(), "")


async def add(visit: Visit, kind: Sheet) -> To | Again:
    """One more."""
    id_, typed = visit.path["patient"], sheets.typed(visit.form)
    try:
        await deeds.add(visit.records, kind, id_, typed=typed, by=visit.visitor.acts_as, now=visit.now)
    except NotRight as problem:
        return Again(await _listed(visit, kind, typed, problem.expression), problem)
    return To(f"/{id_}/{kind.part}", {"done": "added"})


async def edit(visit: Visit, kind: Sheet) -> Edited:
    """The form, with what there is."""
    found = await queries.one(visit.records, kind.type, visit.path["id"], visit.path["patient"])
    return await _edited(visit, kind, found, kind.read(found))


async def correct(visit: Visit, kind: Sheet) -> To | Again:
    """Corrects; what was changed meanwhile is shown beside what was typed, and nothing is overwritten."""
    id_ = visit.path["patient"]
    found = await queries.one(visit.records, kind.type, visit.path["id"], id_)
    typed = sheets.typed(visit.form)
    try:
        await deeds.correct(visit.records, kind, found["id"], version=visit.form["version"], typed=typed, now=visit.now)
    except (NotRight, Changed) as problem:
        return Again(await _edited(visit, kind, found, typed, problem), problem)
    return To(f"/{id_}/{kind.part}", {"done": "corrected"})


async def end(visit: Visit, kind: Sheet) -> To | Again:
    """Ends one, as it was shown."""
    id_ = visit.path["patient"]
    found = await queries.one(visit.records, kind.type, visit.path["id"], id_)
    try:
        await deeds.end(visit.records, kind, found["id"], version=visit.form["version"], now=visit.now)
    except Changed as problem:
        return Again(await _edited(visit, kind, found, kind.read(found), problem), problem)
    return To(f"/{id_}/{kind.part}", {"done": "ended"})


async def _listed(visit: Visit, kind: Sheet, typed: Typed, wrong: str) -> Listed:
    frame = await framed(visit, kind.part)
    lines = _lines(visit, kind, await queries.listed(visit.records, kind, frame.id))
    authors = await patients.authors(visit.records, [line.entry for line in lines])
    return Listed(frame, kind.name, lines, authors, kind.fields, typed, wrong)


async def _edited(visit: Visit, kind: Sheet, found: Resource, typed: Typed, problem: Refusal | None = None) -> Edited:
    frame = await framed(visit, kind.part)
    (line,) = _lines(visit, kind, (found,))
    return Edited(
        frame=frame,
        name=kind.name,
        id=found["id"],
        version=visit.form["version"] if isinstance(problem, NotRight) else line.version,
        fields=kind.fields,
        typed=typed,
        wrong=problem.expression if isinstance(problem, NotRight) else "",
        theirs=kind.read(found) if isinstance(problem, Changed) else None,
        line=line,
        authors=await patients.authors(visit.records, [line.entry]),
    )


def _lines(visit: Visit, kind: Sheet, found: tuple[Resource, ...]) -> tuple[Line, ...]:
    made = [
        Line(entry, facts_of(one, visit), one["meta"]["versionId"], kind.is_over(one))
        for one, entry in zip(found, entries_of(visit, found), strict=True)
    ]
    return tuple(sorted(made, key=lambda line: line.is_over))
