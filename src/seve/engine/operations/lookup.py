"""CodeSystem/$lookup: what a code system says of a code (R4, CodeSystem-lookup)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from seve.engine.operations.registry import Call, Operation
from seve.engine.terminology import asking
from seve.engine.terminology.asking import part, parts
from seve.fhir import Resource
from seve.fhir.terminology.concepts import Concept, Filter, Selection, find
from seve.fhir.terminology.displays import chosen, display, speaks
from seve.fhir.terminology.refusals import UnknownCode

_CHILDREN = 1_000
_Property: TypeAlias = tuple[str, dict[str, Any] | None]


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
    children = await concepts.select(Selection(filters=(Filter("parent", "=", concept.code),), limit=_CHILDREN))
    language, header = call.one("displayLanguage", ""), concepts.header
    name = display(concept, language, own=header.resource.get("language", ""))
    return asking.parameters(
        part("name", valueString=header.name),
        part("version", valueString=header.version),
        part("display", valueString=name or concept.code),
        *_designations(call, concept, language),
        *_properties(call.parameters.get("property", ()), concept, children),
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


def _properties(asked: Sequence[str], concept: Concept, children: Sequence[Concept]) -> Iterator[dict[str, Any]]:
    found = [*_defined(concept), *_placed(concept, children), *_stated(concept)]
    return (
        parts("property", (part("code", valueCode=name), value)) for name, value in found if not asked or name in asked
    )


def _defined(concept: Concept) -> Iterator[_Property]:
    if "definition" in concept.detail:
        yield "definition", part("value", valueString=concept.detail["definition"])
    if not concept.is_active:
        yield "inactive", part("value", valueBoolean=True)


def _placed(concept: Concept, children: Sequence[Concept]) -> Iterator[_Property]:
    for parent in concept.parents:
        yield "parent", part("value", valueCode=parent)
    for child in children:
        yield "child", part("value", valueCode=child.code)


def _stated(concept: Concept) -> Iterator[_Property]:
    for stated in concept.detail.get("property", ()):
        if stated["code"] not in ("parent", "child", "inactive"):
            key = next((key for key in stated if key.startswith("value")), None)
            yield stated["code"], {"name": "value", key: stated[key]} if key else None


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup", run),)
