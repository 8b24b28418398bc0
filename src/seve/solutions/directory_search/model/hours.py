"""When something is open: the times of HealthcareService, PractitionerRole (availableTime) and Location (hoursOfOperation)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from seve.fhir import Resource
from seve.sdk import wording

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT, _END = "00:00", "24:00"


@dataclass(frozen=True, slots=True)
class Opening:
    """A span of some days of the week: `since` and `until` are "08:30"; a whole day is from 00:00 to 24:00."""

    days: tuple[str, ...]
    since: str
    until: str

    @property
    def is_all_day(self) -> bool:
        """Round the clock."""
        return (self.since, self.until) == (_MIDNIGHT, _END)


def openings(resource: Resource | None) -> tuple[Opening, ...]:
    """The spans, in their order; a time without its days holds every day (R4: no day is said)."""
    times: Iterable[dict[str, Any]] = (
        (resource or {}).get("availableTime") or (resource or {}).get("hoursOfOperation") or ()
    )
    return tuple(_opening(one) for one in times)


def is_open_on(found: Iterable[Opening], now: datetime) -> bool:
    """Whether there is a span on the day of `now`, in France."""
    today = DAYS[now.astimezone(wording.ZONE).weekday()]
    return any(today in one.days for one in found)


def is_open_at(found: Iterable[Opening], now: datetime) -> bool:
    """Whether `now` is within a span, in France."""
    local = now.astimezone(wording.ZONE)
    today, clock = DAYS[local.weekday()], f"{local:%H:%M}"
    return any(today in one.days and one.since <= clock < one.until for one in found)


def _opening(one: dict[str, Any]) -> Opening:
    days = tuple(day for day in DAYS if day in one.get("daysOfWeek", DAYS))
    since = one.get("availableStartTime") or one.get("openingTime") or _MIDNIGHT
    until = one.get("availableEndTime") or one.get("closingTime") or _END
    return Opening(days, str(since)[:5], str(until)[:5])
