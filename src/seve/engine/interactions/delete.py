"""delete: the resource is no longer in force; its history stays (R4, 3.1.0.7)."""

from __future__ import annotations

from seve.engine.engine import Engine
from seve.engine.interactions.create import answered
from seve.engine.preconditions import check_write
from seve.engine.requests import Answer, Request
from seve.fhir.search.entries import Entries
from seve.store.deeds import Current, Deed, Draft
from seve.store.grant import Grant


async def delete(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str) -> Answer:
    """204, also when there is nothing to delete; 412 when `If-Match` names another version."""
    [written] = await engine.lane.commit(grant, [deed(request, type_, id_)])
    return answered(written)


def deed(request: Request, type_: str, id_: str) -> Deed:
    """The deletion under the request's conditions."""

    def decide(current: Current | None) -> Draft | None:
        if current is None or current.body is None:
            return None
        check_write(request, current, type_=type_, id_=id_)
        return Draft("DELETE", None, Entries({}))

    return Deed(type_, id_, decide)
