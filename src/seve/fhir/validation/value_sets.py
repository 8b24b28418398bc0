"""The value sets that the definitions enumerate by themselves (FHIR R4, ValueSet composition rules), expanded when asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from seve.fhir.definitions import Definitions

_Pairs: TypeAlias = frozenset[tuple[str, str]]
_ANY = "*"
_PARENTS = ("parent", "subsumedBy")


@dataclass(frozen=True, slots=True)
class Expansion:
    """What is known of a value set: its members, and the systems of which nothing can be said here (`*` for all)."""

    pairs: _Pairs = frozenset()
    codes: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()


_UNKNOWN = Expansion(undecided=frozenset({_ANY}))


class BuiltinTerminology:
    """Answers from complete code systems and concept lists in the definitions; None for all else."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._expansions: dict[str, Expansion] = {}

    def member(self, value_set: str, system: str | None, code: str) -> bool | None:
        """Whether `code` is in `value_set`; None when its definition doesn't enumerate it."""
        found = self._expansions.get(value_set) or self.expansion(value_set)
        if (system, code) in found.pairs or (system is None and code in found.codes):
            return True
        if _ANY in found.undecided or (found.undecided and (system is None or system in found.undecided)):
            return None
        return False

    def expansion(self, value_set: str) -> Expansion:
        """All that is known of a value set, by canonical; nothing while it is being expanded by itself."""
        if value_set not in self._expansions:
            self._expansions[value_set] = _UNKNOWN
            self._expansions[value_set] = self._expand(value_set)
        return self._expansions[value_set]

    def _expand(self, value_set: str) -> Expansion:
        resource = self._definitions.resource("ValueSet", value_set)
        compose = resource.get("compose") if resource else None
        if not compose:
            return _UNKNOWN
        pairs, undecided = self._union(compose["include"])
        without, unsure = self._union(compose.get("exclude", ()))
        kept = frozenset(pair for pair in pairs - without if not _hides(unsure, pair[0]))
        doubted = {pair[0] for pair in pairs - without - kept}
        return Expansion(kept, frozenset(code for _, code in kept), undecided | doubted)

    def _union(self, includes: Iterable[dict[str, Any]]) -> tuple[_Pairs, frozenset[str]]:
        pairs: set[tuple[str, str]] = set()
        undecided: set[str] = set()
        for include in includes:
            found, unsure = self._include(include)
            pairs |= found
            undecided |= unsure
        return frozenset(pairs), frozenset(undecided)

    def _include(self, include: dict[str, Any]) -> tuple[_Pairs, frozenset[str]]:
        """One include: what its system gives and all of its value sets give too."""
        parts: list[tuple[_Pairs, frozenset[str]]] = []
        if "system" in include:
            parts.append(self._system(include))
        for canonical in include.get("valueSet", ()):
            nested = self.expansion(canonical)
            parts.append((nested.pairs, nested.undecided))
        if len(parts) > 1 and any(unsure for _, unsure in parts):
            return frozenset(), frozenset({include.get("system", _ANY)})
        pairs, undecided = parts[0]
        for more, _ in parts[1:]:
            pairs &= more
        return pairs, undecided

    def _system(self, include: dict[str, Any]) -> tuple[_Pairs, frozenset[str]]:
        system: str = include["system"]
        if "concept" in include:
            return frozenset((system, concept["code"]) for concept in include["concept"]), frozenset()
        code_system = self._definitions.resource("CodeSystem", system)
        if code_system is None or code_system.get("content") != "complete":
            return frozenset(), frozenset({system})
        concepts = list(_concepts(code_system.get("concept", ()), ()))
        for filter_ in include.get("filter", ()):
            keeps = _filter(filter_, concepts)
            if keeps is None:
                return frozenset(), frozenset({system})
            concepts = [concept for concept in concepts if keeps(concept)]
        return frozenset((system, concept.code) for concept in concepts), frozenset()


@dataclass(frozen=True, slots=True)
class _Concept:
    code: str
    parents: tuple[str, ...]
    properties: tuple[tuple[str, object], ...]


_Keeps: TypeAlias = Callable[[_Concept], bool]


def _hides(undecided: frozenset[str], system: str) -> bool:
    return system in undecided or _ANY in undecided


def _concepts(concepts: Iterable[dict[str, Any]], above: tuple[str, ...]) -> Iterator[_Concept]:
    for concept in concepts:
        code: str = concept["code"]
        properties = tuple(_properties(concept))
        stated = tuple(str(value) for name, value in properties if name in _PARENTS)
        yield _Concept(code, above + stated, properties)
        yield from _concepts(concept.get("concept", ()), (code,))


def _properties(concept: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for item in concept.get("property", ()):
        value = next((v for k, v in item.items() if k.startswith("value")), None)
        yield item["code"], value["code"] if isinstance(value, dict) else value


def _filter(filter_: dict[str, Any], concepts: list[_Concept]) -> _Keeps | None:
    operator, name, value = filter_["op"], filter_["property"], filter_["value"]
    if operator in ("is-a", "descendent-of", "is-not-a"):
        below = _descendants(value, concepts)
        return {
            "is-a": lambda c: c.code == value or c.code in below,
            "descendent-of": lambda c: c.code in below,
            "is-not-a": lambda c: c.code != value and c.code not in below,
        }[operator]
    if operator == "=":
        return lambda c: any(n == name and str(v) == value for n, v in c.properties)
    if operator == "regex" and name in ("code", "concept"):
        pattern = re.compile(value)
        return lambda c: pattern.fullmatch(c.code) is not None
    return None


def _descendants(ancestor: str, concepts: list[_Concept]) -> set[str]:
    children: dict[str, list[str]] = {}
    for concept in concepts:
        for parent in concept.parents:
            children.setdefault(parent, []).append(concept.code)
    found: set[str] = set()
    waiting = [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
