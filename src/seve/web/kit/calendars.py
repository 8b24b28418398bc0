"""Months, weeks and days with what happens in them, Monday first (ISO 8601)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias
from urllib.parse import urlencode

View: TypeAlias = Literal["month", "week", "day"]
VIEWS: tuple[View, ...] = ("month", "week", "day")


@dataclass(frozen=True, slots=True)
class Event:
    """`tone` is "", "sap" or "calm"."""

    starts: datetime
    ends: datetime
    title: str
    link: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a view; `is_outside` of the month that is shown."""

    date: date
    events: tuple[Event, ...]
    is_today: bool
    is_outside: bool = False

    def at(self, hour: int) -> tuple[Event, ...]:
        """What begins within an hour."""
        return tuple(one for one in self.events if one.starts.hour == hour)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A view around a date, at `path`. `opens` and `closes` are the hours that weeks and days show at least."""

    view: View
    around: date
    today: date
    events: tuple[Event, ...]
    path: str
    opens: int = 8
    closes: int = 18

    @property
    def weeks(self) -> tuple[tuple[Day, ...], ...]:
        """Whole weeks, from Monday, that hold the view; for a day, that day alone."""
        if self.view == "day":
            return ((self._day(self.around),),)
        first, last = self._bounds()
        start = first - timedelta(days=first.weekday())
        days = [self._day(start + timedelta(days=n)) for n in range((last - start).days + 7 - last.weekday())]
        return tuple(tuple(days[n : n + 7]) for n in range(0, len(days), 7))

    @property
    def days(self) -> tuple[Day, ...]:
        """All days of the view."""
        return tuple(day for week in self.weeks for day in week)

    @property
    def hours(self) -> range:
        """The hours to show: those of opening, and those in which something begins."""
        begun = [one.starts.hour for day in self.days for one in day.events]
        return range(min([self.opens, *begun]), max([self.closes, *(hour + 1 for hour in begun)]))

    @property
    def before(self) -> date:
        """A date of the view before this one."""
        if self.view == "month":
            return (self.around.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.around - timedelta(days=7 if self.view == "week" else 1)

    @property
    def after(self) -> date:
        """A date of the view after this one."""
        if self.view == "month":
            return (self.around.replace(day=1) + timedelta(days=31)).replace(day=1)
        return self.around + timedelta(days=7 if self.view == "week" else 1)

    def link(self, day: date, view: View) -> str:
        """Where another date or view is."""
        return f"{self.path}?{urlencode({'view': view, 'day': day.isoformat()})}#calendar"

    def _bounds(self) -> tuple[date, date]:
        if self.view == "week":
            return self.around, self.around
        first = self.around.replace(day=1)
        return first, self.after - timedelta(days=1)

    def _day(self, day: date) -> Day:
        found = sorted((one for one in self.events if one.starts.date() == day), key=lambda one: one.starts)
        is_outside = self.view == "month" and day.month != self.around.month
        return Day(day, tuple(found), is_today=day == self.today, is_outside=is_outside)


def asked(view: str, day: str, *, today: date) -> tuple[View, date]:
    """View and date from an address; what can't be read is the month of today."""
    try:
        around = date.fromisoformat(day)
    except ValueError:
        around = today
    if not 1900 <= around.year <= 2199:
        around = today
    known: dict[str, View] = {one: one for one in VIEWS}
    return known.get(view, "month"), around
