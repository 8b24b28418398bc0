"""update: a new version of a resource, or its creation under the caller's id (R4, 3.1.0.4)."""

from __future__ import annotations

from seve.engine.engine import Engine
from seve.engine.interactions.create import answered
from seve.engine.interactions.naming import body_of
from seve.engine.preconditions import check_write
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.store.grant import Grant
from seve.store.writing import Current, Deed, Draft


async def update(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str) -> Answer:
    """200, or 201 when the resource did not exist; 412 when a condition in the headers is not met."""
    resource = body_of(request, type_, id_=id_)
    await engine.check(resource)
    [written] = await engine.lane.commit(grant, [deed(engine, request, resource, id_)])
    return answered(written)


def deed(engine: Engine, request: Request, resource: Resource, id_: str) -> Deed:
    """The update of a checked resource under the request's conditions."""
    type_ = resource["resourceType"]
    draft = Draft("PUT", resource, engine.entries(resource))

    def decide(current: Current | None) -> Draft:
        check_write(request, current, type_=type_, id_=id_)
        return draft

    return Deed(type_, id_, decide)
