"""Conditional create, update, patch and delete: the resource is selected by a search (R4, 3.1.0.8.1 and following).

Equal conditions wait for one another (an advisory lock on the condition), so that of many equal conditional creates at once
one creates and the others find what it created.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from seve.engine.interactions import create as creating
from seve.engine.interactions import delete as deleting
from seve.engine.interactions import patch as patching
from seve.engine.interactions import update as updating
from seve.engine.interactions.create import answered
from seve.engine.interactions.naming import body_of
from seve.engine.interactions.search import parsed
from seve.engine.refusals import IdMismatch, MultipleMatches, NoCriteria, NotFound
from seve.engine.requests import Answer, Pairs, Request
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.store.deeds import Deed, Written
from seve.store.search import running
from seve.store.search.running import Found
from seve.store.writing import Writing

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant


def lock_of(type_: str, pairs: Pairs) -> int:
    """The advisory lock of a condition, whatever the order of its criteria."""
    return value_key(f"condition {type_}?{sorted(pairs)}")


def criteria_of(text: str) -> Pairs:
    """The criteria of an `If-None-Exist` header or of a conditional url."""
    return tuple(parse_qsl(text.removeprefix("?"), keep_blank_values=True))


async def selected(
    engine: Engine, grant: Grant, connection: Connection, *, type_: str, pairs: Pairs, interaction: str
) -> Found | None:
    """The one resource that a condition selects, or None. Raises MultipleMatches, NoCriteria, or what the search refuses."""
    criteria = tuple(pair for pair in pairs if pair[0] not in ("_format", "_pretty"))
    request = Request("GET", type_, query=criteria)
    query = await parsed(engine, request, types=(type_,))
    if not query.criteria:
        raise NoCriteria(interaction=interaction)
    page = await running.search(connection, grant, replace(query, sort=()), count=2)
    if len(page.matches) > 1:
        text = "&".join(f"{name}={value}" for name, value in criteria)
        raise MultipleMatches(type=type_, criteria=text[:200])
    return page.matches[0] if page.matches else None


async def conditional_create(engine: Engine, grant: Grant, request: Request, *, type_: str) -> Answer:
    """201 when nothing matched, 200 with the one that matched, 412 when several do."""
    pairs = criteria_of(request.if_none_exist or "")
    resource = body_of(request, type_)
    await engine.check(resource)
    async with engine.writing(locks=[lock_of(type_, pairs)]) as writing:
        found = await selected(engine, grant, writing.connection, type_=type_, pairs=pairs, interaction="create")
        if found:
            location = f"{type_}/{found.id}/_history/{found.version}"
            return Answer(200, found.body, version=found.version, vid=found.vid, location=location)
        return answered(await _written(writing, grant, creating.deed(engine, resource, new_id())))


async def conditional_update(engine: Engine, grant: Grant, request: Request, *, type_: str) -> Answer:
    """200 on the one that matched, 201 when none did (under the body's id when it has one), 412 when several do."""
    resource = body_of(request, type_)
    await engine.check(resource)
    async with engine.writing(locks=[lock_of(type_, request.query)]) as writing:
        found = await selected(
            engine, grant, writing.connection, type_=type_, pairs=request.query, interaction="update"
        )
        id_ = resource.get("id")
        if found and id_ not in (None, found.id):
            raise IdMismatch(expected=found.id, found=id_, expression=f"{type_}.id")
        target = found.id if found else id_ or new_id()
        is_new = not found and not id_
        deed = updating.deed(engine, request, {**resource, "id": target}, target, is_new=is_new)
        return answered(await _written(writing, grant, deed))


async def conditional_patch(engine: Engine, grant: Grant, request: Request, *, type_: str) -> Answer:
    """200 on the one that matched, 404 when none did, 412 when several do."""
    async with engine.writing(locks=[lock_of(type_, request.query)]) as writing:
        found = await selected(engine, grant, writing.connection, type_=type_, pairs=request.query, interaction="patch")
        if found is None:
            raise NotFound(type=type_, id="?" + "&".join(f"{n}={v}" for n, v in request.query)[:200])
        return answered(await _written(writing, grant, patching.deed(engine, request, type_, found.id)))


async def conditional_delete(engine: Engine, grant: Grant, request: Request, *, type_: str) -> Answer:
    """204 when one or none matched, 412 when several do."""
    async with engine.writing(locks=[lock_of(type_, request.query)]) as writing:
        found = await selected(
            engine, grant, writing.connection, type_=type_, pairs=request.query, interaction="delete"
        )
        if found is None:
            return Answer(204)
        return answered(await _written(writing, grant, deleting.deed(request, type_, found.id)))


async def _written(writing: Writing, grant: Grant, deed: Deed) -> Written:
    [outcome] = await writing.write([(grant, [deed])])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome[0]
