"""Types, ids and bodies as they come in: checked before anything else."""

from __future__ import annotations

import re

from seve.engine.engine import Engine
from seve.engine.refusals import BodyMissing, IdMismatch, InvalidId, TypeMismatch, UnknownType
from seve.engine.requests import Request
from seve.fhir import Resource

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def check_type(engine: Engine, type_: str) -> str:
    """The type, when R4 has it."""
    if type_ not in engine.definitions.resource_types:
        raise UnknownType(type=type_)
    return type_


def check_id(id_: str) -> str:
    """The id, when R4 allows it (2.24.0.1)."""
    if not _ID.fullmatch(id_):
        raise InvalidId(id=id_[:100])
    return id_


def body_of(request: Request, type_: str, *, id_: str | None = None) -> Resource:
    """The body, when it is of the type, and of the id (None: not looked at)."""
    resource = request.resource
    if resource is None:
        raise BodyMissing
    if resource["resourceType"] != type_:
        raise TypeMismatch(expected=type_, found=resource["resourceType"])
    if id_ is not None and resource.get("id") != id_:
        raise IdMismatch(expected=id_, found=resource.get("id", ""), expression=f"{type_}.id")
    return resource
