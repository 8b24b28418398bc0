"""Who may read the audit trail: officers all of it, patients and those who represent them what is about them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from seve.engine.access.granting import OFFICER
from seve.engine.audit.interactions import append_event, read_event, refuse_change, search_trail
from seve.engine.refusals import MethodNotAllowed
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.store import reading
from seve.store.access.admission import Forbidden
from seve.store.access.rule import PATIENT

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.requests import Answer, Request
    from seve.store.audit.acts import Action
    from seve.store.grant import Grant

_READS = ("GET", "HEAD")


async def audit_events(engine: Engine, grant: Grant, request: Request, segments: list[str]) -> Answer:
    """Any interaction on AuditEvent: they are entries of the ledger, which nobody changes. Raises Forbidden."""
    rest = segments[1:]
    if request.method == "POST" and not rest:
        if grant.sight is None or grant.sight.profession is not None:
            raise Forbidden(types="AuditEvent")
        return await append_event(engine, grant, request)
    if request.method in _READS or rest == ["_search"]:
        return await _read(engine, grant, request, rest)
    if rest:
        refuse_change()
    raise MethodNotAllowed(method=request.method, path=request.path)


async def _read(engine: Engine, grant: Grant, request: Request, rest: list[str]) -> Answer:
    patients = await whose(engine, grant)
    match rest:
        case [] | ["_search"]:
            answer = await search_trail(engine, grant, request, patients=patients)
            await _record(engine, grant, ("search", "E"), request.path, patients)
        case [id_] | [id_, "_history", "1"]:
            answer = await read_event(engine, grant, id_, patients=patients)
            await _record(engine, grant, ("read", "R"), request.path, patients)
        case _:
            raise MethodNotAllowed(method=request.method, path=request.path)
    return answer


async def _record(
    engine: Engine, grant: Grant, what: tuple[str, Action], path: str, patients: Collection[str] | None
) -> None:
    """Looking at the trail is an access too: it stands there before anything of it is shown."""
    if grant.trace is not None:
        keys = tuple(value_key(patient) for patient in patients or ())
        await engine.ledger.record([grant.trace.act(*what, entities=(path,), patient_keys=keys)])


async def whose(engine: Engine, grant: Grant) -> Collection[str] | None:
    """The patients whose entries a grant may read (references); None for all. Raises Forbidden."""
    sight = grant.sight
    if sight is None or sight.reaches_all or sight.profession == OFFICER:
        return None
    if sight.profession != PATIENT or grant.trace is None:
        raise Forbidden(types="AuditEvent")
    role = grant.trace.agent
    if role.startswith("Patient/"):
        return [role]
    type_, _, id_ = role.partition("/")
    found = await reading.read(engine.database.pool, grant, type_, id_)
    patient = parse(found.body.encode()).get("patient", {}).get("reference", "") if found and found.body else ""
    return [patient] if patient else []
