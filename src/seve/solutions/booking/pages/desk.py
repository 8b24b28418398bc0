"""Booking at the desk or by telephone, and who stands there without an appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotFree, To, View, Visit, wording
from seve.sdk.kit import Field, Option, filled, to_change
from seve.solutions.booking.actions import desk
from seve.solutions.booking.actions.refusals import NotRight, SeveralPatients
from seve.solutions.booking.model import callers
from seve.solutions.booking.model.agendas import Diary, diary
from seve.solutions.booking.pages.finding import Choice, choice
from seve.solutions.booking.pages.frame import BASE, moment, say
from seve.solutions.booking.queries import agendas


@dataclass(frozen=True)
class Caller(View):
    """The form; `choices` are the next times when the one asked for was not free."""

    template: ClassVar[str] = "desk.html"
    fields: tuple[Field, ...]
    wrong: tuple[Field, ...]
    choices: tuple[Choice, ...]
    on: str
    has_agenda: bool


async def form(visit: Visit) -> Caller:
    """With the time and the agenda of the link."""
    start = moment(visit.query.get("start", "")) or visit.now
    local = start.astimezone(wording.ZONE)
    said = {
        "agenda": visit.query.get("agenda", ""),
        "day": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "walk": visit.query.get("walk", ""),
    }
    return await _view(visit, tuple(said.items()), {})


async def book(visit: Visit) -> To | Again:
    """Books, or lets in who is there now."""
    known = {one["id"]: diary(one) for one in await agendas.schedules_of(visit.records, visit.visitor)}
    held, typed = known.get(visit.form["agenda"]), visit.form
    caller, problems = callers.caller(typed)
    start = None if typed["walk"] else _local(typed["day"], typed["time"], held)
    if held is None:
        problems["agenda"] = "unknown"
    if start is None and not typed["walk"]:
        problems["time"] = "no_time"
    if problems or held is None or caller is None:
        return Again(await _view(visit, typed.pairs, problems), NotRight())
    try:
        made = await desk.book(visit, held, caller, start=start, reason=typed["reason"], note=typed["note"])
    except NotFree as problem:
        path = f"{BASE}/day/new"
        others = tuple(choice(visit, path, one.start, {"agenda": held.id}) for one in problem.choices)
        return Again(await _view(visit, typed.pairs, {}, others), problem)
    except SeveralPatients as problem:
        return Again(await _view(visit, typed.pairs, {}), problem)
    except Refusal as problem:
        return Again(await _view(visit, typed.pairs, {}), problem)
    day = datetime.fromisoformat(made["start"]).astimezone(wording.ZONE).date()
    return To("/day", {"day": day.isoformat(), "done": "booked"})


async def _view(
    visit: Visit, typed: tuple[tuple[str, str], ...], problems: dict[str, str], choices: tuple[Choice, ...] = ()
) -> Caller:
    held = [diary(one) for one in await agendas.schedules_of(visit.records, visit.visitor)]
    told = {name: say(visit, f"problems.{problem}") for name, problem in problems.items()}
    fields = filled(_fields(visit, held), typed=typed, problems=told)
    return Caller(fields, to_change(fields), choices, dict(typed).get("day", ""), bool(held))


def _fields(visit: Visit, held: list[Diary]) -> tuple[Field, ...]:
    reasons = {reason.code: reason.text for one in held for reason in one.agenda.reasons}
    walk = (Option("1", say(visit, "desk.walk_in")),)
    return (
        Field("family", say(visit, "desk.family"), is_required=True),
        Field("given", say(visit, "desk.given"), is_required=True),
        Field("birth", say(visit, "desk.birth"), "date", is_required=True),
        Field("phone", say(visit, "desk.phone"), "tel"),
        Field(
            "agenda",
            say(visit, "desk.agenda"),
            "select",
            is_required=True,
            options=tuple(Option(d.id, d.title or d.name) for d in held),
        ),
        Field(
            "reason",
            say(visit, "desk.reason"),
            "select",
            is_required=True,
            options=tuple(Option(c, t) for c, t in reasons.items()),
        ),
        Field("day", say(visit, "desk.day"), "date", is_required=True),
        Field("time", say(visit, "desk.time"), is_required=True, hint=say(visit, "agendas.hour_hint")),
        Field("walk", say(visit, "desk.now"), "checkbox", options=walk),
        Field("note", say(visit, "desk.note"), "textarea", most="500"),
    )


def _local(day: str, clock: str, held: Diary | None) -> datetime | None:
    """A local time; None for one that is none, such as 02:30 on the night when the clocks go forward."""
    zone = held.zone if held else wording.ZONE
    try:
        found = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock.strip()), zone)
    except ValueError:
        return None
    back = found.astimezone(ZoneInfo("UTC")).astimezone(zone)
    return found if back.replace(tzinfo=None) == found.replace(tzinfo=None) and 2000 <= found.year <= 2199 else None
