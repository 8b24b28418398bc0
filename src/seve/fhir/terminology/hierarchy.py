"""From a CodeSystem to its concepts: nesting, parent and child properties, what is abstract, what is inactive (R4, 4.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from seve.fhir import Resource
from seve.fhir.terminology.concepts import Concept

_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
_INACTIVE_STATUSES = frozenset({"retired", "inactive"})
_TRUE = "true"


@dataclass(frozen=True, slots=True)
class Meanings:
    """Which property codes of a system mean what, by their uri or their usual name."""

    parent: frozenset[str]
    child: frozenset[str]
    abstract: frozenset[str]
    inactive: frozenset[str]
    status: frozenset[str]

    @classmethod
    def of(cls, resource: Resource) -> Meanings:
        """As CodeSystem.property declares them."""
        declared = {p["code"]: p.get("uri", "") for p in resource.get("property", ())}

        def named(uri: str, *names: str) -> frozenset[str]:
            usual = {name for name in names if not declared.get(name, "").startswith(_PROPERTIES)}
            return frozenset(usual | {code for code, stated in declared.items() if stated == _PROPERTIES + uri})

        return cls(
            parent=named("parent", "parent", "subsumedBy"),
            child=named("child", "child"),
            abstract=named("notSelectable", "notSelectable", "abstract"),
            inactive=named("inactive", "inactive"),
            status=named("status", "status"),
        )


def concepts(resource: Resource) -> Iterator[Concept]:
    """The concepts of a CodeSystem in its order, each with all of its parents."""
    meanings = Meanings.of(resource)
    flat = list(_flat(resource.get("concept", ()), (), meanings))
    stated = dict[str, list[str]]()
    for concept in flat:
        for name, value in concept.properties:
            if name in meanings.child:
                stated.setdefault(value, []).append(concept.code)
    for concept in flat:
        more = [code for code in stated.get(concept.code, ()) if code not in concept.parents]
        yield replace(concept, parents=(*concept.parents, *more)) if more else concept


def concept_of(element: Mapping[str, Any], above: tuple[str, ...], meanings: Meanings) -> Concept:
    """One CodeSystem.concept under the concepts that it is nested in or said to be under."""
    properties = tuple(_properties(element))
    parents = dict.fromkeys((*above, *(value for name, value in properties if name in meanings.parent)))
    return Concept(
        code=element["code"],
        display=element.get("display", ""),
        parents=tuple(parents),
        properties=properties,
        is_abstract=any(value == _TRUE for name, value in properties if name in meanings.abstract),
        is_active=not any(_is_inactive(name, value, meanings) for name, value in properties),
        detail={key: value for key, value in element.items() if key != "concept"},
    )


def closure(parents: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """All ancestors of each code, itself not among them even where the hierarchy has a circle."""
    found = dict[str, frozenset[str]]()
    for code in parents:
        above, waiting = set[str](), list(parents[code])
        while waiting:
            parent = waiting.pop()
            if parent in found:
                above |= {parent, *found[parent]}
            elif parent not in above and parent in parents:
                above.add(parent)
                waiting.extend(parents[parent])
        found[code] = frozenset(above - {code})
    return found


def _flat(elements: Iterable[Mapping[str, Any]], above: tuple[str, ...], meanings: Meanings) -> Iterator[Concept]:
    waiting = [(element, above) for element in reversed(list(elements))]
    while waiting:
        element, over = waiting.pop()
        concept = concept_of(element, over, meanings)
        yield concept
        waiting.extend((inner, (concept.code,)) for inner in reversed(element.get("concept", ())))


def _properties(element: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in element.get("property", ()):
        value = next((v for k, v in item.items() if k.startswith("value")), None)
        if value is not None:
            yield item["code"], as_text(value)


def as_text(value: Any) -> str:
    """A property's value as filters compare it: booleans in JSON's words, codings by their code."""
    if isinstance(value, bool):
        return _TRUE if value else "false"
    return str(value.get("code", "")) if isinstance(value, dict) else str(value)


def _is_inactive(name: str, value: str, meanings: Meanings) -> bool:
    return (name in meanings.inactive and value == _TRUE) or (name in meanings.status and value in _INACTIVE_STATUSES)
