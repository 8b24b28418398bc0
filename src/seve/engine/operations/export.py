"""`$export` of the system, of all patients, or of a group (Bulk Data Access v2): the kick-off; see engine/tasks for the work."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from seve.engine.operations.everything import types_of_patients
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import Gone, InvalidParameter, MethodNotAllowed, NotFound
from seve.engine.requests import Answer
from seve.engine.tasks.exporting import Asked, filters
from seve.engine.tasks.following import start
from seve.engine.tasks.refusals import AsynchronousOnly
from seve.fhir.codec.json import parse
from seve.fhir.search.dates import moment
from seve.kernel.identifiers import first_vid_of
from seve.store import reading

_DEFINITIONS = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_FORMATS = ("application/fhir+ndjson", "application/ndjson", "ndjson")
_NEXT_FILTER = re.compile(r",(?=[A-Z][A-Za-z]+\?)")
_ELEMENT = re.compile(r"(?:[A-Z][A-Za-z]+\.)?[a-z][A-Za-z0-9]*")


async def export(call: Call) -> Answer:
    """202 with where to follow the task."""
    if call.request.method == "HEAD":
        raise MethodNotAllowed(method="HEAD", path=call.request.path)
    if not call.request.is_asynchronous:
        raise AsynchronousOnly(operation="$export")
    _check_format(call.one("_outputFormat", _FORMATS[0]))
    for value in call.parameters.get("includeAssociatedData", ()):
        raise _invalid("includeAssociatedData", value)
    types = _types(call)
    asked = Asked(
        url=url_of(call),
        since=since_of(call.one("_since")),
        until=call.engine.database.clock.next(),
        types=types,
        filters=await _filters(call, types),
        elements=_elements(call),
        is_of_patients=bool(call.type),
        members=await _members(call),
    )
    return await start(call.engine, call.grant, kind="export", request=asdict(asked))


def _invalid(name: str, value: object) -> InvalidParameter:
    return InvalidParameter(name=name, value=str(value)[:200], expression=f"http.{name}")


def _check_format(value: str) -> None:
    if value.replace(" ", "+") not in _FORMATS:  # a plus sign in a query string is a space
        raise _invalid("_outputFormat", value)


def _listed(call: Call, name: str) -> list[str]:
    return [part for value in call.parameters.get(name, ()) for part in value.split(",") if part]


def _types(call: Call) -> list[str]:
    known = types_of_patients() if call.type else sorted(call.engine.definitions.resource_types)
    asked = list(dict.fromkeys(_listed(call, "_type")))
    for type_ in asked:
        if type_ not in known:
            raise _invalid("_type", type_)
    return asked or list(known)


def since_of(value: str | None) -> int:
    """The last `vid` of the millisecond; 0 when everything is asked for."""
    if value is None:
        return 0
    try:
        lo, _ = moment(value.replace(" ", "+"))
    except ValueError as error:
        raise _invalid("_since", value) from error
    return max(1, first_vid_of(lo // 1_000 + 1) - 1)


async def _filters(call: Call, types: list[str]) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for text in (t for value in call.parameters.get("_typeFilter", ()) for t in _NEXT_FILTER.split(value)):
        type_, mark, query = text.partition("?")
        if not mark or type_ not in types:
            raise _invalid("_typeFilter", text)
        await filters(call.engine, type_, [query])
        found.setdefault(type_, []).append(query)
    return found


def _elements(call: Call) -> list[str]:
    names = _listed(call, "_elements")
    for name in names:
        type_ = name.rpartition(".")[0]
        if not _ELEMENT.fullmatch(name) or (type_ and type_ not in call.engine.definitions.resource_types):
            raise _invalid("_elements", name)
    return names


async def _members(call: Call) -> list[str] | None:
    """The ids of the patients meant; None for all that the level has."""
    named = await named_patients(call)
    if not call.id:
        return named
    members = await _members_of(call, call.id)
    if named is None:
        return sorted(members)
    for id_ in named:
        if id_ not in members:
            raise _invalid("patient", f"Patient/{id_}")
    return named


async def named_patients(call: Call) -> list[str] | None:
    """The ids of the patients that a call names, which must be there to be seen; None when it names none."""
    values = call.parameters.get("patient")
    if not values:
        return None
    if call.request.method != "POST":
        raise _invalid("patient", values[0])
    references = [_reference(value) for value in values]
    known = await reading.several(call.engine.database.pool, call.grant, references)
    ids = {stored.id for stored in known}
    for reference in references:
        if reference[8:] not in ids or not reference.startswith("Patient/"):
            raise _invalid("patient", reference)
    return sorted(ids)


def _reference(value: Any) -> str:
    return value.get("reference", "") if isinstance(value, dict) else str(value)


async def _members_of(call: Call, id_: str) -> set[str]:
    """The active patients of a group and of the groups in it."""
    stored = await call.engine.reads.read(call.grant, "Group", id_)
    if stored is None:
        raise NotFound(type="Group", id=id_)
    if stored.body is None:
        raise Gone(type="Group", id=id_)
    frontier, seen = {f"Group/{id_}"}, set[str]()
    while groups := sorted(r for r in frontier - seen if r.startswith("Group/")):
        seen |= frontier
        rows = await reading.several(call.engine.database.pool, call.grant, groups)
        frontier = set[str]().union(*(_active(parse((row.body or "{}").encode()).get("member", ())) for row in rows))
    return {r[8:] for r in seen | frontier if r.startswith("Patient/")}


def _active(members: Iterable[dict[str, Any]]) -> set[str]:
    return {m.get("entity", {}).get("reference", "") for m in members if not m.get("inactive")}


def url_of(call: Call) -> str:
    """What was asked, as its url."""
    url = f"{call.engine.base_url}/{call.request.path}"
    return f"{url}?{urlencode(call.request.query)}" if call.request.query else url


OPERATIONS = tuple(Operation(f"{_DEFINITIONS}/{name}", export) for name in ("export", "patient-export", "group-export"))
