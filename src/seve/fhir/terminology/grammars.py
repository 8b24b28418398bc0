"""Code systems that are grammars, with no list of codes: UCUM, languages (BCP 47), media types (BCP 13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import re2

from seve.fhir import units
from seve.fhir.terminology.concepts import Concept, Filter, Header, Selection
from seve.fhir.terminology.filters import keeps
from seve.fhir.terminology.refusals import NotEnumerable

UCUM = "http://unitsofmeasure.org"
_TOKEN = r"[A-Za-z0-9!#$&^_.+\-]+"  # noqa: S105 - RFC 7231's word for it
# R4's own examples name formats as `_format` does, and have spaces in the values of parameters.
_MEDIA_TYPE = re2.compile(rf"(json|xml|ttl|{_TOKEN}/({_TOKEN}|\*))(\s*;\s*{_TOKEN}=[^;]+)*")
_LANGUAGE = re2.compile(
    r"(([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?"
    r"(-([A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*)?(-?[xX](-[A-Za-z0-9]{1,8})+)?"
)


@dataclass(frozen=True, slots=True)
class _Grammar:
    title: str
    is_case_sensitive: bool
    accepts: Callable[[str], bool]


_GRAMMARS: Mapping[str, _Grammar] = MappingProxyType(
    {
        UCUM: _Grammar("UCUM", True, units.is_valid),
        "urn:ietf:bcp:47": _Grammar("BCP 47", False, lambda code: bool(code) and _LANGUAGE.fullmatch(code) is not None),
        "urn:ietf:bcp:13": _Grammar("BCP 13", False, lambda code: _MEDIA_TYPE.fullmatch(code) is not None),
    }
)


@cache
def grammar(url: str) -> GrammarConcepts | None:
    """The code system of a url that is a grammar; None for others."""
    return GrammarConcepts(url, _GRAMMARS[url]) if url in _GRAMMARS else None


class GrammarConcepts:
    """Every code that the grammar accepts; nothing is above another. UCUM's `canonical` filter asks for a dimension."""

    def __init__(self, url: str, rules: _Grammar) -> None:
        self._rules = rules
        resource = {
            "resourceType": "CodeSystem",
            "url": url,
            "title": rules.title,
            "caseSensitive": rules.is_case_sensitive,
            "content": "not-present",
            "status": "active",
        }
        self._header = Header(url, "", resource)

    @property
    def header(self) -> Header:
        """What is known of it."""
        return self._header

    async def select(self, selection: Selection) -> Sequence[Concept]:
        """Those of the codes asked for that exist. Raises NotEnumerable without codes."""
        if selection.codes is None:
            raise NotEnumerable(url=self._header.url)
        found = [Concept(code, code) for code in selection.codes if self._rules.accepts(code)]
        return [c for c in found if all(self._keeps(f, c) for f in selection.filters) and _says(c, selection.words)]

    async def count(self, selection: Selection) -> int:
        """Raises NotEnumerable without codes."""
        return len(await self.select(selection))

    async def ancestors(self, code: str) -> frozenset[str]:
        """None."""
        del code
        return frozenset()

    def _keeps(self, filter_: Filter, concept: Concept) -> bool:
        if self._header.url == UCUM and filter_.property == "canonical" and filter_.operator == "=":
            return units.comparable(concept.code, filter_.value)
        return keeps(filter_, lambda _: frozenset())(concept)


def _says(concept: Concept, words: Sequence[str]) -> bool:
    return all(word in concept.folded for word in words)
