"""`NamingSystem/$preferred-id`: from one identifier of a naming system to the one of the kind asked for that is preferred."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from seve.engine.interactions.search import parsed
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter, NotFound
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal
from seve.store.search import running

_KINDS = ("oid", "uuid", "uri", "other")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST = 100


class SeveralSystems(Refusal):
    """More than one naming system has the identifier."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "multiple-matches"
    key: ClassVar[str] = "engine.operations.several_systems"


async def preferred_id(call: Call) -> Resource:
    """Parameters with `result`; OIDs and UUIDs without `urn:`."""
    kind, given = call.one("type"), call.one("id")
    if kind not in _KINDS:
        raise InvalidParameter(name="type", value=kind[:100], expression="http.type")
    found = await _systems(call, given)
    if len({system.get("name") for system in found}) > 1:
        raise SeveralSystems(id=given[:200])
    values = [row["value"] for system in found for row in _ranked(system["uniqueId"], kind)]
    if not values:
        raise NotFound(type="NamingSystem", id=given[:200])
    return {"resourceType": "Parameters", "parameter": [{"name": "result", "valueString": _plain(values[0])}]}


async def _systems(call: Call, given: str) -> list[Resource]:
    """The naming systems that are not retired and have the identifier, in any of its forms."""
    forms = ",".join(_escaped(form) for form in _forms(given))
    pairs = (("value", forms), ("status:not", "retired"))
    query = await parsed(call.engine, replace(call.request, query=pairs, resource=None), types=("NamingSystem",))
    async with call.engine.database.pool.acquire() as connection:
        page = await running.search(connection, call.grant, query, count=_MOST)
    found = (parse(match.body.encode()) for match in page.matches)
    return [s for s in found if any(_plain(row["value"]) == _plain(given) for row in s["uniqueId"])]


def _forms(given: str) -> Iterator[str]:
    plain = _plain(given)
    yield plain
    if _OID.fullmatch(plain):
        yield f"urn:oid:{plain}"
    if _UUID.fullmatch(plain):
        yield f"urn:uuid:{plain}"


def _plain(value: str) -> str:
    return value.removeprefix("urn:oid:").removeprefix("urn:uuid:")


def _escaped(text: str) -> str:
    for character in "\\,|$":
        text = text.replace(character, f"\\{character}")
    return text


def _ranked(rows: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return sorted((row for row in rows if row["type"] == kind), key=lambda row: not row.get("preferred"))


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/NamingSystem-preferred-id", preferred_id),)
