"""Components of dates and times: `yearOf()` to `timezoneOffsetOf()`, `dateOf()`, `timeOf()` (FHIRPath, STU part of 5.9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.temporal import Date, DateTime, Time, parse_date, parse_datetime, parse_time
from seve.fhir.path.values import Items

_FIELDS = ("year", "month", "day", "hour", "minute", "second", "millisecond")


def _moment(call: Call) -> Any:
    value = call.value()
    if isinstance(value, str):
        return parse_date(value) or parse_datetime(value) or parse_time(value)
    return value


def _component(value: Any, position: int) -> Decimal | int | None:
    if not isinstance(value, Date | DateTime | Time):
        return None
    position = position - 3 if isinstance(value, Time) else position
    return value.parts[position] if 0 <= position < len(value.parts) else None


def _register(name: str, position: int) -> None:
    @function(f"{name}Of")
    def component(call: Call) -> Items:
        found = _component(_moment(call), min(position, 5))
        if found is None or position < 5:
            return [] if found is None else [found]
        if position == 5:
            return [int(found)]
        return [int(found * 1000) % 1000] if "." in str(found) else []

    del component  # registered; the name is of no further use


for _position, _name in enumerate(_FIELDS):
    _register(_name, _position)


@function("timezoneOffsetOf")
def _timezone_offset_of(call: Call) -> Items:
    value = _moment(call)
    if not isinstance(value, DateTime) or value.offset is None:
        return []
    return [Decimal(value.offset) / 60]


@function("dateOf")
def _date_of(call: Call) -> Items:
    value = _moment(call)
    return [Date(value.parts[:3])] if isinstance(value, Date | DateTime) else []


@function("timeOf")
def _time_of(call: Call) -> Items:
    value = _moment(call)
    return [Time(value.parts[3:])] if isinstance(value, DateTime) and len(value.parts) > 3 else []
