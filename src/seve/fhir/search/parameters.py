"""Search parameters by resource type, read from the SearchParameter definitions in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.search.branches import branches, head
from seve.fhir.search.keys import param_key
from seve.fhir.search.paths import paths
from seve.fhir.search.sharing import IS_TYPE, Branched, shared

SearchType: TypeAlias = Literal[
    "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"
]
_ABSTRACT = ("Resource", "DomainResource")
_ASKED_TYPE = re.compile(re.escape(IS_TYPE) + r"(\w+)\)$")
_UNDEFINED: tuple[tuple[str, SearchType, str], ...] = (
    ("_source", "uri", "Resource.meta.source"),
    ("_list", "special", ""),
    ("_has", "special", ""),
    ("_type", "special", ""),
)
"""Parameters of R4's search page that have no SearchParameter resource."""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite: the definition it refers to, its type, and its expression from the composite's root."""

    definition: str
    type: SearchType
    expression: str


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """A search parameter of one resource type; `expression` is only the part for that type, "" when there is none.

    `keys` are those its values are stored under: its own `key`, or those of the parameters whose expressions make up its own
    (`combo-code`), or whose references it narrows to a type (`patient`). `marked` are those that its presence (`:missing`) and
    `IDENTIFIER` postings are stored under: its own where it narrows, else `keys`.
    """

    resource_type: str
    code: str
    type: SearchType
    expression: str = ""
    url: str = ""
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    modifiers: tuple[str, ...] = ()
    comparators: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    is_repeating: bool = True
    keys: tuple[int, ...] = ()

    @property
    def key(self) -> int:
        """The key of this parameter alone."""
        return param_key(self.resource_type, self.code)

    @property
    def is_narrowing(self) -> bool:
        """Whether its values are the references of other parameters to a type."""
        return not self.is_stored and IS_TYPE in self.expression

    @property
    def marked(self) -> tuple[int, ...]:
        """The keys of `:missing` and `:identifier`."""
        return (self.key,) if self.is_narrowing else self.keys

    @property
    def is_stored(self) -> bool:
        """Whether its values have rows of their own."""
        return self.keys == (self.key,)


class SearchParameters:
    """The parameters of every type. Each type's are made when first asked for."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self._of: dict[str, Mapping[str, SearchParameter]] = {}

    def of(self, resource_type: str) -> Mapping[str, SearchParameter]:
        """The parameters of one type by code, those of Resource and DomainResource included."""
        found = self._of.get(resource_type)
        if found is None:
            found = self._of[resource_type] = MappingProxyType(self._made(resource_type))
        return found

    def get(self, resource_type: str, code: str) -> SearchParameter | None:
        """One parameter of one type."""
        return self.of(resource_type).get(code)

    @cached_property
    def _by_base(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for definition in self.definitions.resources("SearchParameter").values():
            for base in definition.get("base", ()):
                found.setdefault(base, []).append(definition)
        return found

    def _made(self, resource_type: str) -> dict[str, SearchParameter]:
        ancestors = [a for a in _ABSTRACT if self.definitions.is_subtype(resource_type, a)]
        found = {code: SearchParameter(resource_type, code, type_, text) for code, type_, text in _UNDEFINED}
        for base in (*ancestors, resource_type):
            for definition in self._by_base.get(base, ()):
                found[definition["code"]] = self._parameter(definition, resource_type)
        sharing = shared({p.code: _branched(p) for p in found.values()})
        return {
            p.code: replace(p, keys=tuple(param_key(resource_type, code) for code in sharing.get(p.code, (p.code,))))
            for p in found.values()
        }

    def _parameter(self, definition: Resource, resource_type: str) -> SearchParameter:
        expression = " | ".join(_own_branches(definition.get("expression") or "", resource_type))
        return SearchParameter(
            resource_type=resource_type,
            code=definition["code"],
            type=definition["type"],
            expression=expression,
            url=definition["url"],
            targets=_targets(definition, expression),
            components=tuple(self._components(definition, resource_type)),
            modifiers=tuple(definition.get("modifier", ())),
            comparators=tuple(definition.get("comparator", ())),
            chains=tuple(definition.get("chain", ())),
            is_repeating=definition.get("multipleAnd", True),
        )

    def _components(self, definition: Resource, resource_type: str) -> Iterator[Component]:
        roots = {
            p.type
            for p in paths(
                " | ".join(_own_branches(definition.get("expression") or "", resource_type)), resource_type
            ).paths
        }
        for component in cast("list[dict[str, Any]]", definition.get("component", ())):
            target = self.definitions.resource("SearchParameter", component["definition"])
            if target is not None:
                datatypes = {p.type for root in roots for p in paths(component["expression"], root).paths}
                yield Component(target["url"], _actual_type(target["type"], datatypes), component["expression"])


def _actual_type(stated: SearchType, datatypes: set[str]) -> SearchType:
    """The search type of a component; R4 exchanges the two of DocumentReference's `relationship`."""
    if stated == "token" and datatypes == {"Reference"}:
        return "reference"
    return "token" if stated == "reference" and datatypes == {"code"} else stated


def _targets(definition: Resource, expression: str) -> tuple[str, ...]:
    """The types that may be pointed to: those that the expression asks for, else those that are stated."""
    asked = [_ASKED_TYPE.search(branch) for branch in branches(expression)]
    found = [match[1] for match in asked if match is not None]
    return tuple(dict.fromkeys(found)) if found and len(found) == len(asked) else tuple(definition.get("target", ()))


def _branched(parameter: SearchParameter) -> Branched:
    roots = frozenset(branches(parameter.expression))
    return Branched(parameter.type, roots, tuple(c.expression for c in parameter.components), parameter.targets)


def _own_branches(expression: str, resource_type: str) -> Iterator[str]:
    for branch in branches(expression):
        first = head(branch)
        if first == resource_type or first in _ABSTRACT or not first[:1].isupper():
            yield branch
