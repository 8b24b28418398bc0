"""Charts as data: they are drawn on the server as SVG, told in a sentence, and given in a table. Script only makes them livelier."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

ChartKind: TypeAlias = Literal["line", "bar", "stacked", "scatter"]
WIDTH, HEIGHT = 480, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 30
_STEPS = (1, 2, 5, 10)
_CHARACTER_WIDTH = 8  # of 13 px type, and a little air
_NO_SPAN = 1e-9


@dataclass(frozen=True, slots=True)
class Series:
    """A name and a value for each label of the chart; None where there is none. A scatter has `across` too, in place of labels."""

    name: str
    values: tuple[Decimal | None, ...]
    across: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """`summary` is the sentence that says what there is to see; `unit` stands beside figures."""

    kind: ChartKind
    title: str
    summary: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    across_unit: str = ""
    label_name: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError when a series has not as many values as there are labels, or a chart has no sentence."""
        if not self.summary:
            raise ValueError("a chart needs its sentence")
        for one in self.series:
            if len(one.values) != len(one.across if self.kind == "scatter" else self.labels):
                raise ValueError(f"series “{one.name}” does not fit the labels")


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid: where it is, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A bar."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point."""

    x: float
    y: float
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart in a field of WIDTH by HEIGHT: grid, bars, dots, and the corners of lines by series (a gap begins another)."""

    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    boxes: tuple[Box, ...]
    dots: tuple[Dot, ...]
    lines: tuple[tuple[int, str], ...]
    base: float
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def drawing(chart: Chart) -> Drawing:
    """The geometry of a chart."""
    return _Pen(chart).drawing()


def ticks(least: float, most: float, *, about: int = 5) -> tuple[float, ...]:
    """Round numbers from at most `least` to at least `most`, as steps of 1, 2 or 5 by a power of ten."""
    span = most - least if most - least > _NO_SPAN else max(abs(most), 1.0)
    power = 10 ** math.floor(math.log10(span / about))
    step = next((n * power for n in _STEPS if span / (n * power) <= about), 10 * power)
    first, last = math.floor(least / step), math.ceil(most / step)
    return tuple(round(n * step, 10) for n in range(first, max(last, first + 1) + 1))


class _Pen:
    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        least, most = _bounds(chart)
        self._rows = ticks(least, most)
        self._columns: tuple[float, ...] = ticks(*_across(chart)) if chart.kind == "scatter" else ()

    def drawing(self) -> Drawing:
        """All of it."""
        dots = tuple(self._dots()) if self._chart.kind in {"line", "scatter"} else ()
        return Drawing(
            rows=tuple(Tick(self._y(value), _written(value)) for value in self._rows),
            columns=self._marks(),
            boxes=tuple(self._boxes()) if self._chart.kind in {"bar", "stacked"} else (),
            dots=dots,
            lines=tuple(self._lines()) if self._chart.kind == "line" else (),
            base=self._y(max(self._rows[0], 0.0)),
        )

    def _y(self, value: float) -> float:
        share = (value - self._rows[0]) / (self._rows[-1] - self._rows[0])
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    def _x(self, place: float) -> float:
        """Of a place from 0 to 1."""
        return round(_LEFT + place * (WIDTH - _LEFT - _RIGHT), 1)

    def _center(self, index: int) -> float:
        return self._x((index + 0.5) / max(len(self._chart.labels), 1))

    def _across(self, value: Decimal | float) -> float:
        return self._x((float(value) - self._columns[0]) / (self._columns[-1] - self._columns[0]))

    def _marks(self) -> tuple[Tick, ...]:
        if self._columns:
            return tuple(Tick(self._across(value), _written(value)) for value in self._columns)
        longest = max(map(len, self._chart.labels), default=1) + 1
        most = max((WIDTH - _LEFT - _RIGHT) // (longest * _CHARACTER_WIDTH), 1)
        every = math.ceil(len(self._chart.labels) / most)
        return tuple(Tick(self._center(n), label) for n, label in enumerate(self._chart.labels) if n % every == 0)

    def _boxes(self) -> Iterable[Box]:
        chart = self._chart
        room = (WIDTH - _LEFT - _RIGHT) / max(len(chart.labels), 1)
        is_stacked = chart.kind == "stacked"
        width = room * 0.7 / (1 if is_stacked else max(len(chart.series), 1))
        for index, label in enumerate(chart.labels):
            below = 0.0
            for number, one in enumerate(chart.series):
                value = one.values[index]
                if value is None:
                    continue
                left = self._center(index) - room * 0.35 + (0 if is_stacked else number * width)
                ends = sorted((self._y(below), self._y(below + float(value))))
                words = _words(one.name, label, value=value, unit=chart.unit)
                yield Box(round(left, 1), ends[0], round(width - 1, 1), round(ends[1] - ends[0], 1), number + 1, words)
                below += float(value) if is_stacked else 0.0

    def _dots(self) -> Iterable[Dot]:
        for number, one in enumerate(self._chart.series):
            for index, value in enumerate(one.values):
                if value is not None:
                    x = self._across(one.across[index]) if one.across else self._center(index)
                    label = str(one.across[index]) if one.across else self._chart.labels[index]
                    words = _words(one.name, label, value=value, unit=self._chart.unit)
                    yield Dot(x, self._y(float(value)), number + 1, words)

    def _lines(self) -> Iterable[tuple[int, str]]:
        for number, one in enumerate(self._chart.series):
            corners: list[str] = []
            for index, value in enumerate((*one.values, None)):
                if value is not None:
                    corners.append(f"{self._center(index)},{self._y(float(value))}")
                elif corners:
                    yield number + 1, " ".join(corners)
                    corners = []


def _bounds(chart: Chart) -> tuple[float, float]:
    if chart.kind == "stacked":
        columns = zip(*(one.values for one in chart.series), strict=True)
        return 0.0, max((float(sum(v for v in column if v is not None)) for column in columns), default=0.0)
    values = [float(v) for one in chart.series for v in one.values if v is not None] or [0.0]
    return (min([0.0, *values]), max([0.0, *values])) if chart.kind == "bar" else (min(values), max(values))


def _across(chart: Chart) -> tuple[float, float]:
    values = [float(v) for one in chart.series for v in one.across] or [0.0]
    return min(values), max(values)


def _written(value: float) -> str:
    return f"{value:g}"


def _words(name: str, label: str, *, value: Decimal, unit: str) -> str:
    return f"{name}, {label} : {value} {unit}".strip()
