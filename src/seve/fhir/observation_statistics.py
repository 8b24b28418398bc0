"""The statistics of R4's code system observation-statistics, over values of one unit.

Where the code system leaves a choice: deviation and variance are those of a sample (n - 1), percentiles are interpolated between
the values with the least and the greatest at 0 and 100 %, skewness and kurtosis are the third and fourth standardized moments
(a normal distribution has the kurtosis 3).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

Measure: TypeAlias = Callable[[Sequence[Decimal]], Decimal | None]
"""None where the statistic has no value: the deviation of one value, the mean of none."""

_DAY_SECONDS = 86_400


def of_value(values: Sequence[Decimal], measure: str) -> Decimal | None:
    """One statistic by its code, `count`, `total-count` and `regression` aside."""
    return _MEASURES[measure](values)


def unit_of(unit: str, measure: str) -> str:
    """The UCUM code of a statistic of values in `unit`."""
    if measure in ("skew", "kurtosis"):
        return "1"
    return f"({unit}).({unit})" if measure == "variance" else unit


def regression(points: Sequence[tuple[float, Decimal]]) -> tuple[Decimal, Decimal] | None:
    """Gradient (a day) and intercept (at the first point) of values over times in seconds; None when all are at one time."""
    if len({time for time, _ in points}) < 2:
        return None
    first = min(time for time, _ in points)
    days = [(time - first) / _DAY_SECONDS for time, _ in points]
    line = statistics.linear_regression(days, [float(value) for _, value in points])
    return _rounded(line.slope), _rounded(line.intercept)


def _rounded(value: float) -> Decimal:
    return Decimal(f"{value:.12g}")


def _cut(number: int, count: int) -> Measure:
    """One of the values that divide the distribution into `count` classes."""

    def measure(values: Sequence[Decimal]) -> Decimal | None:
        if not values:
            return None
        ordered = sorted(values)
        place = Decimal(len(ordered) - 1) * number / count
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return measure


def _quartile_deviation(values: Sequence[Decimal]) -> Decimal | None:
    lower, upper = _cut(1, 4)(values), _cut(3, 4)(values)
    return None if lower is None or upper is None else (upper - lower) / 2


def _average(values: Sequence[Decimal]) -> Decimal | None:
    return _rounded(float(sum(values, Decimal()) / len(values))) if values else None


def _variance(values: Sequence[Decimal]) -> Decimal | None:
    return _rounded(float(statistics.variance(values))) if len(values) > 1 else None


def _deviation(values: Sequence[Decimal]) -> Decimal | None:
    return _rounded(float(statistics.stdev(values))) if len(values) > 1 else None


def _moment(order: int) -> Measure:
    """A standardized moment."""

    def measure(values: Sequence[Decimal]) -> Decimal | None:
        numbers = [float(value) for value in values]
        if len(set(numbers)) < 2:
            return None
        mean, spread = statistics.fmean(numbers), statistics.pstdev(numbers)
        return _rounded(statistics.fmean(((number - mean) / spread) ** order for number in numbers))

    return measure


_MEASURES: Mapping[str, Measure] = {
    "average": _average,
    "maximum": lambda values: max(values, default=None),
    "minimum": lambda values: min(values, default=None),
    "median": _cut(1, 2),
    "std-dev": _deviation,
    "sum": lambda values: sum(values, Decimal()),
    "variance": _variance,
    "20-percent": _cut(1, 5),
    "80-percent": _cut(4, 5),
    "4-lower": _cut(1, 4),
    "4-upper": _cut(3, 4),
    "4-dev": _quartile_deviation,
    "5-1": _cut(1, 5),
    "5-2": _cut(2, 5),
    "5-3": _cut(3, 5),
    "5-4": _cut(4, 5),
    "skew": _moment(3),
    "kurtosis": _moment(4),
}
