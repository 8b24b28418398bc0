"""A code system in memory: built from a CodeSystem and its supplements when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from seve.fhir import Resource
from seve.fhir.terminology.concepts import Concept, Header, Selection
from seve.fhir.terminology.filters import Keeps, keeps
from seve.fhir.terminology.hierarchy import closure, concepts
from seve.fhir.terminology.supplements import supplemented


class MemoryConcepts:
    """The concepts of one CodeSystem resource; those of its supplements add names and properties."""

    def __init__(self, resource: Resource, supplements: Iterable[Resource] = ()) -> None:
        self._concepts = list(supplemented(concepts(resource), supplements))
        self._header = header_of(resource)
        key = self._header.key
        self._by_key = {key(concept.code): concept for concept in reversed(self._concepts)}

    @property
    def header(self) -> Header:
        """What it says of itself."""
        return self._header

    async def select(self, selection: Selection) -> Sequence[Concept]:
        """The concepts of a selection."""
        end = None if selection.limit is None else selection.offset + selection.limit
        return list(islice(self._selected(selection), selection.offset, end))

    async def count(self, selection: Selection) -> int:
        """How many there are."""
        return len(self._concepts) if selection.is_everything else sum(1 for _ in self._selected(selection))

    async def ancestors(self, code: str) -> frozenset[str]:
        """The codes above one."""
        return self._above(code)

    def _above(self, code: str) -> frozenset[str]:
        found = self._by_key.get(self._header.key(code))
        return self._closure[found.code] if found else frozenset()

    @cached_property
    def _closure(self) -> Mapping[str, frozenset[str]]:
        return closure({concept.code: concept.parents for concept in self._concepts})

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {concept.code: concept.folded for concept in self._concepts}

    def _selected(self, selection: Selection) -> Iterator[Concept]:
        tests = list(self._tests(selection))
        for concept in self._candidates(selection):
            if all(test(concept) for test in tests):
                yield concept

    def _candidates(self, selection: Selection) -> Iterable[Concept]:
        if selection.codes is None:
            return self._concepts
        keys = dict.fromkeys(self._header.key(code) for code in selection.codes)
        return [self._by_key[key] for key in keys if key in self._by_key]

    def _tests(self, selection: Selection) -> Iterator[Keeps]:
        if selection.is_active_only:
            yield lambda c: c.is_active
        if selection.is_concrete_only:
            yield lambda c: not c.is_abstract
        for filter_ in selection.filters:
            yield keeps(filter_, self._above)
        for word in selection.words:
            yield self._says(word)

    def _says(self, word: str) -> Keeps:
        return lambda c: word in self._folded[c.code]


def header_of(resource: Resource) -> Header:
    """A CodeSystem without its concepts."""
    kept: dict[str, Any] = {key: value for key, value in resource.items() if key != "concept"}
    is_complete = resource.get("content") == "complete"
    return Header(resource["url"], resource.get("version", ""), kept, is_complete=is_complete)
