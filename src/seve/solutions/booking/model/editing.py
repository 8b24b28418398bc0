"""What somebody types of an agenda, as reasons, rules and closings; and what to change in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from seve.fhir.scheduling import DAYS, MODES, Closing, Reason, Rounds, Rule

MOST_MINUTES: Final = 480
MOST_SEATS: Final = 50
MOST_KM: Final = 200
_LONGEST: Final = 200
_MOST_COMMUNES: Final = 50
_NUMBERS: Final = ("minutes", "step", "seats", "weeks", "radius")
_CODE: Final = re.compile(r"[a-z0-9]+")

Problem: TypeAlias = Literal[
    "no_text",
    "taken",
    "minutes",
    "no_day",
    "no_time",
    "backwards",
    "no_date",
    "dates",
    "step",
    "seats",
    "weeks",
    "unknown",
    "needs_since",
    "radius",
    "commune",
]


class Typed(Protocol):
    """The fields of a form."""

    def __getitem__(self, name: str, /) -> str: ...
    def all(self, name: str, /) -> tuple[str, ...]:
        """Every value of a field."""
        ...


@dataclass(slots=True)
class Wrong:
    """Problems by field, as they are found."""

    problems: dict[str, Problem] = field(default_factory=dict[str, Problem])

    def add(self, name: str, problem: Problem) -> None:
        """The first of a field stays."""
        self.problems.setdefault(name, problem)


def reason(form: Typed, *, known: Mapping[str, Reason]) -> tuple[Reason | None, dict[str, Problem]]:
    """A visit reason, or what to change."""
    wrong, text = Wrong(), form["text"].strip()
    minutes = _number(form["minutes"], wrong, "minutes", least=1, most=MOST_MINUTES, default=0)
    code = _code(text)
    if not text or len(text) > _LONGEST or not code:
        wrong.add("text", "no_text")
    elif code in known:
        wrong.add("text", "taken")
    if minutes == 0:
        wrong.add("minutes", "minutes")
    modes = tuple(mode for mode in MODES if mode in form.all("mode"))
    made = Reason(
        code,
        text,
        minutes,
        modes,
        "public" in form.all("who"),
        "newcomers" in form.all("who"),
        form["questionnaire"].strip()[:_LONGEST],
    )
    return (None if wrong.problems else made), wrong.problems


def rule(form: Typed, *, reasons: Mapping[str, Reason]) -> tuple[Rule | None, dict[str, Problem]]:
    """A rule, or what to change."""
    wrong = Wrong()
    days = tuple(day for day in DAYS if day in form.all("day"))
    if not days:
        wrong.add("day", "no_day")
    begins, ends = _time(form["from"], wrong, "from"), _time(form["to"], wrong, "to")
    if begins is not None and ends is not None and ends <= begins:
        wrong.add("to", "backwards")
    since, until = _date(form["since"], wrong, "since"), _date(form["until"], wrong, "until")
    if since and until and until < since:
        wrong.add("until", "dates")
    weeks = _number(form["weeks"], wrong, "weeks", least=1, most=52, default=1)
    if weeks > 1 and since is None:
        wrong.add("since", "needs_since")  # weeks are counted from it
    chosen = form.all("reason")
    if any(code not in reasons for code in chosen):
        wrong.add("reason", "unknown")
    step = _number(form["step"], wrong, "step", least=5, most=MOST_MINUTES, default=0) or None
    seats = _number(form["seats"], wrong, "seats", least=1, most=MOST_SEATS, default=1)
    if wrong.problems or begins is None or ends is None:
        return None, wrong.problems
    modes = tuple(mode for mode in MODES if mode in form.all("mode"))
    return Rule(days, begins, ends, since, until, weeks, step, chosen, modes, seats, form["room"].strip()), {}


def closing(form: Typed, *, zone: ZoneInfo) -> tuple[Closing | None, dict[str, Problem]]:
    """A closing from a day and time to another; without times it is whole days."""
    wrong = Wrong()
    first, last = _date(form["from_day"], wrong, "from_day"), _date(form["to_day"] or form["from_day"], wrong, "to_day")
    if first is None:
        wrong.add("from_day", "no_date")
    begins = _time(form["from_time"], wrong, "from_time") if form["from_time"] else time()
    ends = _time(form["to_time"], wrong, "to_time") if form["to_time"] else time(23, 59, 59)
    if wrong.problems or first is None or last is None or begins is None or ends is None:
        return None, wrong.problems
    start, end = datetime.combine(first, begins, zone), datetime.combine(last, ends, zone)
    if end <= start:
        return None, {"to_day": "dates"}
    return Closing(
        start.isoformat(timespec="seconds"), end.isoformat(timespec="seconds"), form["note"].strip()[:_LONGEST]
    ), {}


def names(typed: str) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(filter(None, (one.strip()[:_LONGEST] for one in typed.split(","))))[:_MOST_COMMUNES]


def rounds(form: Typed, *, communes: tuple[tuple[str, str], ...]) -> tuple[Rounds | None, dict[str, Problem]]:
    """How far home visits go, or what to change. `communes` are the codes and names that were typed; a name nobody knows has no code."""
    wrong = Wrong()
    radius = _number(form["radius"], wrong, "radius", least=1, most=MOST_KM, default=0)
    if any(not code for code, _ in communes):
        wrong.add("communes", "commune")
    return (None if wrong.problems else Rounds(radius, communes)), wrong.problems


def _code(text: str) -> str:
    """A code from words: “Première visite” is `premiere-visite`."""
    plain = text.casefold().translate(str.maketrans("àâäçéèêëîïôöùûüÿœæ", "aaaceeeeiioouuuyoa"))
    return "-".join(_CODE.findall(plain))[:60]


def _number(written: str, wrong: Wrong, name: str, *, least: int, most: int, default: int) -> int:
    if not written.strip():
        return default
    text = written.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most):
        wrong.add(name, name if name in _NUMBERS else "unknown")  # pyright: ignore[reportArgumentType] - its name is its problem
        return default
    return int(text)


def _time(written: str, wrong: Wrong, name: str) -> time | None:
    try:
        found = time.fromisoformat(written.strip())
    except ValueError:
        wrong.add(name, "no_time")
        return None
    if found.tzinfo is not None:
        wrong.add(name, "no_time")
        return None
    return found.replace(second=0, microsecond=0)


def _date(written: str, wrong: Wrong, name: str) -> date | None:
    if not written.strip():
        return None
    try:
        found = date.fromisoformat(written.strip())
    except ValueError:
        wrong.add(name, "no_date")
        return None
    if not 2000 <= found.year <= 2199:
        wrong.add(name, "no_date")
        return None
    return found
