"""Documents: the list, one with its content, adding, replacing, archiving, announcing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.france.cda import Cda, CdaWrong, image_type
from seve.france.documents import DocumentRefused, NoFile, SomebodyElse, inspect, looked_at, standing
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Changed, Document, NotFound, NotQualified, RecordNotOpen, To, View, Visit
from seve.solutions.shared_record.actions import documents as deeds
from seve.solutions.shared_record.actions.documents import Author, FieldWrong
from seve.solutions.shared_record.actions.opening import NotOpen, check_open
from seve.solutions.shared_record.model import documents
from seve.solutions.shared_record.model.contents import ContentClass
from seve.solutions.shared_record.model.documents import Typed
from seve.solutions.shared_record.model.entries import Entry, entry
from seve.solutions.shared_record.pages.frame import BASE, Frame, entries_of, framed
from seve.solutions.shared_record.queries import documents as queries
from seve.solutions.shared_record.queries import patients

_REFUSED = (NotOpen, NotQualified, RecordNotOpen, NoFile, FieldWrong, SomebodyElse, DocumentRefused, CdaWrong, Changed)
_SEEN = frozenset({"image/png", "image/jpeg", "image/gif"})
_INLINE = _SEEN | {"application/pdf", "text/plain"}


@dataclass(frozen=True)
class Listed(View):
    """Documents by class; those of the archive when `is_archive`."""

    template: ClassVar[str] = "documents.html"
    frame: Frame
    classes: tuple[tuple[ContentClass, tuple[Entry, ...]], ...]
    authors: dict[str, str]
    is_archive: bool


@dataclass(frozen=True)
class Adding(View):
    """The form of a document; `replaces` is the one that it takes the place of."""

    template: ClassVar[str] = "add_document.html"
    frame: Frame
    kinds: tuple[str, ...]
    typed: Typed
    words: str
    wrong: str
    replaces: Entry | None
    version: str


@dataclass(frozen=True)
class Opened(View):
    """A document: `shown_as` is how its content is shown (cda, text, image, pdf, harmful, file, elsewhere, broken), `file` where."""

    template: ClassVar[str] = "document.html"
    frame: Frame
    entry: Entry
    authors: dict[str, str]
    version: str
    shown_as: str
    cda: Cda | None
    text: str
    file: str
    size: int
    media_type: str
    is_current: bool
    is_archived: bool
    is_mine: bool
    replaced: tuple[str, ...]
    replacements: tuple[Entry, ...]


async def show(visit: Visit) -> Listed:
    """The list."""
    frame, is_archive = await framed(visit, "documents"), visit.query.get("archive") == "1"
    found = await queries.by_class(visit.records, frame.id, is_archived=is_archive)
    classes: list[tuple[ContentClass, tuple[Entry, ...]]] = [(name, entries_of(visit, those)) for name, those in found]
    entries = [one for _, those in classes for one in those]
    return Listed(frame, tuple(classes), await patients.authors(visit.records, entries), is_archive)


async def form(visit: Visit) -> Adding:
    """An empty form; with what `replaces` names for the document to be replaced."""
    return await _adding(visit, Typed(kind=visit.query.get("kind", "")), visit.query.get("replaces", ""))


async def add(visit: Visit) -> To | Again:
    """Adds or replaces; what was typed is kept when something is refused, and nothing is left behind."""
    id_, typed, replaces = visit.path["patient"], documents.typed(visit.form), visit.form["replaces"]
    try:
        await check_open(visit.records, id_)
        old = await queries.document(visit.records, id_, replaces) if replaces else None
        if old is not None:
            old = {**old, "meta": {**old["meta"], "versionId": visit.form["version"]}}
        patient = await visit.records.read("Patient", id_)
        content = looked_at(visit.files.get("file"), visit.form["words"], patient)
        author = Author.of(visit)
        made = await deeds.add(visit.records, id_, typed=typed, content=content, by=author, now=visit.now, old=old)
    except _REFUSED as problem:
        return Again(await _adding(visit, typed, replaces, problem), problem)
    return To(f"/{id_}/documents/{made['id']}", {"done": "replaced" if replaces else "added"})


async def opened(visit: Visit) -> Opened:
    """One document. Raises NotFound."""
    frame = await framed(visit, "documents")
    found = await queries.document(visit.records, frame.id, visit.path["id"])
    return await _opened(visit, frame, found)


async def download(visit: Visit) -> Document:
    """The file itself; what a browser could run is only kept. Raises NotFound."""
    found = await queries.document(visit.records, visit.path["patient"], visit.path["id"])
    file = await queries.file(visit.records, found)
    if file is None:
        raise NotFound
    data, media_type = _part(file, visit)
    name = documents.attachment_of(found).get("title") or found["id"]
    is_inline = media_type in _INLINE and visit.query.get("keep") != "1" and _is_harmless(data, media_type)
    return Document(data, media_type if is_inline else "application/octet-stream", name, is_inline=is_inline)


async def archive(visit: Visit) -> To | Again:
    """Into the archive, or out of it."""
    id_ = visit.path["patient"]
    found = await queries.document(visit.records, id_, visit.path["id"])
    is_archived = not visit.form["restore"]
    try:
        await deeds.archive(visit.records, found, version=visit.form["version"], is_archived=is_archived)
    except Changed as problem:
        return Again(await opened(visit), problem)
    return To(f"/{id_}/documents/{found['id']}", {"done": "archived" if is_archived else "restored"})


async def announce(visit: Visit) -> To | Again:
    """The patient has been told: shown to them from now on."""
    id_ = visit.path["patient"]
    found = await queries.document(visit.records, id_, visit.path["id"])
    try:
        await deeds.announce(visit.records, found, version=visit.form["version"])
    except Changed as problem:
        return Again(await opened(visit), problem)
    return To(f"/{id_}/documents/{found['id']}", {"done": "announced"})


def _part(file: queries.File, visit: Visit) -> tuple[bytes, str]:
    """The bytes that were asked for and their type: the file, the body of a CDA, or one of its images. Raises NotFound."""
    number = visit.query.get("image", "")
    if number:
        attachments = file.cda.attachments if file.cda else ()
        shown = (
            attachments[int(number)]
            if number.isascii() and number.isdigit() and int(number) < len(attachments)
            else None
        )
        if shown is None or not (media_type := image_type(shown)):
            raise NotFound
        return shown.data, media_type
    if visit.query.get("body") and file.cda and file.cda.body:
        return file.cda.body.data, file.cda.body.media_type
    return file.data, file.media_type


def _is_harmless(data: bytes, media_type: str) -> bool:
    """A PDF that came by the API was not looked at when it was added; one that acts is kept, not shown."""
    if media_type != "application/pdf":
        return True
    try:
        inspect(data, declared_type=media_type)
    except DocumentRefused:
        return False
    return True


async def _adding(visit: Visit, typed: Typed, replaces: str, problem: Refusal | None = None) -> Adding:
    frame = await framed(visit, "documents")
    old = await queries.document(visit.records, frame.id, replaces) if replaces else None
    if old is not None and problem is None:
        typed = Typed(title=old.get("description", ""), kind=_kind_of(old))
    return Adding(
        frame=frame,
        kinds=documents.kinds(Author.of(visit).role),
        typed=typed,
        words=visit.form["words"],
        wrong=problem.expression or "file" if problem else "",
        replaces=entry(old, visit.language) if old else None,
        version=old["meta"]["versionId"] if old else "",
    )


async def _opened(visit: Visit, frame: Frame, found: Resource) -> Opened:
    images = f"{BASE}/{frame.id}/documents/{found['id']}/file?image="
    try:
        file, way = await queries.file(visit.records, found, images=images), "elsewhere"
    except CdaWrong:
        file, way = None, "broken"
    shown = entry(found, visit.language)
    others = entries_of(visit, await queries.replacements(visit.records, found))
    return Opened(
        frame=frame,
        entry=shown,
        authors=await patients.authors(visit.records, [shown, *others]),
        version=found["meta"]["versionId"],
        shown_as=_shown_as(file) if file else way,
        cda=file.cda if file else None,
        text=_text_of(file) if file else "",
        file=_address(file),
        size=len(file.data) if file else 0,
        media_type=file.media_type if file else "",
        is_current=found["status"] == "current",
        is_archived=standing.is_archived(found),
        is_mine=visit.visitor.acts_as in {one.get("reference") for one in found.get("author", ())},
        replaced=standing.replaced_by(found),
        replacements=others,
    )


def _shown_as(file: queries.File) -> str:
    if file.cda:
        body = file.cda.body
        return _way(body.data, body.media_type) if body else "cda"
    return _way(file.data, file.media_type)


def _way(data: bytes, media_type: str) -> str:
    if media_type in _SEEN:
        return "image"
    if media_type == "application/pdf" and not _is_harmless(data, media_type):
        return "harmful"
    return {"text/plain": "text", "application/pdf": "pdf"}.get(media_type, "file")


def _text_of(file: queries.File) -> str:
    body = file.cda.body if file.cda else None
    return body.data.decode(errors="replace") if body and body.media_type == "text/plain" else file.text


def _address(file: queries.File | None) -> str:
    """Where the file is to be seen, below the document: of a CDA of level 1, its body."""
    return "file?body=1" if file and file.cda and file.cda.body else "file"


def _kind_of(document: Resource) -> str:
    codes = {coding.get("code") for coding in document.get("type", {}).get("coding", ())}
    return next((name for name, kind in documents.KINDS.items() if kind.code.code in codes), "")
