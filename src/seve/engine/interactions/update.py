"""update: a new version of a resource, or its creation under the caller's id (R4, 3.1.0.4)."""

from __future__ import annotations

from seve.engine.engine import Engine
from seve.engine.interactions.create import answered
from seve.engine.interactions.naming import body_of
from seve.engine.preconditions import check_write
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.france.identity.trust import after_change
from seve.store.deeds import Current, Deed, Draft
from seve.store.grant import Grant


async def update(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str) -> Answer:
    """200, or 201 when the resource did not exist; 412 when a condition in the headers is not met."""
    resource = body_of(request, type_, id_=id_)
    await engine.check(resource)
    [written] = await engine.lane.commit(grant, [deed(engine, request, resource, id_)])
    return answered(written)


def deed(engine: Engine, request: Request, resource: Resource, id_: str, *, is_new: bool = False) -> Deed:
    """The update of a checked resource under the request's conditions; `is_new` when the server gave the id."""
    type_ = resource["resourceType"]
    draft = Draft("PUT", resource, engine.entries(resource))

    def decide(current: Current | None) -> Draft:
        check_write(request, current, type_=type_, id_=id_)
        if type_ != "Patient" or current is None or current.body is None:
            return draft
        kept = after_change(parse(current.body.encode()), resource)
        return draft if kept is resource else Draft("PUT", kept, engine.entries(kept))

    return Deed(type_, id_, decide, is_new=is_new)
