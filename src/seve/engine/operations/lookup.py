"""CodeSystem/$lookup: what a code system says of a code (R4, CodeSystem-lookup)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seve.engine.operations.registry import Call, Operation
from seve.engine.terminology import asking
from seve.engine.terminology.asking import part, parts
from seve.fhir import Resource
from seve.fhir.terminology.concepts import Concept, Concepts, Filter, Selection, find
from seve.fhir.terminology.displays import chosen, display, speaks
from seve.fhir.terminology.refusals import UnknownCode

_CHILDREN = 1_000


async def run(call: Call) -> Resource:
    """The name and version of the system, and the display, designations and properties of the code. Raises UnknownCode."""
    asking.refuse(call, "date")
    asked = asking.asked_codes(call)[0]
    sources = call.engine.terminology.sources()
    version = call.one("version") or asked.version
    concepts = await asking.code_system(call, sources, asked.system, version=version)
    concept = await find(concepts, asked.code)
    if concept is None:
        raise UnknownCode(system=concepts.header.url, code=asked.code)
    language, header = call.one("displayLanguage", ""), concepts.header
    name = display(concept, language, own=header.resource.get("language", ""))
    return asking.parameters(
        part("name", valueString=header.name),
        part("version", valueString=header.version),
        part("display", valueString=name or concept.code),
        *_designations(call, concept, language),
        *[p async for p in _properties(call, concepts, concept)],
    )


def _designations(call: Call, concept: Concept, language: str) -> Iterator[dict[str, Any]]:
    asked = call.parameters.get("property", ())
    spoken = [name.removeprefix("lang.") for name in asked if name.startswith("lang.")]
    for designation in chosen(concept.designations, (), language=language):
        is_asked = not asked or "designation" in asked
        if is_asked or any(speaks(designation.get("language", ""), one) for one in spoken):
            yield parts("designation", _designation(designation))


def _designation(designation: Any) -> Iterator[dict[str, Any] | None]:
    yield part("language", valueCode=designation.get("language"))
    yield part("use", valueCoding=designation.get("use"))
    yield part("value", valueString=designation["value"])


async def _properties(call: Call, concepts: Concepts, concept: Concept) -> Any:
    asked = call.parameters.get("property", ())

    def is_asked(name: str) -> bool:
        return not asked or name in asked

    if is_asked("definition") and "definition" in concept.detail:
        yield _property("definition", part("value", valueString=concept.detail["definition"]))
    if is_asked("inactive") and not concept.is_active:
        yield _property("inactive", part("value", valueBoolean=True))
    for parent in concept.parents if is_asked("parent") else ():
        yield _property("parent", part("value", valueCode=parent))
    if is_asked("child"):
        below = Selection(filters=(Filter("parent", "=", concept.code),), limit=_CHILDREN)
        for child in await concepts.select(below):
            yield _property("child", part("value", valueCode=child.code))
    for stated in concept.detail.get("property", ()):
        if is_asked(stated["code"]) and stated["code"] not in ("parent", "child", "inactive"):
            yield _property(stated["code"], _value(stated))


def _property(name: str, value: dict[str, Any] | None) -> dict[str, Any]:
    return parts("property", (part("code", valueCode=name), value))


def _value(stated: dict[str, Any]) -> dict[str, Any] | None:
    key = next((key for key in stated if key.startswith("value")), None)
    return {"name": "value", key: stated[key]} if key else None


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup", run),)
