"""vread: one version of a resource (R4, 3.1.0.3)."""

from __future__ import annotations

from seve.engine.access.telling import tell_versions
from seve.engine.engine import Engine
from seve.engine.interactions.read import shown
from seve.engine.refusals import NotFound
from seve.engine.requests import Answer, Request
from seve.store import reading
from seve.store.grant import Grant

_DIGITS = 9


async def vread(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str, version: str) -> Answer:
    """200 with the document of that version, 404, or 410 when that version is the deletion."""
    if not (version.isascii() and version.isdigit() and len(version) <= _DIGITS):
        raise NotFound(type=type_, id=f"{id_}/_history/{version[:64]}")
    stored = await reading.vread(engine.database.pool, grant, type_, id_, version=int(version))
    place = f"{type_}/{id_}/_history/{version}"
    await tell_versions(engine, grant, "vread", place, shown=[stored] if stored else [])
    if stored is None:
        raise NotFound(type=type_, id=f"{id_}/_history/{version}")
    return shown(request, stored, type_=type_, id_=id_)
