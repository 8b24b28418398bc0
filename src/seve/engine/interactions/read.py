"""read: the current version of a resource (R4, 3.1.0.2)."""

from __future__ import annotations

from seve.engine.engine import Engine
from seve.engine.preconditions import is_unmodified
from seve.engine.refusals import Gone, NotFound
from seve.engine.requests import Answer, Request
from seve.store.grant import Grant
from seve.store.reading import Stored


async def read(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str) -> Answer:
    """200 with the document, 304 when the caller has it, 404 or 410 (deleted)."""
    return shown(request, await engine.reads.read(grant, type_, id_), type_=type_, id_=id_)


def shown(request: Request, stored: Stored | None, *, type_: str, id_: str) -> Answer:
    """The answer for one stored version."""
    if stored is None:
        raise NotFound(type=type_, id=id_)
    if stored.body is None:
        raise Gone(type=type_, id=id_)
    if is_unmodified(request, vid=stored.vid, version=stored.version):
        return Answer(304, version=stored.version, vid=stored.vid)
    return Answer(200, stored.body, version=stored.version, vid=stored.vid)
