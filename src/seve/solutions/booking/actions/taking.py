"""Taking a time: for oneself or somebody else, by a patient or by the practice; moving it, and changing how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from seve.fhir import Resource
from seve.sdk import Alone, Free, Visit, Wanted, Whose
from seve.solutions.booking.actions import meeting
from seve.solutions.booking.actions.refusals import (
    GuardianOnly,
    NoReason,
    NoTime,
    NotNow,
    TooManyOpen,
    TooManyToday,
    TooYoung,
)
from seve.solutions.booking.model import appointments, capacity
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.model.appointments import Deed, Taken, Who
from seve.solutions.booking.queries import people

HORIZON_DAYS = 120
"""Agendas are open so far ahead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for, as it was typed but for the time."""

    start: datetime | None
    reason: str
    mode: str
    note: str = ""


async def by_patient(visit: Visit, diary: Diary, asked: Asked, *, whom: Whose) -> Resource:
    """Books for a patient. Raises NoReason, NoTime, TooYoung, GuardianOnly, KnownOnly, TooFar, NoAddress, TooManyOpen, TooManyToday;
    NotFree when somebody was quicker.
    """
    await check_who(visit, whom)
    taken = _taken(diary, asked, now=visit.now, is_public=True)
    await meeting.check_known(visit, diary, taken.reason, whom=whom)
    if taken.mode == "home":
        await meeting.check_home(visit, diary, whom=whom)
    found = await people.who(visit.records, whom.id)
    return await visit.agendas.book(_made(visit, diary, taken, found), alone=await limits(visit, whom))


async def by_practice(visit: Visit, diary: Diary, asked: Asked, *, who: Who, status: str = "booked") -> Resource:
    """Books for somebody who calls or stands at the desk. Raises NoReason, NoTime; NotFree, SlotTaken."""
    taken = _taken(diary, asked, now=visit.now, is_public=False)
    return await visit.agendas.book(_made(visit, diary, taken, who, status=status))


async def move(visit: Visit, appointment: Resource, diary: Diary, start: datetime | None) -> Resource:
    """The same appointment at another time. Raises NotNow, NoTime; NotFree, SlotTaken, Changed."""
    by_practice_ = visit.visitor.role == "professional"
    if "move" not in appointments.deeds(appointment, now=visit.now, by_practice=by_practice_):
        raise NotNow
    reason = str(appointments.value_of(appointment, "reason") or "")
    mode = str(appointments.value_of(appointment, "mode") or "")
    taken = _taken(diary, Asked(start, reason, mode), now=visit.now, is_public=not by_practice_)
    return await visit.agendas.change(appointments.moved(appointment, taken, givers=diary.actors))


async def do(visit: Visit, appointment: Resource, deed: Deed) -> Resource:
    """Confirms, cancels, notes arrival or absence. Raises NotNow, Changed."""
    by_practice_ = visit.visitor.role == "professional"
    if deed not in appointments.deeds(appointment, now=visit.now, by_practice=by_practice_):
        raise NotNow
    why = "practice" if by_practice_ else "patient"
    return await visit.agendas.change(appointments.done(appointment, deed, why=why))


async def times(visit: Visit, diary: Diary, reason: str, *, since: datetime, count: int = 12) -> tuple[Free, ...]:
    """The next free times of an agenda for a reason."""
    until = visit.now + timedelta(days=HORIZON_DAYS)
    wanted = Wanted(since=max(since, visit.now), until=until, reason=reason, schedules=(diary.id,), count=count)
    return await visit.agendas.free(wanted)


async def check_who(visit: Visit, whom: Whose) -> None:
    """Raises TooYoung, GuardianOnly."""
    match await people.why_not_alone(visit, whom):
        case "too_young":
            raise TooYoung(age=capacity.ALONE_FROM)
        case "under_guardianship":
            raise GuardianOnly
        case _:
            return


async def limits(visit: Visit, whom: Whose) -> Alone:
    """What is counted before one more is written, while nobody else books for those whom the visitor books for: a robot takes no
    hundreds, nor sixteen at once. Its check raises TooManyOpen, TooManyToday.
    """
    own, others = f"Patient/{whom.id}", [f"Patient/{one.id}" for one in await people.everybody(visit)]

    def check(found: Mapping[str, Sequence[Resource]]) -> None:
        usage = {one: capacity.usage(held, now=visit.now) for one, held in found.items()}
        _check(capacity.limit(usage.pop(own), usage.values()))

    return Alone(tuple(dict.fromkeys((own, *others))), visit.now, visit.now - capacity.DAY, check)


def _check(limit: capacity.Limit) -> None:
    match limit:
        case "open":
            raise TooManyOpen(most=capacity.MOST_OPEN)
        case "day":
            raise TooManyToday(most=capacity.MOST_A_DAY)
        case "account":
            raise TooManyToday(most=capacity.MOST_OF_ACCOUNT)
        case _:
            return


def _taken(diary: Diary, asked: Asked, *, now: datetime, is_public: bool) -> Taken:
    reason = diary.agenda.reason(asked.reason)
    if reason is None or (is_public and not reason.is_public):
        raise NoReason(expression="reason")
    start = asked.start
    is_past = start is not None and is_public and start <= now
    if start is None or is_past or start > now + timedelta(days=HORIZON_DAYS):
        raise NoTime(expression="start", days=HORIZON_DAYS)
    mode = asked.mode if asked.mode in reason.modes else next(iter(reason.modes), "")
    return Taken(diary.id, start, reason.minutes, reason.code, reason.text, mode, asked.note.strip()[:500])


def _made(visit: Visit, diary: Diary, taken: Taken, who: Who, *, status: str = "booked") -> Resource:
    return appointments.new(taken, who, givers=diary.actors, now=visit.now, status=status)
