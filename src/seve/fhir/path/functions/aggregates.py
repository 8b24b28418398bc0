"""Aggregates (FHIRPath N1, 7): `aggregate`, and `sum`, `min`, `max`, `avg` in its terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from seve.fhir.path.arithmetic import divided, plus
from seve.fhir.path.equality import order
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.values import Items, system


@function("aggregate", (1, 2))
def _aggregate(call: Call) -> Items:
    total = call.argument(1)
    call.scope.environment.spend(len(call.items))
    for index, item in enumerate(call.items):
        scope = call.scope.inner([item], index=index)
        scope.total = total
        total = call.arguments[0](scope)
    return total


@function("sum")
def _sum(call: Call) -> Items:
    return _one(_added(_values(call)))


@function("avg")
def _avg(call: Call) -> Items:
    values = _values(call)
    total = _added(values)
    return [] if total is None else _one(divided(total, Decimal(len(values))))


@function("min")
def _min(call: Call) -> Items:
    return _extreme(call, sign=-1)


@function("max")
def _max(call: Call) -> Items:
    return _extreme(call, sign=1)


def _values(call: Call) -> list[Any]:
    """The System values, none at all when one of them is missing: the sum of something unknown is unknown."""
    found = [system(item) for item in call.items]
    return [] if any(value is None for value in found) else found


def _added(values: list[Any]) -> Any:
    if not values:
        return None
    total = values[0]
    for value in values[1:]:
        total = plus(total, value)
        if total is None:
            return None
    return total


def _extreme(call: Call, *, sign: int) -> Items:
    values = _values(call)
    if not values:
        return []
    found = values[0]
    for value in values[1:]:
        comparison = order(value, found)
        if comparison is None:
            return []
        if comparison == sign:
            found = value
    return [found]


def _one(value: Any) -> Items:
    return [] if value is None else [value]
