"""Dates as the CDM wants them: whole days, and times without a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_YEAR, _MONTH, _DAY = len("2026"), len("2026-01"), len("2026-01-02")


class Moment(NamedTuple):
    """The day of a FHIR date, the time in UTC where it has one; `is_whole` is false where the day was not given."""

    day: date
    time: datetime | None
    is_whole: bool


def moment(text: str | None) -> Moment | None:
    """From a FHIR date, dateTime or instant; a year or month stands for its first day. None for nothing or no such day."""
    if not text:
        return None
    try:
        if len(text) <= _DAY:
            day = date.fromisoformat(text + {_YEAR: "-01-01", _MONTH: "-01"}.get(len(text), ""))
            return Moment(day, None, len(text) == _DAY)
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Moment(date.fromisoformat(text[:_DAY]), time.astimezone(UTC).replace(tzinfo=None), is_whole=True)


def last_day(first: date, days: int | None) -> date:
    """The last of so many days, at least one."""
    return first + timedelta(days=max(days or 1, 1) - 1)
