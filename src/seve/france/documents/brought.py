"""What a person brings for a record: a file, or words typed instead, looked at before anything is kept."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from seve.fhir import Resource
from seve.france.cda import Cda, Id, read_cda
from seve.france.documents.inspecting import inspect
from seve.france.documents.kinds import Kind
from seve.france.documents.refusals import NoFile, SomebodyElse
from seve.france.identity.ins import in_force


class Sent(Protocol):
    """A file as it came: its name without folders, the media type that was told, and the bytes."""

    @property
    def name(self) -> str:
        """Without folders."""
        ...

    @property
    def content_type(self) -> str:
        """As it was told."""
        ...

    @property
    def data(self) -> bytes:
        """All of it."""
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was looked at; `id` is that of the document in it, or a new one."""

    data: bytes
    kind: Kind
    name: str
    id: Id

    @property
    def media_type(self) -> str:
        """With its encoding, where there is one."""
        return f"{self.kind.media_type}; charset={self.kind.charset}" if self.kind.charset else self.kind.media_type


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


def binary(content: Content, *, document: str) -> Resource:
    """The file; who sees the document that `document` names sees it (R4, 2.36.3)."""
    return {
        "resourceType": "Binary",
        "contentType": content.media_type,
        "securityContext": {"reference": document},
        "data": b64encode(content.data).decode(),
    }


def _check_patient(document: Cda, patient: Resource) -> None:
    told, known = document.patient.ins, in_force(patient)
    if told is not None and known is not None and told.value != known.value:
        raise SomebodyElse(expression="file")
