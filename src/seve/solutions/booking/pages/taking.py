"""Taking a time: the reason, the time, for whom; and who was not quick enough keeps what they typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from seve.fhir.scheduling import Reason
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Free, NotFound, NotFree, To, View, Visit, Whose, wording
from seve.solutions.booking.actions import meeting, taking, telling, waiting
from seve.solutions.booking.actions.taking import Asked
from seve.solutions.booking.model import lines
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.pages.finding import Choice, choice
from seve.solutions.booking.pages.frame import BASE, moment, weekday
from seve.solutions.booking.queries import agendas, people


@dataclass(frozen=True)
class Taking(View):
    """The form. `choices` are times to take: all the next ones before one is chosen, the next three when one was lost."""

    template: ClassVar[str] = "take.html"
    id: str
    name: str
    title: str
    place: str
    reasons: tuple[Reason, ...]
    reason: Reason | None
    preparation: str
    mode: str
    start: str
    on: str
    time: str
    choices: tuple[Choice, ...]
    people: tuple[Whose, ...]
    whom: str
    note: str
    is_lost: bool
    rounds: str
    hold_minutes: int = lines.HOLD // timedelta(minutes=1)
    notice_minutes: int = lines.NOTICE // timedelta(minutes=1)


async def show(visit: Visit) -> Taking:
    """The agenda, its reasons and times. Raises NotFound for one that is closed."""
    diary = await _open(visit)
    query = visit.query
    asked = Asked(moment(query.get("start", "")), query.get("reason", ""), query.get("mode", ""))
    return await _view(visit, diary, asked, whom=query.get("for", ""))


async def take(visit: Visit) -> To | Again:
    """Takes it."""
    diary, form = await _open(visit), visit.form
    asked = Asked(moment(form["start"]), form["reason"], form["mode"], form["note"])
    whom = await people.chosen(visit, form["for"])
    try:
        made = await taking.by_patient(visit, diary, asked, whom=whom)
    except NotFree as refusal:
        return Again(await _view(visit, diary, asked, whom=whom.id, lost=refusal.choices), refusal)
    except Refusal as refusal:
        if not 400 <= refusal.status < 500:
            raise
        return Again(await _view(visit, diary, asked, whom=whom.id), refusal)
    await telling.practice(visit, made, "agenda_booked")
    return To(f"/visits/{made['id']}", {"done": "booked"})


async def wait(visit: Visit) -> To | Again:
    """A place in the line."""
    diary, form = await _open(visit), visit.form
    asked = Asked(None, form["reason"], form["mode"])
    whom = await people.chosen(visit, form["for"])
    try:
        await waiting.join(visit, diary, form["reason"], whom=whom)
    except Refusal as refusal:
        return Again(await _view(visit, diary, asked, whom=whom.id), refusal)
    return To("/", {"done": "waiting"})


async def _open(visit: Visit) -> Diary:
    found = await agendas.one(visit.records, visit.path["schedule"])
    if not found.is_open or not found.public_reasons():
        raise NotFound
    return found


async def _view(visit: Visit, diary: Diary, asked: Asked, *, whom: str, lost: tuple[Free, ...] | None = None) -> Taking:
    reasons = diary.public_reasons()
    reason = next((one for one in reasons if asked.reason in ("", one.code)), None)
    start = asked.start if lost is None and reason else None
    times = lost if lost is not None else await _times(visit, diary, reason, asked.start)
    query = {"reason": reason.code if reason else "", "mode": asked.mode, "for": whom}
    said = {name: value for name, value in query.items() if value}
    return Taking(
        id=diary.id,
        name=diary.name,
        title=diary.title,
        place=diary.place_name,
        reasons=reasons,
        reason=reason,
        preparation=diary.preparations.get(reason.code, "") if reason else "",
        mode=asked.mode if reason and asked.mode in reason.modes else next(iter(reason.modes if reason else ()), ""),
        start=asked.start.isoformat() if start and asked.start else "",
        on=weekday(visit, start) if start else "",
        time=wording.time_of(start, visit.language) if start else "",
        choices=tuple(choice(visit, f"{BASE}/take/{diary.id}", one.start, said, one.seats) for one in times),
        people=await people.everybody(visit),
        whom=whom,
        note=asked.note,
        is_lost=lost is not None,
        rounds=meeting.where(visit, diary.agenda.rounds),
    )


async def _times(visit: Visit, diary: Diary, reason: Reason | None, start: datetime | None) -> tuple[Free, ...]:
    """The next times to choose from; none once one is chosen."""
    return () if start or reason is None else await taking.times(visit, diary, reason.code, since=visit.now)
