"""search: by type, in a compartment, or over everything (R4, 3.1.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from seve.engine.access.telling import tell_search
from seve.engine.bundles import bundle, entry, outcome_entry
from seve.engine.includes import included
from seve.engine.outcomes import outcome
from seve.engine.pages import PARAMETER, searched
from seve.engine.refusals import PageGone
from seve.engine.requests import Answer, Pairs, Request
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse as parse_json
from seve.fhir.search.grammar import parse
from seve.fhir.search.keys import compartment_key, value_key
from seve.fhir.search.query import CompartmentMatch, Query
from seve.fhir.subset import elements, summary
from seve.store import sweeping
from seve.store.search import running

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant
    from seve.store.reading import Stored
    from seve.store.search.running import Found, Page, Place

_PRESENTATION = frozenset({"_format", "_pretty", PARAMETER})


async def search(engine: Engine, grant: Grant, request: Request, *, types: tuple[str, ...] = ()) -> Answer:
    """200 with a searchset Bundle."""
    return await answered(engine, grant, request, await parsed(engine, request, types=types))


async def search_compartment(
    engine: Engine, grant: Grant, request: Request, *, kind: str, id_: str, type_: str
) -> Answer:
    """The same, within `[kind]/[id]`; `*` for every type."""
    query = await parsed(engine, request, types=() if type_ == "*" else (type_,))
    return await answered(engine, grant, request, replace(query, criteria=(compartment(kind, id_), *query.criteria)))


def compartment(kind: str, id_: str) -> CompartmentMatch:
    """The criterion of being in a compartment."""
    return CompartmentMatch(f"{kind}/{id_}", kind, id_, (compartment_key(kind),), (value_key(f"{kind}/{id_}"),))


async def parsed(engine: Engine, request: Request, *, types: tuple[str, ...]) -> Query:
    """The query of a request, with what a terminology must decide already decided."""
    pairs = [pair for pair in request.query if pair[0] not in _PRESENTATION]
    query = parse(
        pairs, types=types, parameters=engine.parameters, lenient=request.is_lenient, base_url=engine.base_url
    )
    return await engine.terminology.settled(query)


async def answered(engine: Engine, grant: Grant, request: Request, query: Query) -> Answer:
    """The Bundle for a query, from the page that the request asks for."""
    text, told = searched(_place(request), request.query), urlencode(request.query)
    if query.summary == "count" or query.count == 0:
        async with engine.database.pool.acquire() as connection:
            number = await running.total(connection, grant, query)
        await tell_search(engine, grant, _place(request), query=told, shown=())
        return Answer(200, bundle("searchset", (), links=_links(engine, request, query, {}), total=number))
    token = dict(request.query).get(PARAMETER)
    place = engine.pages.open_token(token, search=text) if token else None
    page, others = await _found(engine, grant, query, place)
    await tell_search(engine, grant, _place(request), query=told, shown=(*page.matches, *others))
    following = {PARAMETER: engine.pages.seal(page.next, search=text)} if page.next else {}
    entries = [_entry(engine, query, found, "match") for found in page.matches]
    entries += [_entry(engine, query, stored, "include") for stored in others]
    if query.ignored:
        entries.append(outcome_entry(outcome(query.ignored)))
    return Answer(200, bundle("searchset", entries, links=_links(engine, request, query, following), total=page.total))


async def _found(engine: Engine, grant: Grant, query: Query, place: Place | None) -> tuple[Page, list[Stored]]:
    """A page with its total, when it is known or asked for, and what is included."""
    count = min(engine.limits.page if query.count is None else query.count, engine.limits.page_most)
    is_counted = query.total in ("accurate", "estimate")
    async with engine.database.pool.acquire() as connection:
        page = await running.search(connection, grant, query, count=count, place=place, is_counted=is_counted)
        if place and await sweeping.is_past(connection, place.snapshot):
            raise PageGone
        return page, await _included(engine, grant, connection, query, page)


async def _included(engine: Engine, grant: Grant, connection: Connection, query: Query, page: Page) -> list[Stored]:
    if not (query.includes or query.revincludes):
        return []
    matches = [(f"{found.type}/{found.id}", found.body) for found in page.matches]
    return await included(engine, grant, connection, query, matches)


def _entry(engine: Engine, query: Query, found: Found | Stored, mode: str) -> str:
    document = found.body or ""
    if query.elements or query.summary not in (None, "false"):
        resource = parse_json(document.encode())
        part = elements(resource, query.elements) if query.elements else summary(resource, query.summary or "false")
        document = encode_json(part).decode()
    return entry(engine.base_url, f"{found.type}/{found.id}", document, mode=mode)


def _links(engine: Engine, request: Request, query: Query, following: dict[str, str]) -> dict[str, str]:
    base = f"{engine.base_url}/{_place(request)}".rstrip("/")
    links = {"self": _url(base, query.pairs)}
    if following:
        asked: Pairs = tuple(pair for pair in request.query if pair[0] != PARAMETER)
        links["next"] = _url(base, (*asked, *following.items()))
    return links


def _place(request: Request) -> str:
    """The path searched, the same for GET and POST, so that a page link by GET continues a search by POST."""
    return request.path.removesuffix("_search").rstrip("/")


def _url(base: str, pairs: Pairs) -> str:
    return f"{base}?{urlencode(pairs)}" if pairs else base
