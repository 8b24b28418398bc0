"""What became of appointments: visits, absences and cancellations by reason and by month, before and after a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from seve.fhir import Resource
from seve.solutions.booking.model.appointments import starts, value_of

FEWEST: Final = 11
"""A share of fewer appointments is not told: it would be about few people (threshold of the SNDS access rules: 11)."""
_SOON: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Count:
    """Of some appointments whose time is over. `visits` took place, `absences` nobody came to, `late` were given back within 48
    hours. `open` are those of which nobody said what became.
    """

    all: int = 0
    visits: int = 0
    absences: int = 0
    cancelled: int = 0
    late: int = 0
    open: int = 0

    @property
    def is_told(self) -> bool:
        """Whether they are enough to be told."""
        return self.all >= FEWEST or self.all == 0

    @property
    def absence_percent(self) -> Decimal | None:
        """Absences among those who were awaited, to a tenth; None for too few."""
        awaited = self.visits + self.absences
        return (Decimal(100 * self.absences) / awaited).quantize(Decimal("0.1")) if awaited >= FEWEST else None

    def and_(self, other: Count) -> Count:
        """Both together."""
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Line:
    """A share of the whole: a reason, a month, a weekday."""

    label: str
    count: Count


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; `before` and `after` a date when one was given, as rates a week."""

    all: Count
    by_reason: tuple[Line, ...]
    by_month: tuple[Line, ...]
    before: Count | None
    after: Count | None
    weeks_before: Decimal
    weeks_after: Decimal

    @property
    def change_percent(self) -> Decimal | None:
        """How many more visits a week after than before; None when either is too few."""
        if self.before is None or self.after is None or min(self.before.visits, self.after.visits) < FEWEST:
            return None
        before = Decimal(self.before.visits) / self.weeks_before
        after = Decimal(self.after.visits) / self.weeks_after
        return (100 * (after - before) / before).quantize(Decimal("0.1"))


def report(
    appointments: Iterable[Resource], *, since: date, until: date, pivot: date | None, zone: ZoneInfo, now: datetime
) -> Report:
    """Of appointments that began from `since` to `until`, and are over."""
    found = [
        (one, day) for one in appointments if (day := _day(one, zone)) and since <= day <= until and _is_over(one, now)
    ]
    reasons, months = dict[str, Count](), dict[str, Count]()
    before, after, everything = Count(), Count(), Count()
    for one, day in found:
        single = _one(one)
        everything = everything.and_(single)
        label = one.get("description") or str(value_of(one, "reason") or "")
        reasons[label] = reasons.get(label, Count()).and_(single)
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", Count()).and_(single)
        if pivot and day < pivot:
            before = before.and_(single)
        else:
            after = after.and_(single)
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1].all, pair[0]))
    last = min(until, now.astimezone(zone).date())
    return Report(
        all=everything,
        by_reason=_hidden([Line(label, count) for label, count in ordered]),
        by_month=tuple(Line(label, count) for label, count in sorted(months.items())),
        before=before if pivot else None,
        after=after if pivot else None,
        weeks_before=_weeks(since, pivot or since),
        weeks_after=_weeks(pivot or since, last + timedelta(days=1)),
    )


def _hidden(lines: list[Line]) -> tuple[Line, ...]:
    """When one share alone is too small to be told, the next smallest is not told either: else a subtraction would tell it."""
    small = [line for line in lines if not line.count.is_told]
    if len(small) != 1 or len(lines) < 2:
        return tuple(lines)
    told = [line for line in lines if line.count.is_told]
    next_ = min(told, key=lambda line: line.count.all)
    joined = Line("", small[0].count.and_(next_.count))
    return (*(line for line in told if line is not next_), joined)


def _one(appointment: Resource) -> Count:
    status = appointment["status"]
    return Count(
        all=1,
        visits=int(status in ("fulfilled", "arrived", "checked-in")),
        absences=int(status == "noshow"),
        cancelled=int(status == "cancelled"),
        late=int(status == "cancelled" and _is_late(appointment)),
        open=int(status in ("booked", "pending")),
    )


def _is_late(appointment: Resource) -> bool:
    start, said = starts(appointment), appointment.get("meta", {}).get("lastUpdated")
    return start is not None and said is not None and start - datetime.fromisoformat(said) < _SOON


def _is_over(appointment: Resource, now: datetime) -> bool:
    start = starts(appointment)
    return start is not None and start <= now and appointment["status"] in _COUNTED


def _day(appointment: Resource, zone: ZoneInfo) -> date | None:
    start = starts(appointment)
    return start.astimezone(zone).date() if start else None


def _weeks(since: date, until: date) -> Decimal:
    return Decimal(max((until - since).days, 1)) / 7


_COUNTED: Final = frozenset({"booked", "pending", "arrived", "checked-in", "fulfilled", "noshow", "cancelled"})
