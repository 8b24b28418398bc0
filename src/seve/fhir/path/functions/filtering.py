"""Filtering and projection (FHIRPath N1, 5.2)."""

from __future__ import annotations

from collections.abc import Hashable

from seve.fhir.path.equality import identity
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.values import Item, Items, Node


@function("where", 1)
def _where(call: Call) -> Items:
    return [item for item, found in call.each_condition() if found is True]


@function("select", 1)
def _select(call: Call) -> Items:
    found: Items = []
    for _, items in call.each():
        found += items
    call.scope.environment.spend(len(found))
    return found


@function("repeat", 1)
def _repeat(call: Call) -> Items:
    seen: set[Hashable] = set()
    found: Items = []
    waiting = call.items
    while waiting:
        fresh: Items = []
        for _, items in Call(call.scope, waiting, name=call.name, arguments=call.arguments).each():
            fresh += [item for item in items if _is_new(item, seen)]
        found += fresh
        waiting = fresh
    return found


@function("repeatAll", 1)
def _repeat_all(call: Call) -> Items:
    found: Items = []
    waiting = call.items
    while waiting:
        fresh: Items = []
        for _, items in Call(call.scope, waiting, name=call.name, arguments=call.arguments).each():
            fresh += items
        call.scope.environment.spend(len(fresh))
        found += fresh
        waiting = fresh
    return found


def _is_new(item: Item, seen: set[Hashable]) -> bool:
    # An object met twice is the same object; comparing the contents of whole subtrees would be quadratic.
    is_object = type(item) is Node and type(item.value) is dict
    key: Hashable = ("object", id(item.value)) if is_object else identity(item)
    if key in seen:
        return False
    seen.add(key)
    return True
