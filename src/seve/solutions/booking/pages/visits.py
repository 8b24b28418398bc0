"""A patient's own appointments: the list, one of them, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Answer, Document, NotFree, To, View, Visit, Whose, wording
from seve.solutions.booking.actions import freeing, taking, telling, waiting
from seve.solutions.booking.model import appointments, calendars, questions
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.model.appointments import Deed
from seve.solutions.booking.model.calendars import Event
from seve.solutions.booking.pages.finding import Choice, choice
from seve.solutions.booking.pages.frame import BASE, Card, card, done, moment, say
from seve.solutions.booking.queries import agendas, people
from seve.solutions.booking.queries import appointments as reads

_DONE: dict[Deed, str] = {
    "confirm": "confirmed",
    "cancel": "cancelled",
    "move": "moved",
    "arrive": "arrived",
    "back": "back",
    "absent": "absent",
    "done": "done",
}
_PAST_DAYS = 400
_SHOWN_PAST = 10


@dataclass(frozen=True)
class Mine(View):
    """Appointments of the visitor and of those whom they represent."""

    template: ClassVar[str] = "home.html"
    people: tuple[Whose, ...]
    next: tuple[tuple[Card, str], ...]
    waiting: tuple[tuple[Card, str], ...]
    past: tuple[tuple[Card, str], ...]
    done: str


@dataclass(frozen=True)
class One(View):
    """One appointment, with its preparation and its questionnaire."""

    template: ClassVar[str] = "visit.html"
    card: Card
    address: str
    preparation: str
    asks: bool
    answers: tuple[tuple[str, str], ...]
    done: str
    is_patient: bool


@dataclass(frozen=True)
class Moving(View):
    """Other times of the same agenda."""

    template: ClassVar[str] = "move.html"
    card: Card
    choices: tuple[Choice, ...]
    start: str
    on: str
    time: str
    is_lost: bool


async def home(visit: Visit) -> Mine | To:
    """The door: a patient's appointments, a professional's day, an officer's list."""
    match visit.visitor.role:
        case "professional":
            return To("/day")
        case "officer":
            return To("/stranded")
        case _:
            return await _mine(visit)


async def show(visit: Visit) -> One:
    """Raises NotFound."""
    found = await visit.records.read("Appointment", visit.path["id"])
    return await _one(visit, found)


def doing(deed: Deed) -> Answer:
    """The page that does something with an appointment."""

    async def answer(visit: Visit) -> To | Again:
        found = await visit.records.read("Appointment", visit.path["id"])
        try:
            if found["status"] == "waitlist":
                await waiting.leave(visit, found)
                return To("/", {"done": "left"})
            await taking.do(visit, found, deed)
            if deed == "cancel":
                await freeing.offer(visit, found)
                await telling.practice(visit, found, "agenda_cancelled")
        except Refusal as refusal:
            return Again(await _one(visit, found), refusal)
        return To(f"/visits/{found['id']}", {"done": _DONE[deed]})

    return answer


async def other_times(visit: Visit) -> Moving:
    """Raises NotFound."""
    found = await visit.records.read("Appointment", visit.path["id"])
    return await _moving(visit, found)


async def move(visit: Visit) -> To | Again:
    """Moves it; a time that somebody else took meanwhile leads to the next three."""
    found = await visit.records.read("Appointment", visit.path["id"])
    diary = await agendas.one(visit.records, visit.form["agenda"] or appointments.schedule_of(found))
    try:
        moved = await taking.move(visit, found, diary, moment(visit.form["start"]))
        await freeing.offer(visit, found)
        await telling.practice(visit, moved, "agenda_moved")
    except Refusal as refusal:
        lost = tuple(free.start for free in refusal.choices) if isinstance(refusal, NotFree) else None
        return Again(await _moving(visit, found, lost=lost), refusal)
    return To(f"/visits/{found['id']}", {"done": "moved"})


async def calendar_file(visit: Visit) -> Document:
    """One appointment for one's own calendar. Raises NotFound."""
    found = await visit.records.read("Appointment", visit.path["id"])
    shown = card(visit, found)
    title = say(visit, "calendar.with", name=shown.giver) if shown.giver else say(visit, "calendar.plain")
    data = calendars.written(
        [event] if (event := event_of(found, title, shown.place)) else [], name=title, now=visit.now
    )
    return Document(data, calendars.MEDIA_TYPE, "rendez-vous.ics")


def event_of(appointment: Resource, title: str, place: str = "") -> Event | None:
    """An appointment as calendars have it; None for one without a time."""
    start, end = appointments.starts(appointment), appointments.ends(appointment)
    if start is None or end is None:
        return None
    states: dict[str, calendars.State] = {"cancelled": "CANCELLED", "pending": "TENTATIVE"}
    return Event(
        id=appointment["id"],
        start=start,
        end=end,
        title=title,
        state=states.get(appointment["status"], "CONFIRMED"),
        sequence=int(version) if (version := appointment["meta"]["versionId"]).isdigit() else 0,
        place=place,
    )


async def _mine(visit: Visit) -> Mine:
    everybody = await people.everybody(visit)
    since, found = visit.now - timedelta(days=_PAST_DAYS), list[tuple[Card, str]]()
    for one in everybody:
        held = await reads.of_patient(visit.records, f"Patient/{one.id}", since=since)
        found += [(card(visit, appointment), one.name) for appointment in held]
    ended = [pair for pair in found if pair[0].when and _is_past(pair[0], visit)]
    return Mine(
        people=everybody,
        next=_sorted(found, lambda c: c.when is not None and not _is_past(c, visit) and c.status in appointments.OPEN),
        waiting=_sorted(found, lambda c: c.status == "waitlist"),
        past=tuple(reversed(_sorted(ended, lambda c: c.status in appointments.AGREED)))[:_SHOWN_PAST],
        done=done(visit),
    )


def _is_past(shown: Card, visit: Visit) -> bool:
    return shown.when is not None and shown.when + timedelta(minutes=shown.minutes) <= visit.now


def _sorted(found: list[tuple[Card, str]], is_kept: Callable[[Card], bool]) -> tuple[tuple[Card, str], ...]:
    kept = [pair for pair in found if is_kept(pair[0])]
    return tuple(sorted(kept, key=lambda pair: (pair[0].when.timestamp() if pair[0].when else 0, pair[0].id)))


async def _one(visit: Visit, found: Resource) -> One:
    shown = card(visit, found)
    diary = await _diary(visit, shown.schedule)
    reason = diary.agenda.reason(shown.reason) if diary and shown.reason else None
    response = questions.response_of(found)
    return One(
        card=shown,
        address=await _address(visit, diary),
        preparation=diary.preparations.get(shown.reason, "") if diary else "",
        asks=bool(reason and reason.questionnaire) and shown.status in ("pending", "booked"),
        answers=tuple(questions.said(response)) if response else (),
        done=done(visit),
        is_patient=visit.visitor.role == "patient",
    )


async def _moving(visit: Visit, found: Resource, *, lost: tuple[datetime, ...] | None = None) -> Moving:
    shown = card(visit, found)
    diary = await agendas.one(visit.records, shown.schedule)
    path, wanted = f"{BASE}/visits/{shown.id}/move", moment(visit.query.get("start", "")) if lost is None else None
    starts = list(lost or ())
    if lost is None and wanted is None:
        starts = [one.start for one in await taking.times(visit, diary, shown.reason, since=visit.now)]
    return Moving(
        card=shown,
        choices=tuple(choice(visit, path, start, {}) for start in starts),
        start=wanted.isoformat() if wanted else "",
        on=choice(visit, path, wanted, {}).day if wanted else "",
        time=wording.time_of(wanted, visit.language) if wanted else "",
        is_lost=lost is not None,
    )


async def _diary(visit: Visit, id_: str) -> Diary | None:
    return (await agendas.several(visit.records, [id_])).get(id_) if id_ else None


async def _address(visit: Visit, diary: Diary | None) -> str:
    """Where to go: the address of the agenda's place."""
    if diary is None or not diary.place:
        return ""
    found = await visit.records.search("Location", ("_id", diary.place.rpartition("/")[2]))
    for place in found.matches:
        address = place.get("address", {})
        return ", ".join(
            [*address.get("line", ()), f"{address.get('postalCode', '')} {address.get('city', '')}".strip()]
        )
    return ""
