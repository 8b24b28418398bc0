"""The agenda that a Schedule's extensions describe: what one may come for, when time is given, and when it is not.

`agenda-reason`: what for, how long, on site, by video or at home. `agenda-rule`: weekly hours in local time, from a day to a
day. `agenda-closing`: a period that takes time away. `agenda-zone`: a time zone of the IANA, Europe/Paris when none is told.
`agenda-place`: the commune (INSEE). `agenda-home`: how far home visits go. The store lays the same out in SQL (`migrations/…_agendas.sql`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.extensions import Extension, complex_, own, part, parts, replaced, simple, value

Mode: TypeAlias = Literal["site", "video", "home"]
MODES: Final[tuple[Mode, ...]] = ("site", "video", "home")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONE: Final = "Europe/Paris"
COMMUNES: Final = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
_NAMES = ("agenda-zone", "agenda-place", "agenda-home", "agenda-reason", "agenda-rule", "agenda-closing")


@dataclass(frozen=True, slots=True)
class Reason:
    """What one may come for. `is_public`: patients may book it themselves; `newcomers`: also those who never came.
    `questionnaire` is the canonical of what to answer before, or "".
    """

    code: str
    text: str
    minutes: int
    modes: tuple[str, ...] = ()
    is_public: bool = True
    newcomers: bool = True
    questionnaire: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Weekly hours. `weeks`: every n-th week, counted from the week of `since`. No reasons or modes: all. `step` is the grid in
    minutes (None: as long as the first reason), `seats` more than one for groups, `room` a reference or "".
    """

    days: tuple[str, ...]
    begins: time
    ends: time
    since: date | None = None
    until: date | None = None
    weeks: int = 1
    step: int | None = None
    reasons: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    seats: int = 1
    room: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """A period without time, FHIR dateTimes ("": without a bound), and why."""

    start: str
    end: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Where home visits go: within so many kilometres of the agenda's place as the crow flies (0: not said), or to these communes
    (INSEE code and name). Neither: anywhere.
    """

    radius_km: int = 0
    communes: tuple[tuple[str, str], ...] = ()

    def reach(self, commune: str, km: float | None) -> bool:
        """Whether a visit goes to a commune (its code), so far away (None: not known)."""
        if not self.radius_km and not self.communes:
            return True
        return commune in [code for code, _ in self.communes] or (km is not None and km <= self.radius_km)


@dataclass(frozen=True, slots=True)
class Agenda:
    """All of it; `place` is the code of a commune, or ""."""

    reasons: tuple[Reason, ...] = ()
    rules: tuple[Rule, ...] = ()
    closings: tuple[Closing, ...] = ()
    zone: str = ZONE
    place: str = ""
    rounds: Rounds = Rounds()

    def reason(self, code: str) -> Reason | None:
        """The reason of a code; the first one for ""."""
        return next((one for one in self.reasons if code in ("", one.code)), None)


def agenda_of(schedule: Resource) -> Agenda:
    """What a Schedule that was checked says."""
    return Agenda(
        tuple(map(_reason, own(schedule, "agenda-reason"))),
        tuple(map(_rule, own(schedule, "agenda-rule"))),
        tuple(map(_closing, own(schedule, "agenda-closing"))),
        value(schedule, "agenda-zone", "Code") or ZONE,
        (value(schedule, "agenda-place", "Coding") or {}).get("code", ""),
        _rounds(schedule),
    )


def with_agenda(schedule: Resource, agenda: Agenda) -> Resource:
    """The Schedule with another agenda."""
    return replaced(schedule, _NAMES, list(_extensions(agenda)))


def _reason(extension: Extension) -> Reason:
    return Reason(
        part(extension, "code", ""),
        part(extension, "text", ""),
        part(extension, "minutes", 0),
        tuple(parts(extension, "mode")),
        part(extension, "public", default=True),
        part(extension, "newcomers", default=True),
        part(extension, "questionnaire", ""),
    )


def _rule(extension: Extension) -> Rule:
    return Rule(
        tuple(parts(extension, "day")),
        time.fromisoformat(part(extension, "from", "00:00:00")),
        time.fromisoformat(part(extension, "to", "00:00:00")),
        _date(part(extension, "since")),
        _date(part(extension, "until")),
        part(extension, "weeks", 1),
        part(extension, "step"),
        tuple(parts(extension, "reason")),
        tuple(parts(extension, "mode")),
        part(extension, "seats", 1),
        part(extension, "room", {}).get("reference", ""),
    )


def _closing(extension: Extension) -> Closing:
    period: dict[str, str] = part(extension, "period", {})
    return Closing(period.get("start", ""), period.get("end", ""), part(extension, "note", ""))


def _rounds(schedule: Resource) -> Rounds:
    said = next(iter(own(schedule, "agenda-home")), {})
    communes: list[dict[str, str]] = parts(said, "commune")
    return Rounds(part(said, "radius", 0), tuple((one.get("code", ""), one.get("display", "")) for one in communes))


def _date(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _extensions(agenda: Agenda) -> Iterator[Extension]:
    yield simple("agenda-zone", "Code", agenda.zone)
    if agenda.place:
        yield simple("agenda-place", "Coding", {"system": COMMUNES, "code": agenda.place})
    if agenda.rounds != Rounds():
        yield complex_("agenda-home", _said_of_rounds(agenda.rounds))
    for reason in agenda.reasons:
        yield complex_("agenda-reason", _said_of_reason(reason))
    for rule in agenda.rules:
        yield complex_("agenda-rule", _said_of_rule(rule))
    for closing in agenda.closings:
        period = {key: one for key, one in (("start", closing.start), ("end", closing.end)) if one}
        yield complex_("agenda-closing", [("period", "Period", period), ("note", "String", closing.note)])


def _said_of_rounds(rounds: Rounds) -> Iterator[tuple[str, str, Any]]:
    yield "radius", "PositiveInt", rounds.radius_km or None
    for code, name in rounds.communes:
        yield "commune", "Coding", {"system": COMMUNES, "code": code, "display": name}


def _said_of_reason(reason: Reason) -> Iterator[tuple[str, str, Any]]:
    yield "code", "Code", reason.code
    yield "text", "String", reason.text
    yield "minutes", "PositiveInt", reason.minutes
    for mode in reason.modes:
        yield "mode", "Code", mode
    yield "public", "Boolean", reason.is_public
    yield "newcomers", "Boolean", reason.newcomers
    yield "questionnaire", "Canonical", reason.questionnaire


def _said_of_rule(rule: Rule) -> Iterator[tuple[str, str, Any]]:
    for day in rule.days:
        yield "day", "Code", day
    yield "from", "Time", rule.begins.isoformat()
    yield "to", "Time", rule.ends.isoformat()
    yield "since", "Date", rule.since.isoformat() if rule.since else None
    yield "until", "Date", rule.until.isoformat() if rule.until else None
    yield "weeks", "PositiveInt", rule.weeks if rule.weeks > 1 else None
    yield "step", "PositiveInt", rule.step
    for reason in rule.reasons:
        yield "reason", "Code", reason
    for mode in rule.modes:
        yield "mode", "Code", mode
    yield "seats", "PositiveInt", rule.seats if rule.seats > 1 else None
    yield "room", "Reference", {"reference": rule.room} if rule.room else None
