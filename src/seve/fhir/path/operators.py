"""Operators as steps: how each treats its collections (FHIRPath N1, chapter 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seve.fhir.path import arithmetic
from seve.fhir.path.equality import distinct, equal, equal_values, equivalent, order
from seve.fhir.path.errors import TooMuchWorkError, WrongTypeError
from seve.fhir.path.evaluation import MAXIMUM_TEXT, Scope, Step
from seve.fhir.path.values import Items, boolean, single_value, system, system_name


def as_items(value: bool | None) -> Items:
    """Three-valued logic as a collection."""
    return [] if value is None else [value]


def negation(value: bool | None) -> bool | None:
    """Three-valued `not`."""
    return None if value is None else not value


def _and(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> Items:
        one = boolean(left(scope))
        if one is False:
            return [False]
        other = boolean(right(scope))
        if other is False:
            return [False]
        return [True] if one and other else []

    return step


def _or(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> Items:
        one = boolean(left(scope))
        if one:
            return [True]
        other = boolean(right(scope))
        if other:
            return [True]
        return [False] if one is False and other is False else []

    return step


def _xor(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> Items:
        one, other = boolean(left(scope)), boolean(right(scope))
        return [] if one is None or other is None else [one is not other]

    return step


def _implies(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> Items:
        one = boolean(left(scope))
        if one is False:
            return [True]
        other = boolean(right(scope))
        if other or (one and other is False):
            return [bool(other)]
        return []

    return step


def _on_collections(compute: Callable[[Items, Items], bool | None]) -> Callable[[Step, Step], Step]:
    def build(left: Step, right: Step) -> Step:
        return lambda scope: as_items(compute(left(scope), right(scope)))

    return build


def _on_values(compute: Callable[[Any, Any], Any]) -> Callable[[Step, Step], Step]:
    def build(left: Step, right: Step) -> Step:
        def step(scope: Scope) -> Items:
            one, other = single_value(left(scope)), single_value(right(scope))
            if one is None or other is None:
                return []
            found = compute(one, other)
            if type(found) is str and len(found) > MAXIMUM_TEXT:
                raise TooMuchWorkError(limit=MAXIMUM_TEXT)
            return [] if found is None else [found]

        return step

    return build


def _ordered(is_so: Callable[[int], bool]) -> Callable[[Step, Step], Step]:
    def compute(left: Any, right: Any) -> bool | None:
        found = order(left, right)
        return None if found is None else is_so(found)

    return _on_values(compute)


def _concatenated(left: Step, right: Step) -> Step:
    def text(items: Items) -> str:
        value = single_value(items)
        if value is not None and not isinstance(value, str):
            raise WrongTypeError(operation="&", found=system_name(value) or "complex")
        return value or ""

    return lambda scope: [text(left(scope)) + text(right(scope))]


def _union(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> Items:
        found = [*left(scope), *right(scope)]
        scope.environment.spend(len(found))
        return distinct(found) if len(found) > 1 else found

    return step


def contains(items: Items, value: Any) -> bool:
    """Whether an item of the collection equals a System value."""
    return any(equal_values(system(other), value) is True for other in items)


def _in(left: Step, right: Step) -> Step:
    def step(scope: Scope) -> Items:
        value, items = single_value(left(scope)), right(scope)
        scope.environment.spend(len(items))
        return [] if value is None else [contains(items, value)]

    return step


def _contains(left: Step, right: Step) -> Step:
    return _in(right, left)


BINARY: Mapping[str, Callable[[Step, Step], Step]] = {
    "and": _and,
    "or": _or,
    "xor": _xor,
    "implies": _implies,
    "=": _on_collections(equal),
    "!=": _on_collections(lambda left, right: negation(equal(left, right))),
    "~": _on_collections(equivalent),
    "!~": _on_collections(lambda left, right: not equivalent(left, right)),
    "<": _ordered(lambda found: found < 0),
    ">": _ordered(lambda found: found > 0),
    "<=": _ordered(lambda found: found <= 0),
    ">=": _ordered(lambda found: found >= 0),
    "+": _on_values(arithmetic.plus),
    "-": _on_values(arithmetic.minus),
    "*": _on_values(arithmetic.times),
    "/": _on_values(arithmetic.divided),
    "div": _on_values(arithmetic.whole_division),
    "mod": _on_values(arithmetic.remainder),
    "&": _concatenated,
    "|": _union,
    "in": _in,
    "contains": _contains,
}


def signed(operand: Step, *, is_negative: bool) -> Step:
    """`-operand` or `+operand`."""

    def step(scope: Scope) -> Items:
        value = single_value(operand(scope))
        if value is None:
            return []
        negative = arithmetic.negated(value)
        return [negative if is_negative else value]

    return step
