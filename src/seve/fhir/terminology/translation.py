"""ConceptMap (R4, 4.10): which concepts a concept maps to, in either direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from seve.fhir import Resource

_INVERSE: Mapping[str, str] = MappingProxyType(
    {"wider": "narrower", "narrower": "wider", "subsumes": "specializes", "specializes": "subsumes"}
)
_NO_MATCH = frozenset({"unmatched", "disjoint"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What to translate. `version` is that of the source system; `dependencies` pairs of element and coding that hold."""

    system: str
    code: str
    version: str = ""
    target_system: str = ""
    dependencies: frozenset[tuple[str, str, str]] = frozenset()
    is_reverse: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that another maps to; `source` is the canonical of the map, `products` ConceptMap's product elements."""

    equivalence: str
    coding: Mapping[str, str]
    source: str
    products: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_match(self) -> bool:
        """Whether it says that something corresponds, not that nothing does."""
        return self.equivalence not in _NO_MATCH


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A group that sends what it doesn't map to another map, by its canonical."""

    canonical: str


def matches(concept_map: Resource, asked: Asked) -> Iterator[Match | Elsewhere]:
    """What a map says of a concept, group by group, in its order."""
    for group in concept_map.get("group", ()):
        if asked.is_reverse:
            yield from _backward(concept_map, group, asked)
        elif _is_from(group, "source", asked) and asked.target_system in ("", group.get("target")):
            yield from _forward(concept_map, group, asked)


def _is_from(group: Mapping[str, Any], side: str, asked: Asked) -> bool:
    version = group.get(f"{side}Version")
    return group.get(side) == asked.system and (not asked.version or version in (None, asked.version))


def _forward(concept_map: Resource, group: Mapping[str, Any], asked: Asked) -> Iterator[Match | Elsewhere]:
    elements = [e for e in group.get("element", ()) if e.get("code") == asked.code]
    for element in elements:
        for target in element.get("target", ()):
            if _holds(target.get("dependsOn", ()), asked):
                coding = _coding(group, "target", target) if "code" in target else {}
                products = tuple(target.get("product", ()))
                yield Match(target["equivalence"], coding, concept_map.get("url", ""), products)
    if not elements and (unmapped := group.get("unmapped")):
        yield from _unmapped(concept_map, group, unmapped, asked)


def _unmapped(
    concept_map: Resource, group: Mapping[str, Any], unmapped: Mapping[str, Any], asked: Asked
) -> Iterator[Match | Elsewhere]:
    source = concept_map.get("url", "")
    match unmapped["mode"]:
        case "provided":
            yield Match("equal", _coding(group, "target", {"code": asked.code}), source)
        case "fixed":
            yield Match("inexact", _coding(group, "target", unmapped), source)
        case _:
            yield Elsewhere(unmapped["url"])


def _backward(concept_map: Resource, group: Mapping[str, Any], asked: Asked) -> Iterator[Match]:
    if not _is_from(group, "target", asked) or asked.target_system not in ("", group.get("source")):
        return
    for element in group.get("element", ()):
        for target in element.get("target", ()):
            if target.get("code") == asked.code and "code" in element and _holds(target.get("product", ()), asked):
                stated: str = target["equivalence"]
                coding = _coding(group, "source", element)
                products = tuple(target.get("dependsOn", ()))
                yield Match(_INVERSE.get(stated, stated), coding, concept_map.get("url", ""), products)


def _holds(dependencies: Iterable[Mapping[str, Any]], asked: Asked) -> bool:
    """Whether all that a mapping depends on was said; a value is compared as a code of its system."""
    return all((d["property"], d.get("system", ""), d["value"]) in asked.dependencies for d in dependencies)


def _coding(group: Mapping[str, Any], side: str, concept: Mapping[str, Any]) -> dict[str, str]:
    parts = {
        "system": group.get(side),
        "version": group.get(f"{side}Version"),
        "code": concept["code"],
        "display": concept.get("display"),
    }
    return {key: value for key, value in parts.items() if value}
