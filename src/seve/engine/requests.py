"""A FHIR request and its answer, whichever surface they came by: HTTP, or an entry of a batch or transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.fhir import Json, Resource
from seve.fhir.codec.json import parse

Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Pairs: TypeAlias = tuple[tuple[str, str], ...]
Preference: TypeAlias = Literal["minimal", "representation", "OperationOutcome"]


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch by its kind: `document` is the parsed JSON Patch, the FHIRPath Patch Parameters, or the bytes of an XML Patch."""

    kind: Literal["json", "fhirpath", "xml"]
    document: Json


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is relative to the base, without leading slash (`Patient/1/_history`); conditions are as in the HTTP headers."""

    method: Method
    path: str
    query: Pairs = ()
    resource: Resource | None = None
    patch: Patch | None = None
    binary: bytes | None = None
    content_type: str = ""
    if_match: str | None = None
    if_none_match: str | None = None
    if_none_exist: str | None = None
    if_modified_since: str | None = None
    prefer_return: Preference | None = None
    is_lenient: bool = False
    is_asynchronous: bool = False
    accept: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is a stored document as it stands (JSON text), a resource, or None. `location` is relative to the base.

    `binary` and `stream` are bytes of `content_type` instead, at once or bit by bit.
    """

    status: int
    body: str | Resource | None = None
    version: int | None = None
    vid: int | None = None
    location: str | None = None
    headers: Pairs = ()
    binary: bytes | None = None
    content_type: str = ""
    stream: AsyncIterator[bytes] | None = None

    @property
    def resource(self) -> Resource:
        """The body as a resource, parsed when it is a stored document; {} without one."""
        return parse(self.body.encode()) if isinstance(self.body, str) else self.body or {}
