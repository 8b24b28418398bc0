"""Equality, equivalence and order (FHIRPath N1, 6.1 and 6.2), three-valued: None stands for the empty collection."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from seve.fhir import units
from seve.fhir.path.errors import WrongTypeError
from seve.fhir.path.quantity import UCUM_OF_CALENDAR, Quantity, aligned, from_fhir
from seve.fhir.path.temporal import (
    Date,
    DateTime,
    Temporal,
    Time,
    in_utc,
    is_zoned,
    parse_date,
    parse_datetime,
    precedes,
)
from seve.fhir.path.temporal import parse_time as parse_time_of_day
from seve.fhir.path.values import Item, Items, is_number, system, system_name

_SPACE = re.compile(r"\s")
_TEMPORAL = (Date, DateTime, Time)


def equal(left: Items, right: Items) -> bool | None:
    """`left = right`: item by item, in order."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    is_certain = True
    for one, other in zip(left, right, strict=True):
        found = _equal_items(one, other)
        if found is False:
            return False
        is_certain = is_certain and found is not None
    return True if is_certain else None


def _equal_items(left: Item, right: Item) -> bool | None:
    one, other = system(left), system(right)
    if one is None or other is None:
        return left.extra == right.extra if one is other else None
    return equal_values(one, other)


def equal_values(left: Any, right: Any) -> bool | None:
    """Equality of two System values or JSON objects."""
    if type(left) is type(right) and isinstance(left, str | bool | int | dict):
        return left == right
    if is_number(left) and is_number(right):
        return left == right
    left, right = paired(left, right)
    if isinstance(left, _TEMPORAL) and isinstance(right, _TEMPORAL):
        if isinstance(left, Time) != isinstance(right, Time):
            return False  # a day and a time of day differ, however little of them is known
        order = precedes(left, right)
        return None if order is None else order == 0
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        pair = aligned(left, right)
        return None if pair is None else pair[0] == pair[1]
    return type(left) is type(right) and left == right


def equivalent(left: Items, right: Items) -> bool:
    """`left ~ right`: the same items in any order."""
    if len(left) != len(right):
        return False
    if len(left) == 1:
        return equivalent_values(system(left[0]), system(right[0]))
    return _same_in_any_order([system(i) for i in left], [system(i) for i in right])


def equivalent_values(left: Any, right: Any) -> bool:
    """Equivalence of two System values or JSON."""
    if isinstance(left, str) and isinstance(right, str):
        return _folded(left) == _folded(right)
    if is_number(left) and is_number(right):
        return _same_rounded(Decimal(left), Decimal(right))
    left, right = paired(left, right)
    if isinstance(left, _TEMPORAL) and isinstance(right, _TEMPORAL):
        return precedes(left, right) == 0
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        return _equivalent_quantities(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return _equivalent_objects(left, right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and _same_in_any_order(left, right)
    return type(left) is type(right) and left == right


def paired(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values with the implicit conversions that comparing them needs: text to a date beside a date, a number to a
    Quantity beside a Quantity, an object that looks like a FHIR Quantity likewise.
    """
    if isinstance(left, Quantity):
        return left, _as_quantity(right)
    if isinstance(right, Quantity):
        return _as_quantity(left), right
    if isinstance(left, str) and isinstance(right, _TEMPORAL):
        return _as_temporal(left, right), right
    if isinstance(right, str) and isinstance(left, _TEMPORAL):
        return left, _as_temporal(right, left)
    return left, right


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1, None when precision or units don't tell. Raises WrongTypeError for values that have no order."""
    left, right = paired(left, right)
    if is_number(left) and is_number(right):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, _TEMPORAL) and isinstance(right, _TEMPORAL):
        if isinstance(left, Time) != isinstance(right, Time):
            raise WrongTypeError(operation="<", found=f"{system_name(left)}, {system_name(right)}")
        return precedes(left, right)
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        pair = aligned(left, right)
        return None if pair is None else (pair[0] > pair[1]) - (pair[0] < pair[1])
    raise WrongTypeError(operation="<", found=f"{system_name(left) or 'complex'}, {system_name(right) or 'complex'}")


def distinct(items: Iterable[Item]) -> Items:
    """The items without those equal to an earlier one, in order."""
    found: dict[Hashable, Item] = {}
    for item in items:
        found.setdefault(identity(item), item)
    return list(found.values())


def identity(item: Item) -> Hashable:
    """A key that is the same for equal items, so that sets of items take linear time."""
    value = system(item)
    if value is None:
        return ("no value", msgspec.json.encode(item.extra, order="deterministic"))
    if isinstance(value, bool | str):
        return (type(value).__name__, value)
    if is_number(value):
        return ("number", value)
    if isinstance(value, _TEMPORAL):
        return (isinstance(value, Time), is_zoned(value) and len(value.parts) > 3, in_utc(value))
    if isinstance(value, Quantity):
        return _quantity_identity(value)
    return msgspec.json.encode(value, order="deterministic") if isinstance(value, dict | list) else value


def _quantity_identity(value: Quantity) -> Hashable:
    if value.is_calendar and value.unit in {"year", "month"} and not value.is_mapped:
        return ("calendar", value.value * 12 if value.unit == "year" else value.value)
    found = units.canonical(value.value, value.ucum)
    if found is None:
        return ("quantity", value.value, value.unit)
    return ("number", found[0]) if found[1] == "1" else ("quantity", *found)


def _as_quantity(value: Any) -> Any:
    if isinstance(value, dict):
        return from_fhir(value) or value
    return Quantity(Decimal(value), "1") if is_number(value) else value


def _as_temporal(text: str, beside: Temporal) -> Any:
    parsers: dict[type, Callable[[str], Any]] = {
        Date: parse_datetime if "T" in text else parse_date,
        DateTime: parse_datetime,
        Time: parse_time_of_day,
    }
    return parsers[type(beside)](text) or text


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text).lower()


def _same_rounded(left: Decimal, right: Decimal) -> bool:
    places = min(_places(left), _places(right))
    step = Decimal(1).scaleb(-places)
    return left.quantize(step, ROUND_HALF_UP) == right.quantize(step, ROUND_HALF_UP)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _equivalent_quantities(left: Quantity, right: Quantity) -> bool:
    pair = aligned(left, right)
    if pair is None:
        pair = aligned(_definite(left), _definite(right))
    return pair is not None and _same_rounded(*pair)


def _definite(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, UCUM_OF_CALENDAR[quantity.unit]) if quantity.is_calendar else quantity


def _equivalent_objects(left: dict[str, Any], right: dict[str, Any]) -> bool:
    ones, others = (set(_without_siblings(o)) for o in (left, right))
    return ones == others and all(equivalent_values(left[key], right[key]) for key in ones)


def _without_siblings(value: dict[str, Any]) -> Iterable[str]:
    return (key for key in value if not key.startswith("_") and key != "id")


def _same_in_any_order(left: list[Any], right: list[Any]) -> bool:
    waiting = list(right)
    for one in left:
        position = next((i for i, other in enumerate(waiting) if equivalent_values(one, other)), None)
        if position is None:
            return False
        del waiting[position]
    return True
