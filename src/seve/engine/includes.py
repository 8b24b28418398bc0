"""`_include` and `_revinclude`: the documents that the matches point to, and those that point to them (R4, 3.1.1.5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from seve.engine.refusals import TooCostly
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.extraction import references
from seve.fhir.search.query import Include, Query
from seve.store import reading
from seve.store.reading import Stored

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant
    from seve.store.reading import Reader

_ROUNDS = 16


async def included(
    engine: Engine, grant: Grant, reader: Reader, query: Query, matches: Sequence[tuple[str, str]]
) -> list[Stored]:
    """The included documents for matches given as (`Type/id`, document); none twice, none that is itself a match.

    Raises TooCostly beyond the limit: a cut list would look complete.
    """
    seen = {reference for reference, _ in matches}
    found: list[Stored] = []
    frontier = [(reference, parse(document.encode())) for reference, document in matches]
    includes, revincludes = query.includes, query.revincludes
    for _ in range(_ROUNDS):
        fresh = await _round(engine, grant, reader, frontier, (includes, revincludes))
        added = [stored for stored in fresh if f"{stored.type}/{stored.id}" not in seen]
        seen.update(f"{stored.type}/{stored.id}" for stored in added)
        found += added
        if len(found) > engine.limits.included_most:
            raise TooCostly(limit=engine.limits.included_most)
        includes, revincludes = _iterated(query.includes), _iterated(query.revincludes)
        frontier = [(f"{s.type}/{s.id}", parse((s.body or "{}").encode())) for s in added]
        if not frontier or not (includes or revincludes):
            break
    return found


def _iterated(includes: Iterable[Include]) -> tuple[Include, ...]:
    return tuple(include for include in includes if include.is_iterated)


async def _round(
    engine: Engine,
    grant: Grant,
    reader: Reader,
    frontier: list[tuple[str, Resource]],
    rules: tuple[tuple[Include, ...], tuple[Include, ...]],
) -> list[Stored]:
    includes, revincludes = rules
    wanted = {r for include in includes for _, resource in frontier for r in _targets(engine, include, resource)}
    found = {(s.type, s.id): s for s in await reading.several(reader, grant, sorted(wanted))} if wanted else {}
    for include in revincludes:
        targets = [r for r, _ in frontier if not include.target or r.startswith(f"{include.target}/")]
        params = include.params or _all_links(engine)
        source = "" if include.source == "*" else include.source
        limit = engine.limits.included_most + 1
        if targets:
            rows = await reading.pointing(reader, grant, targets, params=params, type_=source, limit=limit)
            found |= {(s.type, s.id): s for s in rows}
    return list(found.values())


def _targets(engine: Engine, include: Include, resource: Resource) -> Iterable[str]:
    type_ = resource["resourceType"]
    if include.source not in ("*", type_):
        return
    parameters = include.parameters or [p for p in engine.parameters.of(type_).values() if p.type == "reference"]
    for parameter in parameters:
        for reference in references(resource, parameter, base_url=engine.base_url):
            if not include.target or reference.startswith(f"{include.target}/"):
                yield reference


def _all_links(engine: Engine) -> tuple[int, ...]:
    types = engine.definitions.resource_types
    return tuple(
        {
            key
            for type_ in types
            for p in engine.parameters.of(type_).values()
            if p.type == "reference"
            for key in p.keys
        }
    )
