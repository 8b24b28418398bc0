"""`+ - * / div mod` and signs (FHIRPath N1, 6.6). None stands for the empty collection: overflow, division by zero, units
that don't go together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from seve.fhir import units
from seve.fhir.path.calendar import moved
from seve.fhir.path.errors import WrongTypeError
from seve.fhir.path.quantity import Quantity, finer
from seve.fhir.path.temporal import Date, DateTime, Time
from seve.fhir.path.values import Long, is_number, system_name

EXACT = Context(prec=28)
_LARGEST_POWER_OF_TEN = 28
_TEMPORAL = (Date, DateTime, Time)


def bounded(value: Any) -> Any:
    """A number within the language's range (Integer 32 bits, Long 64, Decimal 28 digits), None beyond it."""
    if isinstance(value, Long):
        return value if -(2**63) <= value < 2**63 else None
    if isinstance(value, int):
        return value if -(2**31) <= value < 2**31 else None
    return value if value.is_finite() and value.adjusted() < _LARGEST_POWER_OF_TEN else None


def plus(left: Any, right: Any) -> Any:
    """`left + right`: numbers, strings, quantities, a date or time and a duration."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, _TEMPORAL) and isinstance(right, Quantity):
        return moved(left, right.value, unit=right)
    if isinstance(right, _TEMPORAL) and isinstance(left, Quantity):
        return moved(right, left.value, unit=left)
    return _added("+", left, right)


def minus(left: Any, right: Any) -> Any:
    """`left - right`."""
    if isinstance(left, _TEMPORAL) and isinstance(right, Quantity):
        return moved(left, -right.value, unit=right)
    return _added("-", left, right)


def times(left: Any, right: Any) -> Any:
    """`left * right`."""
    return _multiplied("*", left, right)


def divided(left: Any, right: Any) -> Any:
    """`left / right`: a Decimal, or a Quantity."""
    return _multiplied("/", left, right)


def whole_division(left: Any, right: Any) -> Any:
    """`left div right`, towards zero."""
    left, right = _numbers("div", left, right)
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        return bounded(_integer(_truncated(left, right), left, right))
    try:
        return bounded(int(EXACT.divide_int(Decimal(left), Decimal(right))))
    except InvalidOperation:
        return None


def remainder(left: Any, right: Any) -> Any:
    """`left mod right`, with the sign of `left`."""
    left, right = _numbers("mod", left, right)
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        return _integer(left - right * _truncated(left, right), left, right)
    try:
        return EXACT.remainder(Decimal(left), Decimal(right))
    except InvalidOperation:
        return None


def negated(value: Any) -> Any:
    """`-value`."""
    if isinstance(value, Quantity):
        return Quantity(-value.value, value.unit, is_calendar=value.is_calendar, is_mapped=value.is_mapped)
    if not is_number(value):
        raise WrongTypeError(operation="-", found=system_name(value) or "complex")
    return Long(-value) if isinstance(value, Long) else -value


_ON_NUMBERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": EXACT.divide,
}


def _on_numbers(operator: str, left: Any, right: Any) -> Any:
    if operator == "/" and right == 0:
        return None
    try:
        found = _ON_NUMBERS[operator](Decimal(left), Decimal(right))
    except (Overflow, InvalidOperation, DivisionByZero):
        return None
    if operator != "/" and isinstance(left, int) and isinstance(right, int):
        return bounded(_integer(int(found), left, right))
    return bounded(found)


def _integer(value: int, left: int, right: int) -> int:
    return Long(value) if isinstance(left, Long) or isinstance(right, Long) else value


def _truncated(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _numbers(operator: str, left: Any, right: Any) -> tuple[Any, Any]:
    one, other = (_plain_factor(value) if isinstance(value, Quantity) else value for value in (left, right))
    if not is_number(one) or not is_number(other):
        found = f"{system_name(left) or 'complex'}, {system_name(right) or 'complex'}"
        raise WrongTypeError(operation=operator, found=found)
    return one, other


def _quantities(operator: str, left: Any, right: Any) -> tuple[Quantity, Quantity]:
    ones = tuple(Quantity(Decimal(v), "1") if is_number(v) else v for v in (left, right))
    if not isinstance(ones[0], Quantity) or not isinstance(ones[1], Quantity):
        found = f"{system_name(left) or 'complex'}, {system_name(right) or 'complex'}"
        raise WrongTypeError(operation=operator, found=found)
    return ones[0], ones[1]


def _added(operator: str, left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return _on_numbers(operator, left, right)
    one, other = _quantities(operator, left, right)
    pair = finer(one, other)
    if pair is None or _is_special(one, other):
        return None
    value = _on_numbers(operator, pair[0].value, pair[1].value)
    return None if value is None else Quantity(value, pair[0].unit, is_calendar=pair[0].is_calendar)


def _multiplied(operator: str, left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return _on_numbers(operator, left, right)
    one, other = _quantities(operator, left, right)
    if _is_special(one, other):
        return None
    return _scaled(operator, one, other) or _of_dimensions(operator, one, other)


def _scaled(operator: str, left: Quantity, right: Quantity) -> Quantity | None:
    factor = _plain_factor(right)
    if factor is not None:
        return _with_value(left, _on_numbers(operator, left.value, factor))
    factor = _plain_factor(left)
    if factor is not None and operator == "*":
        return _with_value(right, _on_numbers(operator, factor, right.value))
    return None


def _plain_factor(quantity: Quantity) -> Decimal | None:
    if quantity.is_calendar or not units.comparable(quantity.unit, "1"):
        return None
    return units.convert(quantity.value, quantity.unit, "1")


def _with_value(quantity: Quantity, value: Decimal | None) -> Quantity | None:
    if value is None:
        return None
    return Quantity(value, quantity.unit, is_calendar=quantity.is_calendar, is_mapped=quantity.is_mapped)


def _of_dimensions(operator: str, left: Quantity, right: Quantity) -> Quantity | None:
    if _is_calendar(left) or _is_calendar(right):
        return None
    one, other = units.canonical(left.value, left.ucum), units.canonical(right.value, right.ucum)
    if one is None or other is None:
        return None
    value = _on_numbers(operator, one[0], other[0])
    combine = units.product if operator == "*" else units.quotient
    return None if value is None else Quantity(value, combine(left.ucum, right.ucum))


def _is_calendar(quantity: Quantity) -> bool:
    return quantity.is_calendar and not quantity.is_mapped


def _is_special(left: Quantity, right: Quantity) -> bool:
    return units.is_special(left.ucum) or units.is_special(right.ucum)
