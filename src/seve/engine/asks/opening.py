"""A request and its asks, written by the patient's side or by who cares: all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seve.engine.agendas.stored import read, written
from seve.engine.asks.refusals import NotAsked
from seve.fhir import Resource
from seve.store.access.rule import PATIENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_THEIRS: Final = frozenset({"meta", "status", "extension", "note"})
"""What changes of a request that was made; who performs it, `take` alone says."""


async def keep(engine: Engine, grant: Grant, request: Resource, asks: Sequence[Resource]) -> Resource:
    """A ServiceRequest and Tasks that ask for it, new or changed (`meta.versionId` says from what); the request as stored. A new one
    needs the right to add it, but of the patient's side, for whom the platform writes it; who sees one that is there may go on with
    it, also when the stay is over in which it was written.

    Raises NotAsked, InvalidContent, VersionMismatch, Forbidden.
    """
    for one in asks:
        _check_same(request, one)
    if "id" in request:
        before = await read(engine, grant, "ServiceRequest", request["id"])
        if before is None or (grant.sight is not None and _differs(before, request)):
            raise NotAsked
        return await written(engine, grant, *asks, request)
    if asks or not await _reaches(engine, grant, request):
        raise NotAsked
    is_patients = grant.sight is not None and grant.sight.profession == PATIENT
    if is_patients and request.get("intent") != "proposal":
        raise NotAsked
    return await written(engine, grant, request, is_own=not is_patients)


async def _reaches(engine: Engine, grant: Grant, request: Resource) -> bool:
    type_, _, id_ = str(request.get("subject", {}).get("reference", "")).partition("/")
    return type_ == "Patient" and await read(engine, grant, "Patient", id_) is not None


def _differs(before: Resource, after: Resource) -> bool:
    return any(before.get(name) != after.get(name) for name in (before.keys() | after.keys()) - _THEIRS)


def _check_same(request: Resource, ask: Resource) -> None:
    """An ask is about the request and its patient."""
    about = (ask.get("focus", {}).get("reference"), ask.get("for", {}).get("reference"))
    if about != (f"ServiceRequest/{request.get('id')}", request["subject"].get("reference")):
        raise NotAsked
