"""An agenda as people see it: whose it is and where, what one may come for, and which times its rules hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from seve.fhir import Resource
from seve.fhir.extensions import complex_, own, part, replaced, simple, value
from seve.fhir.scheduling import DAYS, Agenda, Closing, Reason, Rounds, Rule, agenda_of, with_agenda

_PREPARATION: Final = "agenda-preparation"
_QUIET: Final = "agenda-quiet"
_PEOPLE: Final = ("PractitionerRole/", "Practitioner/", "Device/")
_ALWAYS: Final = (datetime.min.replace(tzinfo=ZoneInfo("UTC")), datetime.max.replace(tzinfo=ZoneInfo("UTC")))


@dataclass(frozen=True, slots=True)
class Booked:
    """As much of an appointment as an edit of the agenda has to know."""

    id: str
    start: datetime
    end: datetime
    reason: str
    mode: str


@dataclass(frozen=True, slots=True)
class Diary:
    """A Schedule: `actors` give the time, as references with names; `preparations` are what to bring or do, by reason; of a quiet one
    nobody is told what patients book.
    """

    id: str
    title: str
    is_open: bool
    agenda: Agenda
    actors: tuple[Mapping[str, Any], ...]
    preparations: Mapping[str, str]
    version: str
    is_quiet: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """Of its rules."""
        return ZoneInfo(self.agenda.zone)

    @property
    def giver(self) -> str:
        """The reference of who gives the time."""
        return next((r for r in self._references if r.startswith(_PEOPLE)), "")

    @property
    def name(self) -> str:
        """Of who gives the time."""
        return next((str(a["display"]) for a in self.actors if a.get("display") and not _is_place(a)), self.title)

    @property
    def place(self) -> str:
        """The reference of its place, "" without."""
        return next((r for r in self._references if r.startswith("Location/")), "")

    @property
    def place_name(self) -> str:
        """Of its place, as the agenda tells it."""
        return next((str(a.get("display", "")) for a in self.actors if _is_place(a)), "")

    @property
    def goes_home(self) -> bool:
        """Whether one may come for something at home."""
        return any("home" in one.modes for one in self.agenda.reasons)

    def public_reasons(self, mode: str = "") -> tuple[Reason, ...]:
        """What patients may come for."""
        return tuple(r for r in self.agenda.reasons if r.is_public and (not mode or not r.modes or mode in r.modes))

    def holds(self, booked: Booked) -> bool:
        """Whether the agenda, as it is now, has room for such an appointment."""
        for closing in self.agenda.closings:
            start, end = bounds(closing, self.zone)
            if start < booked.end and booked.start < end:
                return False
        return any(_serves(rule, booked) and covers(rule, booked, zone=self.zone) for rule in self.agenda.rules)

    def outside(self, appointments: Iterable[Booked]) -> tuple[Booked, ...]:
        """Those that it has no room for: they stay, and somebody finds them another time."""
        return tuple(one for one in appointments if not self.holds(one))

    @property
    def _references(self) -> tuple[str, ...]:
        return tuple(str(a.get("reference", "")) for a in self.actors)


def diary(schedule: Resource) -> Diary:
    """Reads a Schedule."""
    notes = {part(e, "reason", ""): part(e, "text", "") for e in own(schedule, _PREPARATION)}
    return Diary(
        id=schedule.get("id", ""),
        title=schedule.get("comment", ""),
        is_open=schedule.get("active", True),
        agenda=agenda_of(schedule),
        actors=tuple(schedule.get("actor", ())),
        preparations=notes,
        version=schedule.get("meta", {}).get("versionId", ""),
        is_quiet=bool(value(schedule, _QUIET, "Boolean")),
    )


def with_quiet(schedule: Resource, *, is_quiet: bool) -> Resource:
    """The Schedule of which the practice is told what patients do, or not."""
    return replaced(schedule, (_QUIET,), [simple(_QUIET, "Boolean", said=True)] if is_quiet else [])


def with_rounds(schedule: Resource, rounds: Rounds) -> Resource:
    """The Schedule whose home visits go so far."""
    return with_agenda(schedule, replace(agenda_of(schedule), rounds=rounds))


def with_reason(schedule: Resource, reason: Reason, preparation: str) -> Resource:
    """The Schedule with one more reason to come, or the same one said anew."""
    agenda = agenda_of(schedule)
    kept = tuple(one for one in agenda.reasons if one.code != reason.code)
    notes = {part(e, "reason", ""): part(e, "text", "") for e in own(schedule, _PREPARATION)}
    notes[reason.code] = preparation
    said = [complex_(_PREPARATION, [("reason", "Code", c), ("text", "String", t)]) for c, t in notes.items() if t]
    changed = with_agenda(schedule, replace(agenda, reasons=(*kept, reason)))
    return replaced(changed, (_PREPARATION,), said)


def without_reason(schedule: Resource, code: str) -> Resource:
    """The Schedule without a reason; rules that were for it alone go with it."""
    agenda = agenda_of(schedule)
    rules = [
        replace(rule, reasons=tuple(one for one in rule.reasons if one != code))
        for rule in agenda.rules
        if rule.reasons != (code,)
    ]
    reasons = tuple(one for one in agenda.reasons if one.code != code)
    return with_agenda(schedule, replace(agenda, reasons=reasons, rules=tuple(rules)))


def with_rule(schedule: Resource, rule: Rule) -> Resource:
    """The Schedule with one more rule."""
    agenda = agenda_of(schedule)
    return with_agenda(schedule, replace(agenda, rules=(*agenda.rules, rule)))


def without_rule(schedule: Resource, at: int) -> Resource:
    """The Schedule without the rule of a place."""
    agenda = agenda_of(schedule)
    return with_agenda(schedule, replace(agenda, rules=tuple(r for n, r in enumerate(agenda.rules) if n != at)))


def with_closings(schedule: Resource, closings: Iterable[Closing], *, now: datetime) -> Resource:
    """The Schedule with more closings; those that are over are forgotten."""
    agenda = agenda_of(schedule)
    zone = ZoneInfo(agenda.zone)
    kept = [one for one in agenda.closings if bounds(one, zone)[1] > now]
    added = [one for one in closings if one not in kept]
    return with_agenda(schedule, replace(agenda, closings=(*kept, *added)))


def without_closing(schedule: Resource, at: int) -> Resource:
    """The Schedule without the closing of a place."""
    agenda = agenda_of(schedule)
    return with_agenda(schedule, replace(agenda, closings=tuple(c for n, c in enumerate(agenda.closings) if n != at)))


def bounds(closing: Closing, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when; a day ends with its last moment, and without a bound there is none."""
    start = _bound(closing.start, zone) if closing.start else _ALWAYS[0]
    return start, _bound(closing.end, zone, is_end=True) if closing.end else _ALWAYS[1]


def covers(rule: Rule, booked: Booked, *, zone: ZoneInfo) -> bool:
    """Whether a rule is open for the whole of it. Compared on the line of time, so that an hour which the clocks skip is not there."""
    day = booked.start.astimezone(zone).date()
    begins, ends = (datetime.combine(day, clock, zone).timestamp() for clock in (rule.begins, rule.ends))
    return is_on(rule, day) and begins <= booked.start.timestamp() and booked.end.timestamp() <= ends


def is_on(rule: Rule, day: date) -> bool:
    """Whether a rule opens a day."""
    if DAYS[day.weekday()] not in rule.days or (rule.since and day < rule.since) or (rule.until and day > rule.until):
        return False
    if rule.weeks <= 1 or rule.since is None:
        return True
    return (_monday(day) - _monday(rule.since)).days // 7 % rule.weeks == 0


def _serves(rule: Rule, booked: Booked) -> bool:
    is_for = not rule.reasons or not booked.reason or booked.reason in rule.reasons
    return is_for and (not rule.modes or not booked.mode or booked.mode in rule.modes)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _bound(said: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    if len(said) > 10:
        return datetime.fromisoformat(said)
    day = date.fromisoformat(f"{said}-01-01"[:10] if len(said) < 10 else said)
    return datetime.combine(day + timedelta(days=int(is_end)), time(), zone)


def _is_place(actor: Mapping[str, Any]) -> bool:
    return str(actor.get("reference", "")).startswith(("Location/", "HealthcareService/"))
