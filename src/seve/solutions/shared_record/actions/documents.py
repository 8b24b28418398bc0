"""Adding, replacing, announcing and archiving documents: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from seve.fhir import Resource
from seve.france.cda import Cda, Id, read_cda
from seve.france.documents import Kind, inspect
from seve.france.identity.ins import in_force
from seve.kernel.refusals import Refusal
from seve.sdk import Change, Records, Sent, Visit, wording
from seve.solutions.shared_record.model import documents
from seve.solutions.shared_record.model.documents import Content, Typed, Writer


class NoFile(Refusal):
    """A document needs a file or words."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/shared_record.refusals.no_file"


class FieldWrong(Refusal):
    """A field of the form says nothing that can be kept; `expression` names it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_right"


class SomebodyElse(Refusal):
    """The document says by its INS that it is about somebody else."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "solutions/shared_record.refusals.somebody_else"


@dataclass(frozen=True, slots=True)
class Author:
    """Who adds a document, in which capacity, for which organisation ("" for none)."""

    role: Writer
    reference: str
    name: str
    organization: str

    @classmethod
    def of(cls, visit: Visit) -> Author:
        """The visitor."""
        visitor = visit.visitor
        role: Writer = "patient" if visitor.role == "patient" else "professional"
        return cls(role, visitor.acts_as, visitor.name, visitor.organization)


def looked_at(sent: Sent | None, words: str, patient: Resource) -> Content:
    """The file that came, or the words that were typed instead, looked at. Raises NoFile, DocumentRefused, CdaWrong, SomebodyElse."""
    if sent is None and not words.strip():
        raise NoFile(expression="file")
    new = Id(str(uuid4()))
    if sent is None:
        return Content(words.strip().encode(), Kind("text", "text/plain", "utf-8"), "", new)
    kind = inspect(sent.data, declared_type=sent.content_type, name=sent.name)
    found = read_cda(sent.data) if kind.format == "cda" else None
    if found:
        _check_patient(found, patient)
    return Content(sent.data, kind, sent.name, found.id if found else new)


async def add(
    records: Records,
    patient_id: str,
    *,
    typed: Typed,
    content: Content,
    by: Author,
    now: datetime,
    old: Resource | None = None,
    shape: Callable[[Resource], Resource] | None = None,
) -> Resource:
    """The document and its file, in the place of `old` when there is one. Raises FieldWrong; Changed when the old one changed.

    `shape` is for a page of its own, that says more of a document than the form of any file does.
    """
    if shape is None and (wrong := typed.wrong(by=by.role, today=now.astimezone(wording.ZONE).date().isoformat())):
        raise FieldWrong(expression=wrong)
    document, file = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
    made = documents.reference(
        typed,
        content,
        patient_id=patient_id,
        url=file,
        by=(by.reference, by.name),
        custodian=by.organization,
        now=now.isoformat(timespec="seconds"),
    )
    made = shape(made) if shape else made
    changes = list[Change]()
    if old is not None:
        made, superseded = documents.replacing(made, old)
        changes.append(Change("PUT", superseded))
    changes = [
        Change("POST", made, document),
        Change("POST", documents.binary(content, document=document), file),
        *changes,
    ]
    return (await records.transaction(changes))[0]


async def archive(records: Records, document: Resource, *, version: str, is_archived: bool) -> Resource:
    """Into the archive, or out of it, as the page showed it. Raises Changed."""
    return await records.update(documents.archived(_shown(document, version), is_archived=is_archived))


async def announce(records: Records, document: Resource, *, version: str) -> Resource:
    """Shown to the patient from now on. Raises Changed."""
    return await records.update(documents.announced(_shown(document, version)))


def _shown(document: Resource, version: str) -> Resource:
    return {**document, "meta": {**document["meta"], "versionId": version}}


def _check_patient(document: Cda, patient: Resource) -> None:
    told, known = document.patient.ins, in_force(patient)
    if told is not None and known is not None and told.value != known.value:
        raise SomebodyElse(expression="file")
