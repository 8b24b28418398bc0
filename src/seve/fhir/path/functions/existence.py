"""Existence (FHIRPath N1, 5.1)."""

from __future__ import annotations

from seve.fhir.path.equality import distinct, identity
from seve.fhir.path.errors import WrongTypeError
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.operators import as_items, negation
from seve.fhir.path.values import Items, boolean, single_value, system_name


@function("empty")
def _empty(call: Call) -> Items:
    return [not call.items]


@function("exists", (0, 1))
def _exists(call: Call) -> Items:
    if not call.arguments:
        return [bool(call.items)]
    return [any(found is True for _, found in call.each_condition())]


@function("all", 1)
def _all(call: Call) -> Items:
    return [all(found is True for _, found in call.each_condition())]


@function("not")
def _not(call: Call) -> Items:
    return as_items(negation(boolean(call.items)))


@function("allTrue")
def _all_true(call: Call) -> Items:
    return [all(_booleans(call))]


@function("anyTrue")
def _any_true(call: Call) -> Items:
    return [any(_booleans(call))]


@function("allFalse")
def _all_false(call: Call) -> Items:
    return [not any(_booleans(call))]


@function("anyFalse")
def _any_false(call: Call) -> Items:
    return [not all(_booleans(call))]


@function("subsetOf", 1)
def _subset_of(call: Call) -> Items:
    return [_is_subset(call.items, call.argument(0))]


@function("supersetOf", 1)
def _superset_of(call: Call) -> Items:
    return [_is_subset(call.argument(0), call.items)]


@function("count")
def _count(call: Call) -> Items:
    return [len(call.items)]


@function("distinct")
def _distinct(call: Call) -> Items:
    return distinct(call.items)


@function("isDistinct")
def _is_distinct(call: Call) -> Items:
    return [len(distinct(call.items)) == len(call.items)]


def _booleans(call: Call) -> list[bool]:
    found: list[bool] = []
    for item in call.items:
        value = single_value([item])
        if type(value) is bool:
            found.append(value)
        else:
            raise WrongTypeError(operation=f"{call.name}()", found=system_name(value) or "complex")
    return found


def _is_subset(items: Items, others: Items) -> bool:
    return {identity(item) for item in items} <= {identity(item) for item in others}
