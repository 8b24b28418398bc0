"""Looking for a free time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from seve.fhir.scheduling import MODES
from seve.sdk import View, Visit, Whose, wording
from seve.sdk.kit import Field, Option
from seve.solutions.booking.model import searching
from seve.solutions.booking.model.searching import Sought
from seve.solutions.booking.pages.frame import BASE, carried, say, weekday
from seve.solutions.booking.queries import people
from seve.solutions.booking.queries import searching as reads
from seve.solutions.booking.queries.searching import Offered


@dataclass(frozen=True, slots=True)
class Choice:
    """A time as a button: where it leads, its day and its hour."""

    link: str
    day: str
    time: str
    value: str
    seats: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """An agenda found."""

    id: str
    name: str
    title: str
    place: str
    reason: str
    minutes: int
    modes: tuple[str, ...]
    choices: tuple[Choice, ...]
    more: str


@dataclass(frozen=True)
class Searched(View):
    """The form, and what was found; `lines` None before anything was asked."""

    template: ClassVar[str] = "search.html"
    fields: tuple[Field, ...]
    lines: tuple[Line, ...] | None
    people: tuple[Whose, ...]
    whom: str
    is_asked: bool
    place_unknown: bool


async def search(visit: Visit) -> Searched:
    """Next free times by trade, name, place, way to meet, and evenings."""
    asked, whom = searching.sought(visit.query), visit.query.get("for", "")
    everybody = await people.everybody(visit)
    found = await reads.offered(visit, asked) if not asked.is_empty else ()
    return Searched(
        fields=tuple(_fields(visit, asked)),
        lines=tuple(_line(visit, one, asked, whom) for one in found) if found else (),
        people=everybody,
        whom=whom,
        is_asked=not asked.is_empty,
        place_unknown=found is None,
    )


def _line(visit: Visit, one: Offered, asked: Sought, whom: str) -> Line:
    reason = one.diary.agenda.reason(asked.reason)
    assert reason is not None  # the query left those without out
    said = {"reason": reason.code, "mode": asked.mode, "for": whom}
    kept = {name: value for name, value in said.items() if value}
    return Line(
        id=one.diary.id,
        name=one.diary.name,
        title=one.diary.title,
        place=one.diary.place_name,
        reason=reason.text,
        minutes=reason.minutes,
        modes=reason.modes,
        choices=tuple(choice(visit, f"{BASE}/take/{one.diary.id}", free.start, kept, free.seats) for free in one.times),
        more=f"{BASE}/take/{one.diary.id}?{urlencode(kept)}",
    )


def choice(visit: Visit, path: str, start: datetime, query: dict[str, str], seats: int = 1) -> Choice:
    """A time that leads on to taking it."""
    value = carried(start)
    link = f"{path}?{urlencode({**query, 'start': value})}"
    return Choice(link, weekday(visit, start), wording.time_of(start, visit.language), value, seats)


def _fields(visit: Visit, asked: Sought) -> Iterator[Field]:
    trades = tuple(Option(one, say(visit, f"trades.{one.replace('|', '_')}")) for one in searching.TRADES)
    reasons = tuple(Option(one, say(visit, f"reasons.{one.replace('-', '_')}")) for one in searching.REASONS)
    modes = tuple(Option(one, say(visit, f"modes.{one}")) for one in MODES)
    yield Field("trade", say(visit, "search.trade"), "select", (asked.trade,), options=trades)
    yield Field("name", say(visit, "search.name"), "search", (asked.name,))
    yield Field("city", say(visit, "search.city"), "text", (asked.city,), autocomplete="address-level2")
    yield Field("reason", say(visit, "search.reason"), "select", (asked.reason,), options=reasons)
    yield Field("mode", say(visit, "search.mode"), "select", (asked.mode,), options=modes)
    since = asked.since.isoformat() if asked.since else ""
    yield Field("since", say(visit, "search.since"), "date", (since,), least=visit.now.date().isoformat())
    evening = (Option("1", say(visit, "search.evening")),)
    yield Field("evening", say(visit, "search.when"), "checkbox", ("1",) if asked.is_evening else (), options=evening)
