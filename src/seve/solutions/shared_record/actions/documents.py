"""Adding, replacing, announcing and archiving documents: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from seve.fhir import Resource
from seve.france.documents import Content
from seve.france.documents.brought import binary
from seve.france.documents.standing import archived, replacing
from seve.kernel.refusals import Refusal
from seve.sdk import Change, Records, Visit, wording
from seve.solutions.shared_record.model import documents
from seve.solutions.shared_record.model.documents import Typed, Writer


class FieldWrong(Refusal):
    """A field of the form says nothing that can be kept; `expression` names it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_right"


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
        made, superseded = replacing(made, old)
        changes.append(Change("PUT", superseded))
    changes = [
        Change("POST", made, document),
        Change("POST", binary(content, document=document), file),
        *changes,
    ]
    return (await records.transaction(changes))[0]


async def archive(records: Records, document: Resource, *, version: str, is_archived: bool) -> Resource:
    """Into the archive, or out of it, as the page showed it. Raises Changed."""
    return await records.update(archived(_shown(document, version), is_archived=is_archived))


async def announce(records: Records, document: Resource, *, version: str) -> Resource:
    """Shown to the patient from now on. Raises Changed."""
    return await records.update(documents.announced(_shown(document, version)))


def _shown(document: Resource, version: str) -> Resource:
    return {**document, "meta": {**document["meta"], "versionId": version}}
