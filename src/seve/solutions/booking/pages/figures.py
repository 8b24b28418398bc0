"""What became of appointments, for who gives the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from seve.sdk import View, Visit, wording
from seve.sdk.kit import Chart, Drawing, Field, Series, drawing
from seve.solutions.booking.model import days, figures
from seve.solutions.booking.model.figures import FEWEST, Count, Line, Report
from seve.solutions.booking.pages.frame import say
from seve.solutions.booking.queries import appointments

_MONTHS = 12
_LONGEST_DAYS = 1_100


@dataclass(frozen=True)
class Figures(View):
    """The report. `chart` is None before there are two months to compare."""

    template: ClassVar[str] = "figures.html"
    report: Report
    fields: tuple[Field, ...]
    fewest: int
    percents: dict[str, str]
    lines: tuple[tuple[Line, str], ...]
    months: tuple[tuple[Line, str], ...]
    change: str
    weekly: tuple[tuple[str, Count, str], ...]
    chart: Chart | None
    drawing: Drawing | None


async def show(visit: Visit) -> Figures:
    """By reason and by month; before and after a date when one is given."""
    today = visit.now.astimezone(wording.ZONE).date()
    since = days.of(visit.query.get("since", ""), today=today - timedelta(days=365))
    until = min(days.of(visit.query.get("until", ""), today=today), today)
    since = max(since, until - timedelta(days=_LONGEST_DAYS))
    pivot = _pivot(visit.query.get("pivot", ""), since, until)
    bounds = days.span(since, wording.ZONE)[0], days.span(until, wording.ZONE)[1]
    actors = filter(None, (visit.visitor.acts_as, visit.visitor.person))
    found = await appointments.between(visit.records, actors, *bounds)
    report = figures.report(found, since=since, until=until, pivot=pivot, zone=wording.ZONE, now=visit.now)
    chart = _chart(visit, report)
    return Figures(
        report=report,
        fields=_fields(visit, since, until, pivot),
        fewest=FEWEST,
        percents={"all": _percent(visit, report.all.absence_percent)},
        lines=tuple((line, _percent(visit, line.count.absence_percent)) for line in report.by_reason),
        months=tuple((line, _percent(visit, line.count.absence_percent)) for line in report.by_month),
        change=_percent(visit, report.change_percent),
        weekly=tuple(_weekly(visit, report)),
        chart=chart,
        drawing=drawing(chart) if chart else None,
    )


def _weekly(visit: Visit, report: Report) -> list[tuple[str, Count, str]]:
    if report.before is None or report.after is None:
        return []
    both = (("before", report.before, report.weeks_before), ("after", report.after, report.weeks_after))
    return [
        (
            name,
            count,
            wording.number((count.visits / weeks).quantize(Decimal("0.1")), visit.language) if count.is_told else "",
        )
        for name, count, weeks in both
    ]


def _chart(visit: Visit, report: Report) -> Chart | None:
    told = [line for line in report.by_month if line.count.is_told]
    if len(told) < 2:
        return None
    sentence = say(visit, "figures.chart", months=len(told), visits=sum(line.count.visits for line in told))
    labels = tuple(line.label for line in told[-_MONTHS:])
    series = (
        Series(say(visit, "figures.visits"), tuple(Decimal(line.count.visits) for line in told[-_MONTHS:])),
        Series(say(visit, "figures.absences"), tuple(Decimal(line.count.absences) for line in told[-_MONTHS:])),
    )
    return Chart(
        "bar", say(visit, "figures.by_month"), sentence, labels, series, label_name=say(visit, "figures.month")
    )


def _percent(visit: Visit, value: Decimal | None) -> str:
    return "" if value is None else f"{wording.number(value, visit.language)} %"


def _pivot(written: str, since: date, until: date) -> date | None:
    found = days.of(written, today=since)
    return found if since < found <= until else None


def _fields(visit: Visit, since: date, until: date, pivot: date | None) -> tuple[Field, ...]:
    return (
        Field("since", say(visit, "figures.since"), "date", (since.isoformat(),)),
        Field("until", say(visit, "figures.until"), "date", (until.isoformat(),)),
        Field(
            "pivot",
            say(visit, "figures.pivot"),
            "date",
            (pivot.isoformat() if pivot else "",),
            hint=say(visit, "figures.pivot_hint"),
        ),
    )
