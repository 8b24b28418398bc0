"""Conversion (FHIRPath N1, 5.5): each `toX` with its `convertsToX`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from seve.fhir.path.arithmetic import bounded
from seve.fhir.path.errors import BadValueError
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.quantity import CALENDAR_UNITS, Quantity, aligned, converted, from_fhir
from seve.fhir.path.temporal import Date, DateTime, Time, parse_date, parse_datetime, parse_time
from seve.fhir.path.values import Items, Long, is_number, single_value

_INTEGER = re.compile(r"[+-]?\d{1,28}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,28}(\.\d{1,28})?", re.ASCII)
_QUANTITY = re.compile(r"(?P<value>[+-]?\d{1,28}(\.\d{1,28})?)\s*('(?P<code>[^']+)'|(?P<word>[a-z]+))?", re.ASCII)
_BOOLEANS: Mapping[str, bool] = {
    "true": True, "t": True, "yes": True, "y": True, "1": True, "1.0": True,
    "false": False, "f": False, "no": False, "n": False, "0": False, "0.0": False,
}  # fmt: skip


def _to_boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _BOOLEANS.get(value.lower())
    if is_number(value) and value in {0, 1}:
        return bool(value)
    return None


def _to_integer(value: Any) -> int | None:
    if isinstance(value, int):
        return bounded(int(value))
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return bounded(int(value))
    return None


def _to_long(value: Any) -> int | None:
    if isinstance(value, int):
        return bounded(Long(value))
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return bounded(Long(value))
    return None


def _to_decimal(value: Any) -> Decimal | None:
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def to_text(value: Any) -> str | None:
    """A System value as `toString()` writes it, None for a complex element."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if isinstance(value, dict) else str(value)


def _to_date(value: Any) -> Date | None:
    if isinstance(value, str):
        moment = parse_datetime(value)
        value = parse_date(value) or moment
    if isinstance(value, DateTime):
        return Date(value.parts[:3])
    return value if isinstance(value, Date) else None


def _to_datetime(value: Any) -> DateTime | None:
    if isinstance(value, str):
        return parse_datetime(value)
    if isinstance(value, Date):
        return DateTime(value.parts)
    return value if isinstance(value, DateTime) else None


def _to_time(value: Any) -> Time | None:
    if isinstance(value, str):
        return parse_time(value)
    return value if isinstance(value, Time) else None


def _to_quantity(value: Any) -> Quantity | None:
    if isinstance(value, bool):
        return Quantity(Decimal("1.0" if value else "0.0"), "1")
    if isinstance(value, int | Decimal):
        return Quantity(Decimal(value), "1")
    if isinstance(value, str):
        return _read_quantity(value)
    if isinstance(value, dict):
        return from_fhir(value)
    return value if isinstance(value, Quantity) else None


def _read_quantity(text: str) -> Quantity | None:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    value = Decimal(match["value"])
    if match["word"] is None:
        return Quantity(value, match["code"] or "1")
    calendar = CALENDAR_UNITS.get(match["word"])
    return None if calendar is None else Quantity(value, calendar, is_calendar=True)


def _register(name: str, convert: Callable[[Any], Any]) -> None:
    @function(f"to{name}")
    def to(call: Call) -> Items:
        value = call.value()
        found = None if value is None else convert(value)
        return [] if found is None else [found]

    @function(f"convertsTo{name}")
    def converts(call: Call) -> Items:
        value = call.value()
        return [] if not call.items else [value is not None and convert(value) is not None]

    del to, converts  # registered; the names are of no further use


for _name, _convert in {
    "Boolean": _to_boolean,
    "Integer": _to_integer,
    "Long": _to_long,
    "Decimal": _to_decimal,
    "String": to_text,
    "Date": _to_date,
    "DateTime": _to_datetime,
    "Time": _to_time,
}.items():
    _register(_name, _convert)


@function("toQuantity", (0, 1))
def _quantity(call: Call) -> Items:
    found = _in_unit(call)
    return [] if found is None else [found]


@function("convertsToQuantity", (0, 1))
def _converts_to_quantity(call: Call) -> Items:
    return [_in_unit(call) is not None] if call.items else []


@function("comparable", 1)
def _comparable(call: Call) -> Items:
    one, other = call.value(), single_value(call.argument(0))
    if one is None or other is None:
        return [False]
    left, right = _to_quantity(one), _to_quantity(other)
    return [left is not None and right is not None and aligned(left, right) is not None]


def _in_unit(call: Call) -> Quantity | None:
    value = call.value()
    if isinstance(value, dict) and value.get("comparator"):
        raise BadValueError(value=value["comparator"])
    found = _to_quantity(value)
    if found is None or not call.arguments:
        return found
    unit = call.text_argument(0)
    return None if unit is None else converted(found, unit)
