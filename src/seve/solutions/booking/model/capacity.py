"""Who may book for themselves, and how much somebody may book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.solutions.booking.model.appointments import OPEN, starts

ALONE_FROM: Final = 15
"""From this age one decides for oneself (requirement R08)."""
MAJORITY: Final = 18
MOST_OPEN: Final = 10
"""Appointments to come, of one patient."""
MOST_A_DAY: Final = 6
"""Bookings within 24 hours, of one patient; what was cancelled again counts."""
MOST_OF_ACCOUNT: Final = 15
"""Bookings within 24 hours of everybody whom one account books for."""
DAY: Final = timedelta(days=1)
_GUARDIAN: Final = "GUARD"

Alone: TypeAlias = Literal["", "too_young", "under_guardianship"]
Limit: TypeAlias = Literal["", "open", "day", "account"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What somebody has booked so far."""

    open: int
    day: int


def alone(patient: Resource, related: Iterable[Resource], *, today: date) -> Alone:
    """Why a person may not book for themselves, "" when they may. Adults with a guardian book by the guardian alone."""
    age = _age(str(patient.get("birthDate", "")), today)
    if age is not None and age < ALONE_FROM:
        return "too_young"
    if age is not None and age < MAJORITY:
        return ""
    return "under_guardianship" if any(_is_guardian(one, today) for one in related) else ""


def usage(appointments: Iterable[Resource], *, now: datetime) -> Usage:
    """Counts what is to come, and what was made within a day."""
    found = list(appointments)
    to_come = [one for one in found if one["status"] in OPEN and (start := starts(one)) is not None and start > now]
    lately = [one for one in found if "created" in one and now - _moment(one["created"]) < DAY]
    return Usage(len(to_come), len(lately))


def limit(own: Usage, others: Iterable[Usage]) -> Limit:
    """The limit that one more booking would pass; "" for none."""
    if own.open >= MOST_OPEN:
        return "open"
    if own.day >= MOST_A_DAY:
        return "day"
    return "account" if own.day + sum(one.day for one in others) >= MOST_OF_ACCOUNT else ""


def _is_guardian(related: Resource, today: date) -> bool:
    period = related.get("period", {})
    is_over = bool(period.get("end")) and str(period["end"])[:10] < today.isoformat()
    codes = {c.get("code") for concept in related.get("relationship", ()) for c in concept.get("coding", ())}
    return related.get("active", True) and not is_over and _GUARDIAN in codes


def _age(birth: str, today: date) -> int | None:
    """Whole years; of a birth that is known by its year or month only, the least it can be."""
    if len(birth) < 4:
        return None
    full = birth if len(birth) >= 10 else f"{birth}-12-31" if len(birth) == 4 else f"{birth}-28"
    return today.year - int(full[:4]) - (today.isoformat()[5:] < full[5:10])


def _moment(said: str) -> datetime:
    found = datetime.fromisoformat(said)
    return found.astimezone() if found.tzinfo is None else found
