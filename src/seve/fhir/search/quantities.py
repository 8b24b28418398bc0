"""Numbers and quantities: rows by value, by canonical unit, by unit as it is written (R4, 3.1.1.4.7 and 3.1.1.4.11).

A quantity with a UCUM code is searchable in any unit that measures the same thing. A comparator (`<`) makes an open range.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from math import inf, isfinite
from typing import Any, TypeAlias

from seve.fhir import units
from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import WIDE, value_key

UCUM = "http://unitsofmeasure.org"
_CURRENCIES = "urn:iso:std:iso:4217"
_SAMPLE = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)

Number: TypeAlias = int | Decimal


@lru_cache(maxsize=4096)
def canonical_key(code: str) -> int | None:
    """The key of the canonical unit of a UCUM code, None when the code isn't UCUM or its scale runs downwards (`[pH]`)."""
    one, two = units.canonical(Decimal(1), code), units.canonical(Decimal(2), code)
    if one is None or two is None or one[0] >= two[0]:
        return None
    return value_key(f"ucum|{one[1]}")


@lru_cache(maxsize=4096)
def unit_keys(written: tuple[str | None, str | None, str | None]) -> tuple[int, ...]:
    """The keys of a (system, code, unit) as written, beside the one of no unit."""
    system, code, unit = written
    spellings = {code, unit} - {None, ""}
    keys = [value_key(f"|{spelling}") for spelling in sorted(str(s) for s in spellings)]
    if system and code and not (system == UCUM and canonical_key(code) is not None):
        keys.append(value_key(f"{system}|{code}"))
    return tuple(keys)


def canonical_value(value: Number, code: str) -> float:
    """A value in the canonical unit of a code that has a `canonical_key`."""
    found = units.canonical(Decimal(value), code)
    return float(value) if found is None else float(found[0])


def post_number(value: Number, key: int, *, out: Entries) -> None:
    """Post a decimal or integer."""
    _post(key, (float(value), float(value)), out=out)


def post_quantity(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Quantity, Age or Duration."""
    number = value.get("value")
    if number is not None:
        lo, hi = _limits(number, value.get("comparator"))
        _post_span(value, (lo, hi), key=key, out=out)


def post_money(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Money as a quantity of its currency."""
    number, currency = value.get("value"), value.get("currency")
    if number is not None:
        unit: dict[str, Any] = {"system": _CURRENCIES, "code": currency} if currency else {}
        _post_span(unit, (number, number), key=key, out=out)


def post_range(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Range, open where it has no limit."""
    low, high = value.get("low", {}), value.get("high", {})
    lo, hi = low.get("value"), high.get("value")
    if lo is not None or hi is not None:
        _post_span(low or high, (lo, hi), key=key, out=out)


def post_number_range(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Range where numbers are searched: its units don't count."""
    lo, hi = value.get("low", {}).get("value"), value.get("high", {}).get("value")
    if lo is not None or hi is not None:
        _post(key, (_as_float(lo, -inf), _as_float(hi, inf)), out=out)


def post_samples(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post the bounds of a SampledData; its `E`, `U` and `L` are no values."""
    numbers = [Decimal(sample) for sample in value.get("data", "").split() if _SAMPLE.fullmatch(sample)]
    origin: dict[str, Any] = value.get("origin", {})
    if numbers:
        start, factor = Decimal(origin.get("value", 0)), Decimal(value.get("factor", 1))
        ends = sorted((start + min(numbers) * factor, start + max(numbers) * factor))
        _post_span(origin, (ends[0], ends[1]), key=key, out=out)


def _limits(value: Number, comparator: str | None) -> tuple[Number | None, Number | None]:
    if comparator is None:
        return value, value
    return (None, value) if comparator.startswith("<") else (value, None)


def _post_span(unit: dict[str, Any], ends: tuple[Number | None, Number | None], *, key: int, out: Entries) -> None:
    lo, hi = ends
    low, high = _as_float(lo, -inf), _as_float(hi, inf)
    _post(key, (low, high), out=out)
    system, code = unit.get("system"), unit.get("code")
    for unit_key in unit_keys((system, code, unit.get("unit"))):
        _post(key ^ unit_key, (low, high), out=out)
    if system == UCUM and code is not None and (canonical := canonical_key(code)) is not None:
        low = -inf if lo is None else canonical_value(lo, code)
        high = low if hi is lo else inf if hi is None else canonical_value(hi, code)
        _post(key ^ canonical, (low, high), out=out)


def _as_float(value: Number | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def _post(key: int, ends: tuple[float, float], *, out: Entries) -> None:
    lo, hi = ends
    if lo == hi:
        if isfinite(lo):
            out.quantities.append((key, lo, hi))
    elif lo < hi:
        out.quantities.append((key ^ WIDE, lo, hi))
