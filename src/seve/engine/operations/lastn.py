"""`Observation/$lastn`: the most recent observations for each code that a search finds."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from seve.engine.access.telling import tell_search
from seve.engine.bundles import bundle, entry
from seve.engine.interactions.search import parsed
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter, TooCostly
from seve.engine.requests import Answer
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.query import Sort
from seve.store.search import running

_MOST = 10_000


async def lastn(call: Call) -> Answer:
    """A searchset, by code, the latest first; `max` (default 1) observations of each code, ties included."""
    most = call.one("max", 1)
    if most < 1:
        raise InvalidParameter(name="max", value=most, expression="http.max")
    pairs = tuple(pair for pair in call.request.query if pair[0] not in ("max", "_count", "_sort"))
    query = await parsed(call.engine, replace(call.request, query=pairs, resource=None), types=("Observation",))
    date = call.engine.parameters.of("Observation")["date"]
    query = replace(query, sort=(Sort("date", "date", date.keys, is_descending=True),))
    async with call.engine.database.pool.acquire() as connection:
        page = await running.search(connection, call.grant, query, count=_MOST)
    await tell_search(call.engine, call.grant, "Observation", query=urlencode(pairs), shown=page.matches)
    if page.next is not None:
        raise TooCostly(limit=_MOST)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for found in page.matches:
        resource = parse(found.body.encode())
        group = groups.setdefault(_code(resource), [])
        time = _time(resource)
        if len(group) < most or time == group[-1][0]:
            group.append((time, f"Observation/{found.id}", found.body))
    base = call.engine.base_url
    entries = [entry(base, reference, body, mode="match") for group in groups.values() for _, reference, body in group]
    return Answer(200, bundle("searchset", entries, links={"self": f"{base}/{call.request.path}"}, total=len(entries)))


def _code(resource: Resource) -> str:
    code = resource["code"]
    codings = sorted(f"{c.get('system', '')}|{c['code']}" for c in code.get("coding", ()) if "code" in c)
    return codings[0] if codings else code.get("text", "")


def _time(resource: Resource) -> str:
    period = resource.get("effectivePeriod", {})
    return (
        resource.get("effectiveDateTime")
        or resource.get("effectiveInstant")
        or period.get("end")
        or period.get("start")
        or ""
    )


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Observation-lastn", lastn, takes_search=True),)
