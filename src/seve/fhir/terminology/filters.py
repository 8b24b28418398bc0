"""ValueSet.compose.include.filter on one concept (http://hl7.org/fhir/filter-operator)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import re2

from seve.fhir.terminology.concepts import Concept, Filter
from seve.fhir.terminology.refusals import WrongFilter

Keeps: TypeAlias = Callable[[Concept], bool]
Ancestors: TypeAlias = Callable[[str], frozenset[str]]

CODE_PROPERTIES = frozenset({"code", "concept"})
_BOOLEANS = {"true": True, "false": False}


def values(concept: Concept, name: str) -> Sequence[str]:
    """What a concept has under the name of a property; the code itself, its display and its parents have names too."""
    if name in CODE_PROPERTIES:
        return (concept.code,)
    if name == "display":
        return (concept.display,) if concept.display else ()
    if name == "parent":
        return concept.parents
    return tuple(value for stated, value in concept.properties if stated == name)


def listed(filter_: Filter) -> frozenset[str]:
    """The values of `in` and `not-in`."""
    return frozenset(value.strip() for value in filter_.value.split(","))


def wanted(filter_: Filter) -> bool:
    """Whether `exists` asks that the property is there. Raises WrongFilter."""
    if filter_.value not in _BOOLEANS:
        raise wrong(filter_)
    return _BOOLEANS[filter_.value]


def pattern(filter_: Filter) -> Any:
    """The expression of `regex`, which must match the whole value. Raises WrongFilter."""
    compiled = _compiled(filter_.value)
    if compiled is None:
        raise wrong(filter_)
    return compiled


def wrong(filter_: Filter) -> WrongFilter:
    """The refusal of a filter."""
    return WrongFilter(property=filter_.property, operator=filter_.operator, value=filter_.value)


def keeps(filter_: Filter, ancestors: Ancestors) -> Keeps:
    """The filter as a test on a concept. Raises WrongFilter."""
    name, value = filter_.property, filter_.value
    match filter_.operator:
        case "is-a":
            return lambda c: c.code == value or value in ancestors(c.code)
        case "descendent-of":
            return lambda c: c.code != value and value in ancestors(c.code)
        case "is-not-a":
            return lambda c: c.code != value and value not in ancestors(c.code)
        case "generalizes":
            above = ancestors(value) | {value}
            return lambda c: c.code in above
        case _:
            return _on_values(filter_, name)


def _on_values(filter_: Filter, name: str) -> Keeps:
    match filter_.operator:
        case "=":
            return lambda c: filter_.value in values(c, name)
        case "in":
            some = listed(filter_)
            return lambda c: not some.isdisjoint(values(c, name))
        case "not-in":
            none = listed(filter_)
            return lambda c: none.isdisjoint(values(c, name))
        case "exists":
            is_wanted = wanted(filter_)
            return lambda c: bool(values(c, name)) is is_wanted
        case "regex":
            compiled = pattern(filter_)
            return lambda c: any(compiled.fullmatch(v) is not None for v in values(c, name))
        case _:
            raise wrong(filter_)


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(expression, options=options)
    except re2.error:
        return None
