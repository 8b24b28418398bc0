"""Dates and times moved by durations (FHIRPath N1, 6.6.7 and 6.6.8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from seve.fhir.path.errors import WrongTypeError
from seve.fhir.path.quantity import CALENDAR_OF_UCUM, CALENDAR_UNITS, Quantity
from seve.fhir.path.temporal import Component, Date, DateTime, Temporal, Time, last_day, shifted

_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_SECONDS: Mapping[str, Decimal] = {
    "week": Decimal(604_800),
    "day": Decimal(86_400),
    "hour": Decimal(3_600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}
_SECONDS_A_DAY = 86_400
_ON_A_CLOCK = frozenset(("hour", "minute", "second", "millisecond"))
_NO_CALENDAR = frozenset(("a", "mo"))


def moved(value: Temporal, amount: Decimal, *, unit: Quantity) -> Temporal | None:
    """`value` moved by `amount` of the unit of a duration; None outside the years 1 to 9999.

    Fractions of units above seconds are ignored, and so is what is finer than the precision of `value`. Raises WrongTypeError for a
    unit that isn't a duration, and for UCUM's mean years and months, which no calendar has.
    """
    name = _unit_name(unit)
    if name not in {"second", "millisecond"}:
        amount = amount.to_integral_value(ROUND_DOWN)
    if isinstance(value, Time):
        return _moved_time(value, amount * _seconds(name, unit))
    if name in {"year", "month"}:
        return _moved_months(value, int(amount) * (12 if name == "year" else 1))
    return _moved_seconds(value, amount * _SECONDS[name])


def _unit_name(unit: Quantity) -> str:
    if unit.is_calendar or unit.unit in CALENDAR_UNITS:
        return CALENDAR_UNITS[unit.unit]  # `1 'month'` too: it is no UCUM code, and can mean nothing else
    if unit.unit in _NO_CALENDAR or unit.unit not in CALENDAR_OF_UCUM:
        raise WrongTypeError(operation="+", found=str(unit))
    return CALENDAR_OF_UCUM[unit.unit]


def _seconds(name: str, unit: Quantity) -> Decimal:
    if name not in _ON_A_CLOCK:
        raise WrongTypeError(operation="+", found=str(unit))
    return _SECONDS[name]


def _moved_time(value: Time, seconds: Decimal) -> Time:
    hour, minute, second = (*value.parts, 0, 0)[:3]
    total = hour * 3600 + minute * 60 + second + _truncated(seconds, _FIELDS[len(value.parts) + 2])
    total %= _SECONDS_A_DAY
    if total < 0:
        total += _SECONDS_A_DAY
    hours, rest = divmod(Decimal(total), 3600)
    minutes, left = divmod(rest, 60)
    return Time((int(hours), int(minutes), left)[: len(value.parts)])


def _moved_months(value: Date | DateTime, months: int) -> Date | DateTime | None:
    parts = value.parts
    if len(parts) == 1:
        return _with_parts(value, (int(parts[0]) + int(Decimal(months) / 12),))
    total = int(parts[0]) * 12 + int(parts[1]) - 1 + months
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        return None
    day = (min(int(parts[2]), last_day(year, month + 1)),) if len(parts) > 2 else ()
    return _with_parts(value, (year, month + 1, *day, *parts[3:]))


def _moved_seconds(value: Date | DateTime, seconds: Decimal) -> Date | DateTime | None:
    parts = value.parts
    if len(parts) < 3:
        days = seconds / _SECONDS_A_DAY
        months = int(days / 30) if len(parts) == 2 else int(days / 365) * 12
        return _moved_months(value, months)
    seconds = _truncated(seconds, _FIELDS[len(parts) - 1])
    second = parts[5] if len(parts) == 6 else Decimal(0)
    minutes, left = divmod(second + seconds, 60)
    if left < 0:
        minutes, left = minutes - 1, left + 60
    if not abs(minutes) < 10_000 * 366 * 1440:
        return None
    found = shifted((*parts[:5], left) if len(parts) == 6 else parts, minutes=int(minutes))
    return None if found is None else _with_parts(value, found)


def _truncated(seconds: Decimal, field: str) -> Decimal:
    step = _SECONDS[field]
    return seconds if field == "second" else (seconds / step).to_integral_value(ROUND_DOWN) * step


def _with_parts(value: Date | DateTime, parts: tuple[Component, ...]) -> Date | DateTime | None:
    if not 1 <= parts[0] <= 9999:
        return None
    return DateTime(parts, value.offset) if isinstance(value, DateTime) else Date(parts)
