"""FHIRPath's Date, DateTime and Time: values of partial precision (FHIRPath N1, 2.1.5 to 2.1.7).

`parts` holds as many components as were written: year, month, day, hour, minute, second. Seconds and milliseconds are one
component, a Decimal whose scale is its precision (N1, 6.2). They print as FHIR writes them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date as calendar_date
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

_OFFSET = r"(?P<offset>Z|[+-]\d\d:\d\d)?"
_CLOCK = r"(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?)?"
_DAY = r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
_DATE = re.compile(_DAY, re.ASCII)
_DATETIME = re.compile(f"{_DAY}(?:T(?:{_CLOCK}{_OFFSET})?)?", re.ASCII)
_TIME = re.compile(f"T?{_CLOCK}", re.ASCII)
_MINUTES_A_DAY = 1440
_LARGEST_OFFSET = 14 * 60
Component: TypeAlias = int | Decimal


@dataclass(frozen=True, slots=True)
class Date:
    """A date of one to three components."""

    parts: tuple[Component, ...]

    def __str__(self) -> str:
        return _dated(self.parts)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and time of one to six components; `offset` in minutes east of UTC, None when it wasn't written."""

    parts: tuple[Component, ...]
    offset: int | None = None

    def __str__(self) -> str:
        if len(self.parts) < 4:
            return _dated(self.parts)
        return f"{_dated(self.parts[:3])}T{_clocked(self.parts[3:])}{_zoned(self.offset)}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day of one to three components."""

    parts: tuple[Component, ...]

    def __str__(self) -> str:
        return _clocked(self.parts)


Temporal: TypeAlias = Date | DateTime | Time


def literal(text: str) -> Temporal | None:
    """The value of a literal as written, with its `@`; None when there is no such day or time."""
    if text.startswith("@T"):
        return parse_time(text[2:])
    return parse_datetime(text[1:]) if "T" in text else parse_date(text[1:])


@lru_cache(maxsize=4096)
def parse_date(text: str) -> Date | None:
    """A Date from `2015`, `2015-02` or `2015-02-04`."""
    match = _DATE.fullmatch(text)
    parts = _valid(match) if match else None
    return Date(parts) if parts else None


@lru_cache(maxsize=4096)
def parse_datetime(text: str) -> DateTime | None:
    """A DateTime from FHIR's dateTime or instant, or with the trailing `T` of a literal."""
    match = _DATETIME.fullmatch(text)
    parts = _valid(match) if match else None
    if match is None or parts is None:
        return None
    offset = _minutes(match["offset"])
    return DateTime(parts, offset) if offset is None or abs(offset) <= _LARGEST_OFFSET else None


@lru_cache(maxsize=1024)
def parse_time(text: str) -> Time | None:
    """A Time from `14`, `14:30`, `14:30:00` or `14:30:00.000`, with or without a `T` before it."""
    match = _TIME.fullmatch(text)
    parts = _valid(match) if match else None
    return Time(parts) if parts else None


def precedes(left: Temporal, right: Temporal) -> int | None:
    """-1, 0 or 1 as `left` is before, at or after `right`; None when their precision or zones don't tell (N1, 6.1, 6.2)."""
    if isinstance(left, Time) != isinstance(right, Time):
        return None
    if is_zoned(left) != is_zoned(right) and len(left.parts) > 3 and len(right.parts) > 3:
        return None
    ones, others = (in_utc(left), in_utc(right)) if is_zoned(left) and is_zoned(right) else (left.parts, right.parts)
    for one, other in zip(ones, others, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(ones) == len(others) else None


def is_zoned(value: Temporal) -> bool:
    """Whether the value states its offset from UTC."""
    return isinstance(value, DateTime) and value.offset is not None


def in_utc(value: Temporal) -> tuple[Component, ...]:
    """The components shifted to UTC, as many as were written."""
    if not isinstance(value, DateTime) or not value.offset or len(value.parts) < 4:
        return value.parts
    return shifted(value.parts, minutes=-value.offset) or value.parts


def shifted(parts: tuple[Component, ...], *, minutes: int) -> tuple[Component, ...] | None:
    """The components of a date and time, moved; as many as before. None outside the years 1 to 9999."""
    year, month, day, hour, minute = (*(int(p) for p in parts[:5]), 0, 0)[:5]
    total = calendar_date(year, month, day).toordinal() * _MINUTES_A_DAY + hour * 60 + minute + minutes
    ordinal, rest = divmod(total, _MINUTES_A_DAY)
    if not 1 <= ordinal <= calendar_date.max.toordinal():
        return None
    moved = calendar_date.fromordinal(ordinal)
    return (moved.year, moved.month, moved.day, rest // 60, rest % 60, *parts[5:])[: len(parts)]


def last_day(year: int, month: int) -> int:
    """How many days a month has."""
    return monthrange(year, month)[1]


def _valid(match: re.Match[str]) -> tuple[Component, ...] | None:
    groups = match.groupdict()
    if not _in_calendar(groups) or not _on_clock(groups):
        return None
    names = ("year", "month", "day", "hour", "minute")
    found: list[Component] = [int(groups[name]) for name in names if groups.get(name)]
    if groups.get("second"):
        found.append(Decimal(groups["second"]))
    return tuple(found)


def _in_calendar(groups: dict[str, str | None]) -> bool:
    if not groups.get("year"):
        return True
    year, month, day = int(groups["year"] or 0), int(groups["month"] or 1), int(groups["day"] or 1)
    return year > 0 and 1 <= month <= 12 and 1 <= day <= last_day(year, month)


def _on_clock(groups: dict[str, str | None]) -> bool:
    if groups.get("hour") and not groups.get("day") and "year" in groups:
        return False
    second = Decimal(groups.get("second") or 0)
    return int(groups.get("hour") or 0) < 24 and int(groups.get("minute") or 0) < 60 and second < 61


def _minutes(offset: str | None) -> int | None:
    if offset is None:
        return None
    if offset == "Z":
        return 0
    minutes = int(offset[1:3]) * 60 + int(offset[4:6])
    return -minutes if offset[0] == "-" else minutes


def _dated(parts: tuple[Component, ...]) -> str:
    return "-".join(f"{part:0{4 if index == 0 else 2}d}" for index, part in enumerate(int(p) for p in parts))


def _clocked(parts: tuple[Component, ...]) -> str:
    return ":".join(_two_digits(part) for part in parts)


def _two_digits(part: Component) -> str:
    text = str(part)
    return text if len(text.partition(".")[0]) >= 2 else f"0{text}"


def _zoned(offset: int | None) -> str:
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
