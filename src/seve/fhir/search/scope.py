"""What a criterion is parsed for: the types that are searched, and what stays the same throughout one search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache

from seve.fhir.search.limits import Limits
from seve.fhir.search.parameters import Component, SearchParameter, SearchParameters, SearchType
from seve.fhir.search.paths import paths
from seve.fhir.search.plan import endings
from seve.fhir.search.refusals import (
    MixedParameter,
    TooLarge,
    UnknownParameter,
    UnknownParameterNear,
    UnknownType,
    WrongModifier,
    WrongValue,
)

_LIMITS = Limits()


@dataclass(slots=True)
class Budget:
    """How many more types the chains of one search may fan out to."""

    left: int

    def spend(self, name: str, limit: int) -> None:
        """Count one. Raises TooLarge."""
        self.left -= 1
        if self.left < 0:
            raise TooLarge(parameter=name, limit=limit, what="chain branches")


@dataclass(frozen=True, slots=True)
class Scope:
    """`types` is empty at the system level for every type. `now` is in microseconds since 1970, for `ap` on dates."""

    types: tuple[str, ...]
    parameters: SearchParameters
    base_url: str = ""
    limits: Limits = _LIMITS
    now: int | None = None
    depth: int = 0
    budget: Budget = field(default_factory=lambda: Budget(_LIMITS.branches))

    def of(self, *types: str) -> Scope:
        """The same for other types, one link further on."""
        return replace(self, types=types, depth=self.depth + 1)

    @property
    def searched_types(self) -> Iterable[str]:
        """The types by name, all of them at the system level."""
        return self.types or sorted(self.parameters.definitions.resource_types)

    def known_type(self, name: str, *, parameter: str) -> str:
        """A resource type's name. Raises UnknownType."""
        if name not in self.parameters.definitions.resource_types:
            raise UnknownType(parameter=parameter, value=name)
        return name

    def found(self, code: str) -> tuple[SearchParameter, ...]:
        """The parameter on each type. Raises UnknownParameter where a type lacks it, MixedParameter."""
        found = [self.parameters.get(type_, code) for type_ in self.searched_types]
        missing = next((t for t, p in zip(self.searched_types, found, strict=True) if p is None), None)
        if missing is not None:
            raise self._unknown(code, missing)
        present = tuple(p for p in found if p is not None)
        if len({p.type for p in present}) > 1:
            raise MixedParameter(parameter=code)
        return present

    def _unknown(self, code: str, type_: str) -> UnknownParameter:
        near = get_close_matches(code, self.parameters.of(type_), n=1, cutoff=0.6)
        if near:
            return UnknownParameterNear(parameter=code, type=type_, suggestion=near[0])
        return UnknownParameter(parameter=code, type=type_)


@dataclass(frozen=True, slots=True)
class Subject:
    """What values are compared with: a parameter on one or several types, or the second part of a composite.

    `name` is the parameter with its modifier, for messages. `marked` are the keys of `:missing` and `:identifier`.
    """

    name: str
    code: str
    type: SearchType
    keys: tuple[int, ...]
    marked: tuple[int, ...]
    datatypes: frozenset[str]
    targets: tuple[str, ...] = ()
    is_narrowing: bool = False
    comparators: tuple[str, ...] = ()


def subject(name: str, parameters: tuple[SearchParameter, ...]) -> Subject:
    """The subject of a parameter that was found on one or several types."""
    first = parameters[0]
    return Subject(
        name=name,
        code=first.code,
        type=first.type,
        keys=_joined(p.keys for p in parameters),
        marked=_joined(p.marked for p in parameters),
        datatypes=frozenset[str]().union(*(datatypes(p.expression, p.resource_type, type_=p.type) for p in parameters)),
        targets=tuple(dict.fromkeys(t for p in parameters for t in p.targets)),
        is_narrowing=all(p.is_narrowing for p in parameters),
        comparators=first.comparators,
    )


def part(whole: Subject, component: Component, *, parameters: tuple[SearchParameter, ...]) -> Subject:
    """The subject of a part of a composite; its keys are still those of the whole."""
    roots = {path.type for p in parameters for path in paths(p.expression, p.resource_type).paths}
    types = (datatypes(component.expression, root, type_=component.type) for root in roots)
    joined = frozenset[str]().union(*types)
    return Subject(whole.name, whole.code, component.type, whole.keys, whole.keys, joined)


@lru_cache(maxsize=8192)
def datatypes(expression: str, root: str, *, type_: SearchType) -> frozenset[str]:
    """The FHIR types at the ends of an expression, as far as the generated subset knows it."""
    return frozenset(e.type for p in paths(expression, root).paths for e in endings(p, type_))


def _joined(keys: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(k for group in keys for k in group))


@dataclass(frozen=True, slots=True)
class Asked:
    """One occurrence of a parameter in a search: its values (still escaped), its modifier, and the text it was written as."""

    subject: Subject
    modifier: str
    values: tuple[str, ...]
    text: str
    scope: Scope
    parameters: tuple[SearchParameter, ...] = ()

    def about(self, subject: Subject, value: str) -> Asked:
        """The same for one value of a part of a composite."""
        return replace(self, subject=subject, modifier="", values=(value,))

    def wrong_modifier(self) -> WrongModifier:
        """The refusal of the modifier."""
        return WrongModifier(parameter=self.subject.code, modifier=self.modifier, type=self.subject.type)

    def wrong_value(self, value: str, expected: str) -> WrongValue:
        """The refusal of a value."""
        return WrongValue(parameter=self.subject.name, value=value, expected=expected)
