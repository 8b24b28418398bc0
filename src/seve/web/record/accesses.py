"""Who saw my data: by day and person, with a chart by week, a file to take along, and a way to contest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from seve.engine.rights import accesses as trail
from seve.engine.rights import requests
from seve.engine.rights.telling import Line, csv_of, lines
from seve.engine.rights.wording import ZONE
from seve.kernel.refusals import Refusal
from seve.store.audit.reading import LAST
from seve.web.record.room import PRIVATE, NotYourPage, Room, Whose, back
from seve.web.signin.devices import address_of

if TYPE_CHECKING:
    from seve.engine.audit.trail import Access
    from seve.engine.identity.holding import Held

_PAGE = 60
_CHARTED = 2_000
_WEEKS = 12
_BAR_WIDTH, _CHART_HEIGHT = 40, 90


@dataclass(frozen=True, slots=True)
class Visit:
    """What one person did on one day."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        """One of them, for what they have in common."""
        return self.lines[-1]

    @property
    def what(self) -> str:
        """All that was touched."""
        return ", ".join(dict.fromkeys(word for line in self.lines for word in line.what.split(", ") if word))

    @property
    def is_urgent(self) -> bool:
        """Whether the glass was broken."""
        return any(line.is_urgent for line in self.lines)


@dataclass(frozen=True, slots=True)
class Bar:
    """A week of the chart; places are in the units of the picture."""

    monday: datetime
    count: int
    x: int
    y: int
    height: int


class AccessPages:
    """For patients and who represents them."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(self, request: Request) -> Response:
        """Accesses of others, and the chart."""
        held = await self._room.enter(request, "patient")
        query = request.query_params
        whose = await self._room.whose(request, held, query.get("for", ""))
        grant, engine = self._room.grant(request, held), self._room.engine
        written = query.get("before", "")
        before = int(written) if written.isascii() and written.isdigit() and len(written) < 19 else LAST
        own = (held.principal.role, *held.principal.related)
        charted = await trail.seen(engine, grant, whose.patient, own=own, count=_CHARTED)
        found = charted.first(_PAGE)
        if before != LAST:
            found = await trail.seen(engine, grant, whose.patient, own=own, before=before, count=_PAGE)
        names = await trail.names(engine, grant, found.accesses)
        language = self._room.pages.language(request)
        return self._room.render(
            request,
            "accesses.html",
            held=held,
            whose=whose,
            days=_days(lines(found.accesses, names, language)),
            before=found.before,
            is_first=before == LAST,
            bars=_bars(charted.accesses),
            bar_width=_BAR_WIDTH,
            chart_height=_CHART_HEIGHT,
            asked=[one for one in await requests.of_patient(engine, grant, whose.patient) if one.kind == "contest"],
        )

    async def contest(self, request: Request) -> Response:
        """The form for one access."""
        held = await self._room.enter(request, "patient")
        whose = await self._room.whose(request, held, request.query_params.get("for", ""))
        return await self._form(request, held, whose, entry=request.query_params.get("entry", ""))

    async def send(self, request: Request) -> Response:
        """Sends it to the officer."""
        await self._room.enter(request, "patient")
        held, form = await self._room.pages.sent(request)
        whose = await self._room.whose(request, held, form["for"])
        line = await self._line(request, held, whose, form["entry"])
        try:
            await requests.ask(
                self._room.engine,
                held.principal,
                whose.patient,
                kind="contest",
                words=form["words"],
                about=str(line.vid),
                source=address_of(request),
            )
        except requests.WordsMissing as refusal:
            return await self._form(request, held, whose, entry=form["entry"], refusal=refusal)
        return back("/accesses", **{"for": whose.id}, done="contested")

    async def table(self, request: Request) -> Response:
        """The whole trail as CSV, for spreadsheets."""
        held = await self._room.enter(request, "patient")
        whose = await self._room.whose(request, held, request.query_params.get("for", ""))
        language = self._room.pages.language(request)
        rows = csv_of(self._room.engine, self._room.grant(request, held), whose.patient, language=language)
        headers = {**PRIVATE, "content-disposition": 'attachment; filename="acces.csv"'}
        return StreamingResponse(rows, headers=headers, media_type="text/csv; charset=utf-8")

    async def _line(self, request: Request, held: Held, whose: Whose, entry: str) -> Line:
        grant, engine = self._room.grant(request, held), self._room.engine
        vid = int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 19 else 0
        access = await trail.one(engine, grant, whose.patient, vid) if vid else None
        if access is None:
            raise NotYourPage
        return next(lines([access], await trail.names(engine, grant, [access]), self._room.pages.language(request)))

    async def _form(
        self, request: Request, held: Held, whose: Whose, *, entry: str, refusal: Refusal | None = None
    ) -> Response:
        line = await self._line(request, held, whose, entry)
        context: dict[str, Any] = {"line": line, "problem": self._room.told(request, refusal)}
        return self._room.render(
            request, "contest.html", refusal.status if refusal else 200, held=held, whose=whose, **context
        )


def _days(found: Iterable[Line]) -> list[tuple[datetime, list[Visit]]]:
    """By day in France and person, newest first."""
    days = list[tuple[datetime, list[Visit]]]()
    for _, group in groupby(found, key=lambda line: line.at.astimezone(ZONE).date()):
        by_person = dict[tuple[str, str], list[Line]]()
        for line in group:
            by_person.setdefault((line.person.reference, line.application), []).append(line)
        visits = [Visit(tuple(one)) for one in by_person.values()]
        days.append((visits[0].first.at, visits))
    return days


def _bars(accesses: Iterable[Access]) -> list[Bar]:
    """The last weeks, the oldest first, each from its Monday in France."""
    today = datetime.now(ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
    mondays = [today - timedelta(days=today.weekday() + 7 * n) for n in reversed(range(_WEEKS))]
    times = (datetime.fromisoformat(one.at).astimezone(ZONE) for one in accesses)
    counts = Counter((at - timedelta(days=at.weekday())).date() for at in times)
    most = max((counts[monday.date()] for monday in mondays), default=0) or 1
    heights = [round(counts[monday.date()] / most * (_CHART_HEIGHT - 20)) for monday in mondays]
    return [
        Bar(monday, counts[monday.date()], n * _BAR_WIDTH, _CHART_HEIGHT - height, height)
        for n, (monday, height) in enumerate(zip(mondays, heights, strict=True))
    ]
