"""The vocabulary of the rules: concepts, filters, and what a source of code systems and value sets must be able to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from seve.fhir import Resource
from seve.fhir.search.keys import fold

if TYPE_CHECKING:
    from seve.fhir.terminology.composition import Composition

Coding: TypeAlias = tuple[str, str]
"""System and code."""

Operator: TypeAlias = Literal[
    "=", "is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes", "exists"
]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of a code system. `detail` is the CodeSystem.concept element without the concepts in it.

    `parents` are codes of the same system; `properties` the values of `detail.property` as text, for filters.
    """

    code: str
    display: str = ""
    parents: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    is_abstract: bool = False
    is_active: bool = True
    detail: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    @property
    def designations(self) -> Sequence[Mapping[str, Any]]:
        """The other names, as CodeSystem.concept.designation."""
        return self.detail.get("designation", ())

    @property
    def folded(self) -> str:
        """All that a text filter searches: code, display and designations, folded, a line each."""
        return folded_names(self.code, self.display, self.designations)


def folded_names(code: str, display: str, designations: Sequence[Mapping[str, Any]]) -> str:
    """Code, display and designations as a text filter reads them."""
    return "\n".join(fold(text) for text in (code, display, *(d["value"] for d in designations)) if text)


@dataclass(frozen=True, slots=True)
class Filter:
    """ValueSet.compose.include.filter."""

    property: str
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which concepts of one code system: those that satisfy all of it, in the order of the system.

    `words` are folded; each must be contained in a concept's names. `codes` narrows to these codes when it is not None.
    """

    filters: tuple[Filter, ...] = ()
    words: tuple[str, ...] = ()
    codes: tuple[str, ...] | None = None
    is_active_only: bool = False
    is_concrete_only: bool = False
    offset: int = 0
    limit: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows it but the page."""
        narrowing = self.filters or self.words or self.is_active_only or self.is_concrete_only
        return self.codes is None and not narrowing


@dataclass(frozen=True, slots=True)
class Header:
    """A version of a code system without its concepts; `resource` is the CodeSystem less `concept`.

    `is_complete` is false when codes that it doesn't list may exist (fragments and examples).
    """

    url: str
    version: str
    resource: Resource
    is_complete: bool = True

    @property
    def is_case_sensitive(self) -> bool:
        """Whether `a` and `A` are two codes; so when the system doesn't say."""
        return self.resource.get("caseSensitive", True) is not False

    @property
    def name(self) -> str:
        """Its title, else its name, else its url."""
        return self.resource.get("title") or self.resource.get("name") or self.url

    @property
    def has_subsumption(self) -> bool:
        """Whether its hierarchy says that a child is a kind of its parent (CodeSystem.hierarchyMeaning)."""
        return self.resource.get("hierarchyMeaning") != "part-of"

    @property
    def canonical(self) -> str:
        """`url|version`."""
        return f"{self.url}|{self.version}" if self.version else self.url

    def key(self, code: str) -> str:
        """A code as it is compared."""
        return code if self.is_case_sensitive else code.casefold()


class Concepts(Protocol):
    """One version of a code system."""

    @property
    def header(self) -> Header:
        """What it says of itself."""
        ...

    async def select(self, selection: Selection) -> Sequence[Concept]:
        """The concepts of a selection. Raises NotEnumerable where a system has no list of its codes."""
        ...

    async def count(self, selection: Selection) -> int:
        """How many there are, its page aside."""
        ...

    async def ancestors(self, code: str) -> frozenset[str]:
        """The codes that subsume `code`, itself not among them; none for an unknown code."""
        ...


class Sources(Protocol):
    """Where code systems and value sets are found."""

    async def code_system(self, url: str, version: str = "") -> Concepts | None:
        """A code system, of a version when one is named; None when nothing here knows its codes."""
        ...

    async def value_set(self, canonical: str) -> Composition | None:
        """A value set by `url` or `url|version`, implicit ones too; None when it isn't known."""
        ...


async def find(concepts: Concepts, code: str) -> Concept | None:
    """One concept by its code."""
    found = await concepts.select(Selection(codes=(code,)))
    return found[0] if found else None
