"""A day at a practice: what is booked, what is free, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from seve.fhir import Resource
from seve.fhir.scheduling import Rule
from seve.solutions.booking.model.agendas import Diary, bounds, is_on
from seve.solutions.booking.model.appointments import OPEN


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a day."""

    booked: int
    arrived: int
    done: int
    absent: int


def of(written: str, *, today: date) -> date:
    """A day as it is asked for; today for what is none."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return today
    return found if 2000 <= found.year <= 2199 else today


def span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From midnight to midnight: 23 or 25 hours when the clocks change."""
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def tally(appointments: Iterable[Resource]) -> Tally:
    """Counts a day by how appointments stand."""
    states = [one["status"] for one in appointments]
    arrived = states.count("arrived") + states.count("checked-in")
    booked = sum(state in OPEN for state in states) - arrived
    return Tally(booked, arrived, states.count("fulfilled"), states.count("noshow"))


def rules_on(diary: Diary, day: date) -> tuple[Rule, ...]:
    """Which rules open a day, in the order of their hours."""
    return tuple(sorted((r for r in diary.agenda.rules if is_on(r, day)), key=lambda rule: rule.begins))


def closed_on(diary: Diary, day: date) -> tuple[str, ...]:
    """Notes of the closings that touch a day."""
    start, end = span(day, diary.zone)
    touching = (c for c in diary.agenda.closings if (b := bounds(c, diary.zone)) and b[0] < end and start < b[1])
    return tuple(one.note for one in touching)
