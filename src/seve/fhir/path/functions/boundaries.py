"""`lowBoundary`, `highBoundary`, `precision` (FHIRPath N1, 5.7.9 to 5.7.11): what a value of limited precision may stand for."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal
from typing import Any

from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.model import named
from seve.fhir.path.quantity import Quantity
from seve.fhir.path.temporal import Component, Date, DateTime, Time, last_day
from seve.fhir.path.values import Items, Node, is_number, single, single_value, system

_WIDE = Context(prec=80)
_MOST_PLACES = 31
_DECIMAL_PLACES = 8
_DAY_DIGITS = (4, 6, 8)
_CLOCK_DIGITS = (2, 4, 6, 9)
_EARLIEST_OFFSET, _LATEST_OFFSET = 14 * 60, -12 * 60


@function("precision")
def _precision(call: Call) -> Items:
    value = call.value()
    if value is None:
        return []
    if isinstance(value, Date | DateTime | Time):
        return [_digits(value)]
    if is_number(value):
        return [_scale(Decimal(value))]
    raise call.wrong(value)


@function("lowBoundary", (0, 1))
def _low_boundary(call: Call) -> Items:
    return _boundary(call, is_low=True)


@function("highBoundary", (0, 1))
def _high_boundary(call: Call) -> Items:
    return _boundary(call, is_low=False)


def _boundary(call: Call, *, is_low: bool) -> Items:
    value, precision = _bounded(call, is_low=is_low), call.integer_argument(0)
    if value is None:
        return []
    if isinstance(value, Quantity):
        found = _decimal(value.value, precision, is_low=is_low)
        return [] if found is None else [Quantity(found, value.unit, is_calendar=value.is_calendar)]
    if isinstance(value, Date | DateTime | Time):
        moment = _moment(value, precision, is_low=is_low)
        return [] if moment is None else [moment]
    if is_number(value):
        found = _decimal(Decimal(value), precision, is_low=is_low)
        return [] if found is None else [found]
    raise call.wrong(value)


def _bounded(call: Call, *, is_low: bool) -> Any:
    """What has the boundary: of a Period, its start or its end."""
    item = single(call.items)
    if type(item) is Node and item.type == "Period":
        return single_value(named(item, "start" if is_low else "end"))
    return None if item is None else system(item)


def _decimal(value: Decimal, precision: int | None, *, is_low: bool) -> Decimal | None:
    places = _DECIMAL_PLACES if precision is None else precision
    if not 0 <= places < _MOST_PLACES:
        return None
    half = Decimal(5).scaleb(-_scale(value) - 1)
    edge = _WIDE.subtract(value, half) if is_low else _WIDE.add(value, half)
    outwards = ROUND_FLOOR if is_low else ROUND_CEILING
    return edge.quantize(
        Decimal(1).scaleb(-places), ROUND_DOWN if _vanishes(value, precision) else outwards, context=_WIDE
    )


def _vanishes(value: Decimal, places: int | None) -> bool:
    """Whether a value is nothing to the places asked for, as 0.0034 to one: its boundaries there are 0 too."""
    return places is not None and _scale(value) > places and abs(value) < Decimal(5).scaleb(-places - 1)


def _scale(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _digits(value: Date | DateTime | Time) -> int:
    parts = value.parts
    clock = parts if isinstance(value, Time) else parts[3:]
    digits = 0 if isinstance(value, Time) else _DAY_DIGITS[min(len(parts), 3) - 1]
    if clock:
        has_fraction = len(clock) == 3 and isinstance(clock[2], Decimal) and _scale(clock[2]) > 0
        digits += _CLOCK_DIGITS[3] if has_fraction else _CLOCK_DIGITS[len(clock) - 1]
    return digits


def _moment(value: Date | DateTime | Time, precision: int | None, *, is_low: bool) -> Any:
    if isinstance(value, Time):
        clock = _clock(value.parts, 9 if precision is None else precision, is_low=is_low)
        return None if clock is None else Time(clock)
    digits = precision if precision is not None else (17 if isinstance(value, DateTime) else 8)
    day = _day(value.parts[:3], min(digits, 8), is_low=is_low)
    if day is None or digits <= 8:
        return None if day is None else (DateTime(day) if isinstance(value, DateTime) else Date(day))
    # FHIR has no dateTime to the hour: `T08` is read as `T08:00`.
    written = (value.parts[3], 0) if len(value.parts) == 4 else value.parts[3:]
    clock = _clock(written, digits - 8, is_low=is_low)
    if clock is None:
        return None
    offset = value.offset if isinstance(value, DateTime) else None
    if offset is None:
        offset = _EARLIEST_OFFSET if is_low else _LATEST_OFFSET
    return DateTime((*day, *clock), offset)


def _day(parts: tuple[Component, ...], digits: int, *, is_low: bool) -> tuple[Component, ...] | None:
    if digits not in _DAY_DIGITS:
        return None
    year, month, day = (*parts, None, None)[:3]
    assert year is not None
    if month is None:
        month = 1 if is_low else 12
    if day is None:
        day = 1 if is_low else last_day(int(year), int(month))
    return (year, month, day)[: _DAY_DIGITS.index(digits) + 1]


def _clock(parts: tuple[Component, ...], digits: int, *, is_low: bool) -> tuple[Component, ...] | None:
    if digits not in _CLOCK_DIGITS:
        return None
    hour, minute, second = (*parts, None, None, None)[:3]
    hour = (0 if is_low else 23) if hour is None else hour
    minute = (0 if is_low else 59) if minute is None else minute
    if digits == 9:
        return hour, minute, _with_milliseconds(second, is_low=is_low)
    whole = (0 if is_low else 59) if second is None else int(second)
    return (hour, minute, Decimal(f"{whole:02d}"))[: _CLOCK_DIGITS.index(digits) + 1]


def _with_milliseconds(second: Component | None, *, is_low: bool) -> Decimal:
    if second is None:
        return Decimal("0.000" if is_low else "59.999")
    value = Decimal(second)
    missing = 3 - _scale(value)
    if missing <= 0 or is_low:
        return value.quantize(Decimal("0.001"), ROUND_FLOOR)
    return (value + Decimal(10**missing - 1).scaleb(-3)).quantize(Decimal("0.001"))
