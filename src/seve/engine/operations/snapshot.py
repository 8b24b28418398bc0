"""`StructureDefinition/$snapshot`: a structure definition with the snapshot that its differential and its base make."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from seve.engine.interactions.search import parsed
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import Gone, NotFound
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.profiles.snapshot import SnapshotError
from seve.fhir.profiles.snapshot import snapshot as elements_of
from seve.kernel.refusals import Refusal
from seve.store.search import running


class OneDefinition(Refusal):
    """The definition is given, or named by its canonical or its id: exactly one of these."""

    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "engine.operations.one_definition"


class NoSnapshot(Refusal):
    """No snapshot can be made: a base or a type is unknown, or the differential leads nowhere."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "engine.operations.no_snapshot"


async def snapshot(call: Call) -> Resource:
    """The StructureDefinition, its snapshot made anew from its differential."""
    definition = await _asked(call)
    if "differential" in definition:
        definition = {key: value for key, value in definition.items() if key != "snapshot"}
    known = call.engine.definitions.with_resources(await _stored_bases(call, definition))
    try:
        elements = elements_of(definition, known)
    except (SnapshotError, KeyError) as error:
        raise NoSnapshot(reason=str(error)) from error
    made: Resource = {}
    for key, value in definition.items():
        if key == "differential":
            made["snapshot"] = {"element": elements}
        made[key] = value
    return made | {"snapshot": {"element": elements}}


async def _asked(call: Call) -> Resource:
    given, url = call.one("definition"), call.one("url")
    if sum(map(bool, (given, url, call.id))) != 1:
        raise OneDefinition
    if given is not None:
        return given
    if call.id:
        return await _stored(call)
    found = await _named(call, url) or call.engine.definitions.resource("StructureDefinition", url)
    if found is None:
        raise NotFound(type="StructureDefinition", id=url[:200])
    return found


async def _stored(call: Call) -> Resource:
    stored = await call.engine.reads.read(call.grant, call.type, call.id)
    if stored is None:
        raise NotFound(type=call.type, id=call.id)
    if stored.body is None:
        raise Gone(type=call.type, id=call.id)
    return parse(stored.body.encode())


async def _named(call: Call, canonical: str) -> Resource | None:
    """The stored definition of a canonical, the latest one."""
    url, _, version = canonical.partition("|")
    pairs = (("url", url), ("version", version)) if version else (("url", url),)
    query = await parsed(call.engine, replace(call.request, query=pairs, resource=None), types=("StructureDefinition",))
    async with call.engine.database.pool.acquire() as connection:
        page = await running.search(connection, call.grant, query, count=1)
    return parse(page.matches[0].body.encode()) if page.matches else None


async def _stored_bases(call: Call, definition: Resource) -> list[Resource]:
    """The bases that the definitions in force don't have, as far as they are stored."""
    found, base = list[Resource](), definition.get("baseDefinition", "")
    while base and call.engine.definitions.resource("StructureDefinition", base) is None:
        stored = await _named(call, base)
        if stored is None or any(stored["url"] == other["url"] for other in found):
            break
        found.append(stored)
        base = stored.get("baseDefinition", "")
    return found


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/StructureDefinition-snapshot", snapshot),)
