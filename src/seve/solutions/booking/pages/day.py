"""The day of a practice: its agendas side by side, by keyboard or by mouse, and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, To, View, Visit, Wanted, wording
from seve.solutions.booking.actions import freeing, taking
from seve.solutions.booking.actions.refusals import NotNow
from seve.solutions.booking.model import days
from seve.solutions.booking.model.agendas import Diary, diary
from seve.solutions.booking.model.appointments import Deed, schedule_of
from seve.solutions.booking.model.days import Tally
from seve.solutions.booking.pages.frame import Card, card, carried, done, weekday
from seve.solutions.booking.queries import agendas
from seve.solutions.booking.queries import appointments as reads

_FREE = 60
_HIDDEN = frozenset({"cancelled", "entered-in-error", "waitlist", "proposed"})
_DONE: dict[Deed, str] = {
    "arrive": "arrived",
    "absent": "absent",
    "done": "done",
    "back": "back",
    "cancel": "cancelled",
}
_DAY_DEEDS: tuple[Deed, ...] = ("arrive", "absent", "done", "back", "cancel")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the day: an appointment, or a free time (`card` None) with the link that fills it."""

    at: datetime
    time: str
    card: Card | None
    start: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One agenda's day."""

    id: str
    title: str
    place: str
    rows: tuple[Row, ...]
    closed: tuple[str, ...]
    tally: Tally


@dataclass(frozen=True)
class Day(View):
    """The day. `chosen` are the agendas that are shown, of all there are."""

    template: ClassVar[str] = "day.html"
    on: date
    words: str
    before: str
    after: str
    today: str
    lanes: tuple[Lane, ...]
    agendas: tuple[tuple[str, str, bool], ...]
    others: tuple[Card, ...]
    done: str
    has_free: bool


async def show(visit: Visit) -> Day:
    """The agendas of whom the visitor acts for, on one day."""
    return await view(visit, days.of(visit.query.get("day", ""), today=_today(visit)))


async def do(visit: Visit) -> To | Again:
    """Arrived, absent, done, or back; on the day that was shown."""
    found = await visit.records.read("Appointment", visit.path["id"])
    day, name = days.of(visit.form["day"], today=_today(visit)), visit.path["deed"]
    deed: Deed | None = next((one for one in _DAY_DEEDS if one == name), None)
    try:
        if deed is None:
            raise NotNow
        await taking.do(visit, found, deed)
        if deed == "cancel":
            await freeing.offer(visit, found)
    except Refusal as refusal:
        return Again(await view(visit, day), refusal)
    return To("/day", {"day": day.isoformat(), "done": _DONE[deed]})


async def view(visit: Visit, day: date) -> Day:
    """The page of a day."""
    held = [diary(one) for one in await agendas.schedules_of(visit.records, visit.visitor)]
    wanted = visit.query.get("agenda", "")
    chosen = [one for one in held if wanted in ("", one.id)] or held
    since, until = days.span(day, wording.ZONE)
    actors = filter(None, (visit.visitor.acts_as, visit.visitor.person))
    found = [
        one
        for one in await reads.between(visit.records, actors, since, until)
        if one["status"] not in _HIDDEN and "start" in one
    ]
    return Day(
        on=day,
        words=weekday(visit, since),
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat(),
        today=_today(visit).isoformat(),
        lanes=tuple([await _lane(visit, one, found, day) for one in chosen]),
        agendas=tuple((one.id, one.title or one.name, one in chosen and len(chosen) < len(held)) for one in held),
        others=tuple(card(visit, one) for one in found if schedule_of(one) not in {h.id for h in held}),
        done=done(visit),
        has_free=visit.query.get("free", "1") != "0",
    )


async def _lane(visit: Visit, held: Diary, found: list[Resource], day: date) -> Lane:
    own = [one for one in found if schedule_of(one) == held.id]
    rows = [Row(c.when, c.time, c, "") for c in (card(visit, one) for one in own) if c.when is not None]
    since, until = days.span(day, held.zone)
    if until > visit.now and held.is_open and held.agenda.reasons:
        wanted = Wanted(max(since, visit.now), until, schedules=(held.id,), count=_FREE)
        rows += [
            Row(one.start, wording.time_of(one.start, visit.language), None, carried(one.start))
            for one in await visit.agendas.free(wanted)
        ]
    ordered = tuple(sorted(rows, key=lambda row: (row.at, row.card is None)))
    title = held.title or held.name
    return Lane(held.id, title, held.place_name, ordered, days.closed_on(held, day), days.tally(own))


def _today(visit: Visit) -> date:
    return visit.now.astimezone(wording.ZONE).date()
