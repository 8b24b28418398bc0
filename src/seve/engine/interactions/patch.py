"""patch: a change of parts of the current version, by JSON Patch, FHIRPath Patch or XML Patch (R4, 3.1.0.6)."""

from __future__ import annotations

from seve.engine.engine import Engine
from seve.engine.interactions.create import answered
from seve.engine.preconditions import check_write
from seve.engine.refusals import BodyMissing, Gone, IdMismatch, NotFound, TypeMismatch
from seve.engine.requests import Answer, Patch, Request
from seve.fhir import Resource
from seve.fhir.codec import decode_json, encode_json
from seve.fhir.patch import apply
from seve.france.identity.trust import after_change
from seve.store.deeds import Current, Deed, Draft
from seve.store.grant import Grant


async def patch(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str) -> Answer:
    """200 with the new version; the patch is applied to the version in force when it is committed."""
    [written] = await engine.lane.commit(grant, [deed(engine, request, type_, id_)])
    return answered(written)


def deed(engine: Engine, request: Request, type_: str, id_: str) -> Deed:
    """The patch under the request's conditions."""
    if request.patch is None:
        raise BodyMissing
    change = request.patch

    def decide(current: Current | None) -> Draft:
        if current is None:
            raise NotFound(type=type_, id=id_)
        if current.body is None:
            raise Gone(type=type_, id=id_)
        check_write(request, current, type_=type_, id_=id_)
        before = decode_json(current.body.encode())
        resource = patched(engine, change, before)
        if resource.get("resourceType") != type_:
            raise TypeMismatch(expected=type_, found=resource.get("resourceType", ""))
        if resource.get("id") != id_:
            raise IdMismatch(expected=id_, found=resource.get("id", ""))
        if type_ == "Patient":
            resource = after_change(before, resource)
        return Draft("PATCH", resource, engine.entries(resource))

    return Deed(type_, id_, decide)


def patched(engine: Engine, change: Patch, resource: Resource) -> Resource:
    """The resource after the patch, valid again or refused."""
    resource = decode_json(encode_json(apply(resource, kind=change.kind, document=change.document)))
    engine.checker.check(resource)
    return resource
