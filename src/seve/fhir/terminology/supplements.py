"""Code system supplements: names and properties added to the concepts of another system (R4, 4.8.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seve.fhir import Resource
from seve.fhir.terminology.concepts import Concept, Header, Selection
from seve.fhir.terminology.concepts import Concepts as Plain
from seve.fhir.terminology.hierarchy import Meanings, concept_of, concepts

_ADDED = ("designation", "property")


def additions(supplements: Iterable[Resource]) -> dict[str, dict[str, list[Any]]]:
    """What supplements add, by code: designations and properties."""
    found = dict[str, dict[str, list[Any]]]()
    for resource in supplements:
        for concept in concepts(resource):
            for name in _ADDED:
                if more := concept.detail.get(name):
                    found.setdefault(concept.code, {}).setdefault(name, []).extend(more)
    return found


def supplemented(plain: Iterable[Concept], supplements: Iterable[Resource]) -> Iterator[Concept]:
    """Concepts with what supplements add to them."""
    more = additions(supplements)
    for concept in plain:
        yield extended(concept, more[concept.code]) if concept.code in more else concept


def extended(concept: Concept, added: Mapping[str, list[Any]]) -> Concept:
    """One concept with more designations and properties."""
    detail = dict(concept.detail) | {name: [*concept.detail.get(name, ()), *more] for name, more in added.items()}
    fresh = concept_of({**detail, "code": concept.code}, concept.parents, Meanings.of({}))
    return replace(concept, detail=detail, properties=fresh.properties)


class Supplemented:
    """A code system that stays where it is, its answers extended: filters and texts see what the system itself holds."""

    def __init__(self, plain: Plain, supplements: Iterable[Resource]) -> None:
        self._plain = plain
        self._more = additions(supplements)

    @property
    def header(self) -> Header:
        """What the system says of itself."""
        return self._plain.header

    async def select(self, selection: Selection) -> Sequence[Concept]:
        """The concepts of a selection, extended."""
        return [
            extended(c, self._more[c.code]) if c.code in self._more else c for c in await self._plain.select(selection)
        ]

    async def count(self, selection: Selection) -> int:
        """How many there are."""
        return await self._plain.count(selection)

    async def ancestors(self, code: str) -> frozenset[str]:
        """The codes above one."""
        return await self._plain.ancestors(code)
