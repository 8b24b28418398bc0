"""Subsetting (FHIRPath N1, 5.3) and `sort`."""

from __future__ import annotations

from functools import cmp_to_key

from seve.fhir.path.equality import identity, order
from seve.fhir.path.errors import WrongArgumentsError
from seve.fhir.path.evaluation import Call, Descending
from seve.fhir.path.functions.registry import function
from seve.fhir.path.values import Items, single, single_value

_MOST_KEYS = 16


@function("single")
def _single(call: Call) -> Items:
    item = single(call.items)
    return [] if item is None else [item]


@function("first")
def _first(call: Call) -> Items:
    return call.items[:1]


@function("last")
def _last(call: Call) -> Items:
    return call.items[-1:]


@function("tail")
def _tail(call: Call) -> Items:
    return call.items[1:]


@function("skip", 1)
def _skip(call: Call) -> Items:
    return call.items[max(0, _number(call)) :]


@function("take", 1)
def _take(call: Call) -> Items:
    return call.items[: max(0, _number(call))]


@function("intersect", 1)
def _intersect(call: Call) -> Items:
    others = {identity(item) for item in call.argument(0)}
    found = {identity(item): item for item in reversed(call.items) if identity(item) in others}
    return list(reversed(found.values()))


@function("exclude", 1)
def _exclude(call: Call) -> Items:
    others = {identity(item) for item in call.argument(0)}
    return [item for item in call.items if identity(item) not in others]


@function("sort", (0, _MOST_KEYS))
def _sort(call: Call) -> Items:
    if not call.arguments:
        return sorted(call.items, key=cmp_to_key(lambda one, other: _ordered([one], [other], is_descending=False)))
    found = list(call.items)
    for position in reversed(range(len(call.arguments))):
        found = _sorted_by(call, found, position=position)
    return found


def _sorted_by(call: Call, items: Items, *, position: int) -> Items:
    is_descending = isinstance(call.arguments[position], Descending)
    keyed = list(Call(call.scope, items, name=call.name, arguments=call.arguments).each(position))
    keyed.sort(key=cmp_to_key(lambda one, other: _ordered(one[1], other[1], is_descending=is_descending)))
    return [item for item, _ in keyed]


def _ordered(one: Items, other: Items, *, is_descending: bool) -> int:
    """Empty keys come first, going down too: the minus of a key is the minus of its value, and nothing has none."""
    left, right = single_value(one), single_value(other)
    if left is None or right is None:
        return (left is not None) - (right is not None)
    found = order(left, right) or 0
    return -found if is_descending else found


def _number(call: Call) -> int:
    number = call.integer_argument(0)
    if number is None:
        raise WrongArgumentsError(name=f"{call.name}()")
    return number
