"""Mathematics (FHIRPath N1, 5.7), on Decimals throughout."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation, Overflow
from typing import Any

from seve.fhir.path.arithmetic import EXACT, bounded
from seve.fhir.path.errors import BadValueError
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.quantity import Quantity
from seve.fhir.path.values import Items, Long, is_number

_MOST_PLACES = 28


@function("abs")
def _abs(call: Call) -> Items:
    return _on_value(call, lambda value: Long(abs(value)) if isinstance(value, Long) else abs(value))


@function("ceiling")
def _ceiling(call: Call) -> Items:
    return _on_value(call, lambda value: _whole(value, ROUND_CEILING))


@function("floor")
def _floor(call: Call) -> Items:
    return _on_value(call, lambda value: _whole(value, ROUND_FLOOR))


@function("truncate")
def _truncate(call: Call) -> Items:
    return _on_value(call, lambda value: _whole(value, ROUND_DOWN))


@function("round", (0, 1))
def _round(call: Call) -> Items:
    places = call.integer_argument(0) or 0
    if not 0 <= places <= _MOST_PLACES:
        raise BadValueError(value=places)
    return _on_value(call, lambda value: _rounded(value, places))


@function("exp")
def _exp(call: Call) -> Items:
    return _on_decimal(call, EXACT.exp)


@function("ln")
def _ln(call: Call) -> Items:
    return _on_decimal(call, EXACT.ln)


@function("sqrt")
def _sqrt(call: Call) -> Items:
    return _on_decimal(call, EXACT.sqrt)


@function("log", 1)
def _log(call: Call) -> Items:
    base = call.number_argument(0)
    if base is None:
        return []
    return _on_decimal(call, lambda value: _tidy(EXACT.divide(EXACT.ln(value), EXACT.ln(Decimal(base)))))


@function("power", 1)
def _power(call: Call) -> Items:
    exponent = call.number_argument(0)
    value = call.number()
    if exponent is None or value is None:
        return []
    found = _computed(lambda: EXACT.power(Decimal(value), Decimal(exponent)))
    if found is None:
        return []
    if isinstance(value, int) and isinstance(exponent, int) and exponent >= 0:
        whole = bounded(Long(int(found)) if isinstance(value, Long) else int(found))
        return [] if whole is None else [whole]
    return [_tidy(found)]


def _on_value(call: Call, compute: Callable[[Any], Any]) -> Items:
    value = call.value()
    if value is None:
        return []
    if isinstance(value, Quantity):
        found = compute(value.value)
        return [Quantity(Decimal(found), value.unit, is_calendar=value.is_calendar, is_mapped=value.is_mapped)]
    if not is_number(value):
        raise call.wrong(value)
    found = compute(value)
    return [] if found is None else [found]


def _whole(value: Any, rounding: str) -> int | None:
    if isinstance(value, int):
        return value
    return bounded(int(value.to_integral_value(rounding)))


def _rounded(value: Any, places: int) -> Any:
    try:
        return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except InvalidOperation:
        return Decimal(value)


def _on_decimal(call: Call, compute: Callable[[Decimal], Decimal]) -> Items:
    value = call.number()
    if value is None:
        return []
    found = _computed(lambda: compute(Decimal(value)))
    return [] if found is None else [found]


def _computed(compute: Callable[[], Decimal]) -> Decimal | None:
    try:
        return bounded(compute())
    except (InvalidOperation, Overflow, ZeroDivisionError):
        return None


def _tidy(value: Decimal) -> Decimal:
    """Without the last digits, where roots and logarithms are uncertain: 10.89 to the power 0.5 is 3.3."""
    rounded = value.quantize(Decimal(1).scaleb(-20)) if abs(value.adjusted()) < 7 else value
    return rounded.normalize() if rounded == rounded.to_integral_value() or rounded != value else value
