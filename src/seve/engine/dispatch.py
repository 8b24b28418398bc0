"""From a request to its interaction: the one table that HTTP, batch and transaction share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from seve.engine.access.trail import audit_events
from seve.engine.interactions.batch import batch
from seve.engine.interactions.capabilities import capabilities
from seve.engine.interactions.conditional import (
    conditional_create,
    conditional_delete,
    conditional_patch,
    conditional_update,
)
from seve.engine.interactions.create import create
from seve.engine.interactions.delete import delete
from seve.engine.interactions.history import history
from seve.engine.interactions.naming import check_id, check_type
from seve.engine.interactions.patch import patch
from seve.engine.interactions.read import read
from seve.engine.interactions.search import search, search_compartment
from seve.engine.interactions.transaction import transaction
from seve.engine.interactions.update import update
from seve.engine.interactions.vread import vread
from seve.engine.operations import invoke
from seve.engine.operations.views import VIEW_DEFINITION
from seve.engine.refusals import BodyMissing, InvalidBundle, InvalidParameter, MethodNotAllowed, UnknownPath
from seve.engine.requests import Answer, Request
from seve.engine.subscriptions import registering
from seve.engine.tasks.following import follow
from seve.store.access.admission import check_scope

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

Perform: TypeAlias = Callable[["Engine", "Grant", Request], Awaitable[Answer]]

_READS = ("GET", "HEAD")
_COMPARTMENTS = ("Patient", "Encounter", "RelatedPerson", "Practitioner", "Device")


async def perform(engine: Engine, grant: Grant, request: Request) -> Answer:
    """The answer to a request. Raises the Refusal that says what is wrong with it."""
    _check_characters(request)
    segments = request.path.split("/") if request.path else []
    if segments and segments[-1].startswith("$"):
        return await _operation(engine, grant, request, segments)
    _check_scope(grant, request, segments)
    match segments:
        case []:
            return await _system(engine, grant, request)
        case ["metadata"] if request.method in _READS:
            return capabilities(engine, request)
        case ["_history"] if request.method in _READS:
            return await history(engine, grant, request)
        case ["_search"] if request.method == "POST":
            return await search(engine, grant, request)
        case ["_task", *rest]:
            return await follow(engine, grant, request, rest)
        case ["metadata" | "_history" | "_search"]:
            raise MethodNotAllowed(method=request.method, path=request.path)
        case _:
            check_type(engine, segments[0])
            return await _typed(engine, grant, request, segments)


def _check_characters(request: Request) -> None:
    """PostgreSQL's texts can't hold NUL, and nothing that is searched has one."""
    for name, value in request.query:
        if "\0" in name or "\0" in value:
            raise InvalidParameter(name=name.replace("\0", ""), value="\\0", expression="http")


def _check_scope(grant: Grant, request: Request, segments: list[str]) -> None:
    """An application may only use interactions that its scopes name; writing is checked where it is decided."""
    if grant.scopes is None or not segments or not segments[0][:1].isupper():
        return
    is_instance = len(segments) > 1 and not segments[1].startswith("_")
    inner = segments[2] if len(segments) > 2 and not segments[2].startswith("_") else ""
    if request.method in _READS or segments[-1] == "_search":
        check_scope(grant, "r" if is_instance and not inner else "s", inner if inner not in ("", "*") else segments[0])


async def _system(engine: Engine, grant: Grant, request: Request) -> Answer:
    if request.method in _READS:
        return await search(engine, grant, request)
    if request.method != "POST":
        raise MethodNotAllowed(method=request.method, path="")
    bundle = request.resource
    if bundle is None:
        raise BodyMissing
    kind = bundle.get("type") if bundle["resourceType"] == "Bundle" else bundle["resourceType"]
    if kind == "batch":
        return await batch(engine, grant, request, perform)
    if kind == "transaction":
        return await transaction(engine, grant, request, perform)
    raise InvalidBundle("type", expression="Bundle.type", type=kind)


async def _typed(engine: Engine, grant: Grant, request: Request, segments: list[str]) -> Answer:
    if segments[0] == "AuditEvent" and grant.sight is not None:
        return await audit_events(engine, grant, request, segments)
    is_write = request.method not in _READS and segments[-1] != "_search"
    if segments[0] == "Subscription" and is_write and registering.is_mine(grant, request):
        return await registering.write(engine, grant, request, segments)
    return await _recorded(engine, grant, request, segments)


async def _recorded(engine: Engine, grant: Grant, request: Request, segments: list[str]) -> Answer:
    type_ = segments[0]
    match segments[1:]:
        case []:
            return await _type(engine, grant, request, type_)
        case ["_search"] if request.method == "POST":
            return await search(engine, grant, request, types=(type_,))
        case ["_history"] if request.method in _READS:
            return await history(engine, grant, request, type_=type_)
        case [id_]:
            return await _instance(engine, grant, request, type_=type_, id_=check_id(id_))
        case [id_, "_history"] if request.method in _READS:
            return await history(engine, grant, request, type_=type_, id_=check_id(id_))
        case [id_, "_history", version] if request.method in _READS:
            return await vread(engine, grant, request, type_=type_, id_=check_id(id_), version=version)
        case [id_, inner, *rest] if type_ in _COMPARTMENTS and rest in ([], ["_search"]):
            return await _compartment(engine, grant, request, type_=type_, id_=check_id(id_), inner=inner)
        case _:
            raise UnknownPath(path=request.path[:200])


async def _type(engine: Engine, grant: Grant, request: Request, type_: str) -> Answer:
    if request.method in _READS:
        return await search(engine, grant, request, types=(type_,))
    if request.method == "POST":
        chosen = conditional_create if request.if_none_exist is not None else create
        return await chosen(engine, grant, request, type_=type_)
    conditional = {"PUT": conditional_update, "PATCH": conditional_patch, "DELETE": conditional_delete}
    return await conditional[request.method](engine, grant, request, type_=type_)


async def _instance(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str) -> Answer:
    if request.method == "POST":
        raise MethodNotAllowed(method="POST", path=request.path)
    chosen = {"GET": read, "HEAD": read, "PUT": update, "PATCH": patch, "DELETE": delete}[request.method]
    return await chosen(engine, grant, request, type_=type_, id_=id_)


async def _compartment(engine: Engine, grant: Grant, request: Request, *, type_: str, id_: str, inner: str) -> Answer:
    if inner != "*":
        check_type(engine, inner)
    if request.method not in _READS and not request.path.endswith("/_search"):
        raise MethodNotAllowed(method=request.method, path=request.path)
    return await search_compartment(engine, grant, request, kind=type_, id_=id_, type_=inner)


async def _operation(engine: Engine, grant: Grant, request: Request, segments: list[str]) -> Answer:
    name, place = segments[-1].removeprefix("$"), segments[:-1]
    if place and place != [VIEW_DEFINITION]:  # a type that R4 doesn't have: operations are all there is of it
        check_type(engine, place[0])
    if len(place) > 2:
        raise UnknownPath(path=request.path[:200])
    id_ = check_id(place[1]) if len(place) == 2 else ""
    return await invoke(engine, grant, request, name=name, type_=place[0] if place else "", id_=id_)
