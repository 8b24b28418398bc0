"""Comparison of stored ranges with searched ones, as SQL on columns `lo` and `hi` (R4, 3.1.1.4.6 and 3.1.1.4.7)."""

from __future__ import annotations

from seve.fhir.search.entries import BEGINNING, END
from seve.fhir.search.query import DateRange, Prefix, QuantityRange
from seve.store.search.arguments import Statement

NARROW_SPAN = 86_401_000_000
"""A narrow moment spans at most this many microseconds, so that a bound on `hi` gives one on `lo`, which is indexed."""

_DATE: dict[Prefix, str] = {
    "eq": "{r}.lo >= {lo} AND {r}.hi <= {hi}",
    "ne": "NOT ({r}.lo >= {lo} AND {r}.hi <= {hi})",
    "gt": "{r}.hi > {hi}",
    "lt": "{r}.lo < {lo}",
    "ge": "({r}.hi > {hi} OR ({r}.lo >= {lo} AND {r}.hi <= {hi}))",
    "le": "({r}.lo < {lo} OR ({r}.lo >= {lo} AND {r}.hi <= {hi}))",
    "sa": "{r}.lo >= {hi}",
    "eb": "{r}.hi <= {lo}",
    "ap": "{r}.lo < {hi} AND {r}.hi > {lo}",
}
_POINT: dict[Prefix, str] = {
    "eq": "{r}.lo >= {lo} AND {r}.lo < {hi}",
    "ne": "({r}.lo < {lo} OR {r}.lo >= {hi})",
    "gt": "{r}.lo > {value}",
    "lt": "{r}.lo < {value}",
    "ge": "{r}.lo >= {value}",
    "le": "{r}.lo <= {value}",
    "sa": "{r}.lo > {value}",
    "eb": "{r}.lo < {value}",
    "ap": "{r}.lo >= {lo} AND {r}.lo <= {hi}",
}
_RANGE: dict[Prefix, str] = {
    "eq": "{r}.lo >= {lo} AND {r}.hi < {hi}",
    "ne": "NOT ({r}.lo >= {lo} AND {r}.hi < {hi})",
    "gt": "{r}.hi > {value}",
    "lt": "{r}.lo < {value}",
    "ge": "{r}.hi >= {value}",
    "le": "{r}.lo <= {value}",
    "sa": "{r}.lo > {value}",
    "eb": "{r}.hi < {value}",
    "ap": "{r}.lo <= {hi} AND {r}.hi >= {lo}",
}


def date(statement: Statement, row: str, searched: DateRange) -> str:
    """The moment `row` satisfies `searched`."""
    return _filled(statement, row, _DATE[searched.prefix], lo=(searched.lo, "bigint"), hi=(searched.hi, "bigint"))


def bounds(searched: DateRange, *, is_narrow: bool) -> tuple[int, int]:
    """The least and the greatest `lo` that a moment satisfying `searched` can have: what the index is scanned for."""
    span = NARROW_SPAN if is_narrow else END - BEGINNING
    lo, hi = searched.lo, searched.hi
    floors = {"eq": lo, "gt": hi - span, "ge": min(lo, hi - span), "sa": hi, "ap": lo - span}
    ceilings = {"eq": hi, "lt": lo, "le": hi, "eb": lo, "ap": hi}
    return max(floors.get(searched.prefix, BEGINNING), BEGINNING), min(ceilings.get(searched.prefix, END), END)


def point(statement: Statement, row: str, searched: QuantityRange) -> str:
    """The number in `row.lo` satisfies `searched`."""
    return _quantity(statement, row, searched, _POINT)


def spread(statement: Statement, row: str, searched: QuantityRange) -> str:
    """The range of numbers in `row` satisfies `searched`."""
    return _quantity(statement, row, searched, _RANGE)


def _quantity(statement: Statement, row: str, searched: QuantityRange, forms: dict[Prefix, str]) -> str:
    numbers = {"value": searched.value, "lo": searched.lo, "hi": searched.hi}
    return _filled(statement, row, forms[searched.prefix], **{name: (n, "float8") for name, n in numbers.items()})


def _filled(statement: Statement, row: str, form: str, **values: tuple[float, str]) -> str:
    """The form with its places bound, those that it has."""
    places = {name: statement.bind(*value) for name, value in values.items() if "{" + name + "}" in form}
    return f"({form.format(r=row, **places)})"
