"""The line of those who wait for a time: who is asked, for how long a time is kept, and what becomes of no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.extensions import own
from seve.solutions.booking.model import appointments
from seve.solutions.booking.model.appointments import Taken

HOLD: Final = timedelta(minutes=appointments.HOLD_MINUTES)
NOTICE: Final = timedelta(hours=1)
"""A freed time is offered only with so much notice."""


def wanted(waiting: Resource, *, now: datetime) -> tuple[datetime, datetime]:
    """From when to when a time would suit."""
    period: Mapping[str, str] = next(iter(waiting.get("requestedPeriod", ())), {})
    since = datetime.fromisoformat(period["start"]) if "start" in period else now
    until = datetime.fromisoformat(period["end"]) if "end" in period else now + timedelta(days=60)
    return max(since, now + NOTICE), until


def is_over(waiting: Resource, *, now: datetime) -> bool:
    """Whether no time would suit any more."""
    since, until = wanted(waiting, now=now)
    return until <= since


def kept(waiting: Resource, taken: Taken, *, givers: Iterable[Mapping[str, Any]], until: datetime) -> Resource:
    """The same appointment as a time that is kept (`pending`) until a moment."""
    patient = [one for one in waiting["participant"] if appointments.is_patient(one)]
    changed: Resource = {
        **waiting,
        "status": "pending",
        "start": appointments.instant(taken.start),
        "end": appointments.instant(taken.start + timedelta(minutes=taken.minutes)),
        "minutesDuration": taken.minutes,
        "participant": [*patient, *(appointments.giver(one) for one in givers)],
    }
    changed = appointments.put(changed, "hold", valueInstant=appointments.instant(until))
    return appointments.put(changed, "mode", valueCode=taken.mode) if taken.mode else changed


def held_until(appointment: Resource) -> datetime | None:
    """Until when a time is kept; None for an appointment that nobody waited for."""
    said = appointments.value_of(appointment, "hold")
    return datetime.fromisoformat(said) if said else None


def lapsed(appointment: Resource, *, now: datetime) -> Resource:
    """At the end of the line again, with the time that was not answered."""
    changed: Resource = {k: v for k, v in appointment.items() if k not in ("start", "end", "minutesDuration")}
    refused_ = appointments.extension("refused", valueInstant=appointment["start"])
    changed = appointments.put({**changed, "status": "waitlist", "created": appointments.instant(now)}, "hold")
    changed["participant"] = [
        one if appointments.is_patient(one) else {**one, "required": "information-only"}
        for one in appointment["participant"]
    ]
    return {**changed, "extension": [*changed.get("extension", ()), refused_]}


def refused(waiting: Resource) -> frozenset[datetime]:
    """Times that were free when somebody began to wait, or were offered and not answered."""
    return frozenset(datetime.fromisoformat(one["valueInstant"]) for one in own(waiting, "appointment-refused"))
