"""The file of one patient: the list, one document, adding, sharing, withdrawing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from seve.france.cda import CdaWrong
from seve.france.documents import DocumentRefused, NoFile, SomebodyElse, inspect
from seve.kernel.refusals import Refusal
from seve.sdk import (
    Again,
    AlreadyShared,
    Changed,
    Document,
    NotCurrent,
    NotFound,
    NotQualified,
    NotShared,
    To,
    View,
    Visit,
)
from seve.solutions.house_file import actions, model, queries
from seve.solutions.house_file.actions import FieldWrong, NotOpen
from seve.solutions.house_file.model import Typed
from seve.solutions.house_file.pages.frame import Frame, Line, framed, line

_REFUSED = (FieldWrong, NoFile, DocumentRefused, CdaWrong, SomebodyElse, Changed, NotQualified)
_NOT_SHARED = (AlreadyShared, NotCurrent, NotShared, NotOpen, NotQualified)
_FORBIDDEN = 403
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})
_INLINE = _IMAGES | {"application/pdf", "text/plain"}


@dataclass(frozen=True)
class Door(View):
    """Whose file to open."""

    template: ClassVar[str] = "door.html"
    house: str
    known: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Listed(View):
    """What the organisation keeps about a patient; those that were replaced, apart."""

    template: ClassVar[str] = "list.html"
    frame: Frame
    lines: tuple[Line, ...]
    earlier: tuple[Line, ...]


@dataclass(frozen=True)
class Adding(View):
    """The form of a document; `replaces` is the id of the one that it takes the place of, `version` as it was shown."""

    template: ClassVar[str] = "add.html"
    frame: Frame
    kinds: tuple[str, ...]
    typed: Typed
    wrong: str
    replaces: str
    version: str


@dataclass(frozen=True)
class Opened(View):
    """A document; what may be done with it is asked again when it is done. `shown_as` is text, image, pdf or file."""

    template: ClassVar[str] = "document.html"
    frame: Frame
    line: Line
    standing: str
    shown_as: str
    text: str
    is_mine: bool
    may_open: bool


async def door(visit: Visit) -> Door:
    """Raises NoHouse."""
    house, known = await asyncio.gather(queries.organization(visit), queries.patients(visit))
    return Door(house, known)


async def show(visit: Visit) -> Listed:
    """Raises NotFound, NoHouse."""
    frame, found = await framed(visit), await queries.documents(visit, visit.path["patient"])
    states, authors = await asyncio.gather(visit.houses.standings(found), queries.authors(visit, found))
    lines = [line(visit, one, states[one["id"]], authors[one["id"]]) for one in found]
    return Listed(frame, tuple(x for x in lines if x.is_current), tuple(x for x in lines if not x.is_current))


async def form(visit: Visit) -> Adding:
    """An empty form; for the document to be replaced, with what it says."""
    replaces = visit.query.get("replaces", "")
    if not replaces:
        return Adding(await framed(visit), tuple(model.KINDS), Typed(), "", "", "")
    old = await queries.document(visit, visit.path["patient"], replaces)
    typed = Typed(title=old.get("description", ""), kind=model.kind_of(old))
    return Adding(await framed(visit), tuple(model.KINDS), typed, "", replaces, old["meta"]["versionId"])


async def add(visit: Visit) -> To | Again:
    """Keeps a document; what was typed stays when something is refused, and nothing is left behind."""
    id_, typed, replaces = visit.path["patient"], model.typed(visit.form), visit.form["replaces"]
    try:
        made = await actions.keep(visit, typed, replaces=replaces, version=visit.form["version"])
    except Refusal as problem:
        if not _is_shown(problem, _REFUSED):
            raise
        wrong = problem.expression or "file"
        frame, version = await framed(visit), visit.form["version"]
        return Again(Adding(frame, tuple(model.KINDS), typed, wrong, replaces, version), problem)
    return To(f"/{id_}/documents/{made['id']}", {"done": "replaced" if replaces else "added"})


async def opened(visit: Visit) -> Opened:
    """One document. Raises NotFound, NoHouse."""
    return await _opened(visit)


async def download(visit: Visit) -> Document:
    """The file itself; what a browser could run is only kept. Raises NotFound."""
    found = await queries.document(visit, visit.path["patient"], visit.path["id"])
    file = await queries.file(visit, found)
    if file is None:
        raise NotFound
    name = model.attachment_of(found).get("title") or found["id"]
    is_inline = file.media_type in _INLINE and visit.query.get("keep") != "1" and _is_harmless(file)
    return Document(file.data, file.media_type if is_inline else "application/octet-stream", name, is_inline=is_inline)


async def share(visit: Visit) -> To | Again:
    """Into the shared record."""
    return await _done(visit, "shared")


async def withdraw(visit: Visit) -> To | Again:
    """Out of it."""
    return await _done(visit, "withdrawn")


async def _done(visit: Visit, what: str) -> To | Again:
    id_ = visit.path["id"]
    try:
        await (actions.share if what == "shared" else actions.withdraw)(visit, id_)
    except Refusal as problem:
        if not _is_shown(problem, _NOT_SHARED):
            raise
        return Again(await _opened(visit, may_open=isinstance(problem, NotOpen)), problem)
    return To(f"/{visit.path['patient']}/documents/{id_}", {"done": what})


def _is_shown(problem: Refusal, refused: tuple[type[Refusal], ...]) -> bool:
    """On the page that it was asked from; the rest is for the frame. A profession that may not do it is told so there, too."""
    return isinstance(problem, refused) or problem.status == _FORBIDDEN


async def _opened(visit: Visit, *, may_open: bool = False) -> Opened:
    frame = await framed(visit)
    found = await queries.document(visit, frame.id, visit.path["id"])
    standing, authors = await asyncio.gather(queries.standing(visit, found), queries.authors(visit, (found,)))
    file = await queries.file(visit, found)
    return Opened(
        frame=frame,
        line=line(visit, found, standing, authors[found["id"]]),
        standing=standing.state,
        shown_as=_way(file),
        text=file.text if file else "",
        is_mine=visit.visitor.acts_as in {one.get("reference") for one in found.get("author", ())},
        may_open=may_open,
    )


def _way(file: queries.File | None) -> str:
    if file is None:
        return "elsewhere"
    if file.media_type in _IMAGES:
        return "image"
    if file.media_type == "application/pdf":
        return "pdf" if _is_harmless(file) else "file"
    return "text" if file.media_type == "text/plain" else "file"


def _is_harmless(file: queries.File) -> bool:
    """What came by the API was not looked at when it came; one that acts is kept, not shown."""
    try:
        inspect(file.data, declared_type=file.media_type)
    except DocumentRefused:
        return False
    return True
