"""Results and measurements: charts, with the figures beside them, and the form for one's own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from seve.kernel.refusals import Refusal
from seve.sdk import Again, To, View, Visit, wording
from seve.sdk.kit import Chart, Drawing, Series, drawing
from seve.solutions.shared_record.actions import measures as deeds
from seve.solutions.shared_record.model import measures
from seve.solutions.shared_record.model.measures import NAMES, Trend
from seve.solutions.shared_record.pages.frame import PACKAGE, Frame, framed
from seve.solutions.shared_record.queries import trends

_YEARS = (1, 3, 10)
_SHOWN = 4
_MOST_POINTS = 40


@dataclass(frozen=True)
class Figure:
    """A trend as a chart, its drawing and its table."""

    trend: Trend
    chart: Chart
    drawing: Drawing


@dataclass(frozen=True)
class Shown(View):
    """What was chosen of all that there is; `typed` is what the form holds, `asks` whether to confirm a rare value."""

    template: ClassVar[str] = "trends.html"
    frame: Frame
    all: tuple[Trend, ...]
    chosen: frozenset[str]
    figures: tuple[Figure, ...]
    years: int
    spans: tuple[int, ...]
    names: tuple[str, ...]
    units: dict[str, str]
    smoking: str
    statuses: tuple[str, ...]
    typed: dict[str, str]
    asks: bool


async def show(visit: Visit) -> Shown:
    """The charts chosen by `code`, the four with most results otherwise."""
    return await _shown(visit)


async def measure(visit: Visit) -> To | Again:
    """Notes one measurement of a patient's own."""
    form, id_ = visit.form, visit.path["patient"]
    try:
        await deeds.measure(
            visit.records,
            id_,
            form["what"],
            typed=(form["value"], form["second"]),
            unit=form["unit"],
            at=visit.now,
            by=visit.visitor.acts_as,
            is_confirmed=bool(form["confirmed"]),
        )
    except (deeds.NoMeasure, deeds.Rare, deeds.NotPossible) as problem:
        return Again(await _shown(visit, problem), problem)
    return To(f"/{id_}/trends", {"done": "measured"})


async def note_smoking(visit: Visit) -> To | Again:
    """Notes the smoking status."""
    id_ = visit.path["patient"]
    try:
        await deeds.note_smoking(visit.records, id_, visit.form["smoking"], at=visit.now, by=visit.visitor.acts_as)
    except deeds.NotPossible as problem:
        return Again(await _shown(visit, problem), problem)
    return To(f"/{id_}/trends", {"done": "noted"})


async def _shown(visit: Visit, problem: Refusal | None = None) -> Shown:
    frame = await framed(visit, "trends")
    years = next((one for one in _YEARS if str(one) == visit.query.get("years")), 3)
    found, smoked = await asyncio.gather(
        trends.results(visit.records, frame.id, today=visit.now.date(), years=years),
        trends.smoking(visit.records, frame.id),
    )
    asked = visit.query.get("code", "")
    chosen = [one for one in found if one.code == asked] or list(found[:_SHOWN])
    return Shown(
        frame=frame,
        all=found,
        chosen=frozenset(one.code for one in chosen),
        figures=tuple(_figure(visit, one) for one in chosen),
        years=years,
        spans=_YEARS,
        names=NAMES,
        units=_units(),
        smoking=_status(smoked),
        statuses=tuple(measures.SMOKING),
        typed={name: visit.form[name] for name in ("what", "value", "second", "unit")},
        asks=isinstance(problem, deeds.Rare),
    )


def _figure(visit: Visit, trend: Trend) -> Figure:
    points = trend.points[-_MOST_POINTS:]
    labels = tuple(one.at[:10] for one in points)
    series = [Series(trend.title, tuple(one.value for one in points))]
    chart = Chart(
        "line", trend.title, _summary(visit, trend), labels, tuple(series), unit=trend.unit,
        label_name=visit.say(f"{PACKAGE}.trends.date"),
    )  # fmt: skip
    return Figure(trend, chart, drawing(chart))


def _summary(visit: Visit, trend: Trend) -> str:
    """A sentence: how many, the last, the range, how many out of range."""
    points, language = trend.points, visit.language
    values = [one.value for one in points]

    def number(value: Decimal) -> str:
        return wording.number(value, language)

    out = sum(bool(one.flag) for one in points)
    told = visit.say(
        f"{PACKAGE}.trends.summary",
        number=len(points),
        last=number(points[-1].value),
        day=wording.day(points[-1].at, language),
        least=number(min(values)),
        most=number(max(values)),
        unit=trend.unit,
    )
    return f"{told} {visit.say(f'{PACKAGE}.trends.out_of_range', number=out)}" if out else told


def _units() -> dict[str, str]:
    return {one: measures.WRITTEN.get(one, one) for kind in measures.KINDS.values() for one in kind.units}


def _status(resource: dict[str, object] | None) -> str:
    codes = wording.codes(resource.get("valueCodeableConcept")) if resource else ()  # type: ignore[arg-type] - JSON
    return next((name for name, code in measures.SMOKING.items() if code in codes), "")
