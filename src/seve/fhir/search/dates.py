"""FHIR dates as half-open ranges of microseconds since 1970 UTC, by their precision (R4, 3.1.1.4.6).

A time without a zone is UTC. An open end of a period is `BEGINNING` or `END`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from seve.fhir.search.entries import BEGINNING, END, Entries
from seve.fhir.search.keys import NARROW_MICROSECONDS, WIDE

Moment: TypeAlias = tuple[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_FORMAT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


@lru_cache(maxsize=16_384)
def moment(text: str) -> Moment:
    """The range that a `date`, `dateTime` or `instant` covers; seconds may be left out, as in searches.

    Raises ValueError.
    """
    found = _FORMAT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if hour is None:
        return _days(int(year), month, day=day)
    is_leap_second = second == "60"
    whole = datetime(
        int(year), int(month), int(day), int(hour), int(minute), 59 if is_leap_second else int(second or 0), tzinfo=UTC
    )
    micros = _since_epoch(whole) - _offset(zone) + (_SECOND if is_leap_second else 0)
    if fraction is None:
        return micros, micros + (60 * _SECOND if second is None else _SECOND)
    lo = micros + int(fraction[:6].ljust(6, "0"))
    return lo, lo + max(1, 10 ** (6 - len(fraction)) if len(fraction) < 6 else 1)


def _days(year: int, month: str | None, *, day: str | None) -> Moment:
    lo = _since_epoch(datetime(year, int(month or 1), int(day or 1), tzinfo=UTC))
    if day is not None:
        return lo, lo + _DAY
    if year == 9999 and month in (None, "12"):
        return lo, lo + (365 if month is None else 31) * _DAY
    following = (year, int(month) + 1) if month and month != "12" else (year + 1, 1)
    return lo, _since_epoch(datetime(*following, 1, tzinfo=UTC))


def _since_epoch(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return (-minutes if zone[0] == "-" else minutes) * 60 * _SECOND


def stored(text: str | None) -> Moment | None:
    """The range of a date in a resource; None for none, and for a day that no calendar has (R4's pattern lets 30 February by)."""
    if text is None:
        return None
    try:
        return moment(text)
    except ValueError:
        return None


def period(value: dict[str, Any]) -> Moment | None:
    """The range of a Period, None when it has neither start nor end."""
    start, end = stored(value.get("start")), stored(value.get("end"))
    if start is None:
        return None if end is None else (BEGINNING, end[1])
    hi = END if end is None else end[1]
    return (start[0], hi) if start[0] < hi else start


def timing(value: dict[str, Any]) -> Moment | None:
    """The outer limits of a Timing: its events and the period that bounds it, not what happens between (R4, 3.1.1.4.6)."""
    bounds = value.get("repeat", {}).get("boundsPeriod")
    limits = [*map(stored, value.get("event", ())), None if bounds is None else period(bounds)]
    found = [limit for limit in limits if limit is not None]
    return (min(lo for lo, _ in found), max(hi for _, hi in found)) if found else None


def post_instant(value: str, key: int, *, out: Entries) -> None:
    """Post a date, dateTime or instant."""
    _post(stored(value), key, out=out)


def post_period(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Period."""
    _post(period(value), key, out=out)


def post_timing(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Timing."""
    _post(timing(value), key, out=out)


def _post(found: Moment | None, key: int, *, out: Entries) -> None:
    if found is not None:
        lo, hi = found
        out.moments.append((key if hi - lo <= NARROW_MICROSECONDS else key ^ WIDE, lo, hi))
