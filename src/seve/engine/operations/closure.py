"""$closure: a table of who is above whom that a client keeps up to date (R4, 4.7.14 and ConceptMap-closure)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter
from seve.engine.terminology import asking
from seve.fhir import Resource
from seve.fhir.terminology.concepts import Coding
from seve.fhir.terminology.membership import by_system
from seve.fhir.terminology.subsumption import Relation, relations
from seve.kernel.refusals import Refusal
from seve.store.terminology import closures

if TYPE_CHECKING:
    from seve.store.database import Connection


class UnknownClosure(Refusal):
    """The closure table was not started. Field: `name`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.terminology.unknown_closure"


async def run(call: Call) -> Resource:
    """With a name alone: starts the table. With concepts: the relations that they bring. With a version: those since.

    Raises UnknownClosure, UnknownCodeSystem, UnknownCode.
    """
    name: str = call.one("name")
    added = [(code.system, code.code) for code in map(asking.of_coding, call.parameters.get("concept", ()))]
    async with call.engine.database.transaction() as connection:
        if not added and call.one("version") is None:
            await closures.start(connection, name)
            return _answered(name, 0, ())
        version = await closures.locked(connection, name)
        if version is None:
            raise UnknownClosure(name=name)
        if call.one("version") is not None:
            return _answered(name, version, await closures.relations_since(connection, name, _since(call)))
        return await _extended(call, connection, name, added)


async def _extended(call: Call, connection: Connection, name: str, added: list[Coding]) -> Resource:
    sources = call.engine.terminology.sources(reader=connection)
    before = await closures.concepts(connection, name)
    brought = await relations(sources, before, added)
    return _answered(name, await closures.extend(connection, name, added, relations=brought), brought)


def _since(call: Call) -> int:
    version = call.one("version")
    if not (version.isascii() and version.isdigit() and len(version) < 10) or call.parameters.get("concept"):
        raise InvalidParameter(name="version", value=version, expression="http.version")
    return int(version)


def _answered(name: str, version: int, found: Sequence[Relation]) -> Resource:
    answer: dict[str, Any] = {
        "resourceType": "ConceptMap",
        "version": str(version),
        "name": name,
        "status": "active",
        "experimental": True,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    above = {child: [a for c, (_, a) in found if c == child] for child in dict.fromkeys(c for c, _ in found)}
    groups = [_group(system, codes, above) for system, codes in by_system(above).items()]
    return answer | ({"group": groups} if groups else {})


def _group(system: str, codes: list[str], above: dict[Coding, list[str]]) -> dict[str, Any]:
    elements = [
        {"code": code, "target": [{"code": parent, "equivalence": "subsumes"} for parent in above[system, code]]}
        for code in codes
    ]
    return {"source": system, "target": system, "element": elements}


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/ConceptMap-closure", run),)
