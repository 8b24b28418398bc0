"""create: a new resource under an id that the server gives (R4, 3.1.0.8)."""

from __future__ import annotations

from seve.engine.engine import Engine
from seve.engine.interactions.naming import body_of
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.kernel.identifiers import new_id
from seve.store.deeds import Deed, Draft, Written
from seve.store.grant import Grant


async def create(engine: Engine, grant: Grant, request: Request, *, type_: str) -> Answer:
    """201 with Location; the id in the body is ignored."""
    resource = body_of(request, type_)
    await engine.check(resource)
    [written] = await engine.lane.commit(grant, [deed(engine, resource, new_id())])
    return answered(written)


def deed(engine: Engine, resource: Resource, id_: str) -> Deed:
    """The creation of a checked resource under `id_`."""
    named = {**resource, "id": id_}
    draft = Draft("POST", named, engine.entries(named))
    return Deed(resource["resourceType"], id_, lambda _: draft, is_new=True)


def answered(written: Written) -> Answer:
    """200 or 201 with the new state, 204 for a deletion."""
    if written.body is None:
        return Answer(204, version=written.version or None, vid=written.vid or None)
    location = f"{written.type}/{written.id}/_history/{written.version}"
    status = 201 if written.is_created else 200
    return Answer(status, written.body, version=written.version, vid=written.vid, location=location)
