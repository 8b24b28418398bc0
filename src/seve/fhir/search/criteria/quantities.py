"""Numbers (R4, 3.1.1.4.7) and quantities (3.1.1.4.11): prefixes, precision, units."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from seve.fhir.search.criteria.prefixes import prefixed
from seve.fhir.search.keys import value_key
from seve.fhir.search.quantities import UCUM, canonical_key, canonical_value
from seve.fhir.search.query import Criterion, Prefix, QuantityMatch, QuantityRange
from seve.fhir.search.scope import Asked
from seve.fhir.search.separation import separated, unescaped

_NUMBER = re.compile(r"[+-]?\d{1,400}(?P<fraction>\.\d{1,400})?(?P<exponent>[eE][+-]?\d{1,3})?", re.ASCII)
_APPROXIMATION = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class _Bounds:
    prefix: Prefix
    value: Decimal
    margin: Decimal

    def range(self, keys: tuple[int, ...], convert: Callable[[Decimal], float]) -> QuantityRange:
        lo, hi = self.value - self.margin, self.value + self.margin
        return QuantityRange(keys, self.prefix, convert(self.value), convert(lo), convert(hi))


def number(asked: Asked) -> Criterion:
    """The criterion of a number parameter. Raises WrongModifier, WrongPrefix, WrongValue."""
    if asked.modifier:
        raise asked.wrong_modifier()
    return QuantityMatch(asked.text, tuple(number_range(asked, unescaped(value)) for value in asked.values))


def number_range(asked: Asked, value: str) -> QuantityRange:
    """The range of one number. Raises WrongPrefix, WrongValue."""
    return _bounds(asked, value).range(asked.subject.keys, float)


def quantity(asked: Asked) -> Criterion:
    """The criterion of a quantity parameter. Raises WrongModifier, WrongPrefix, WrongValue."""
    if asked.modifier:
        raise asked.wrong_modifier()
    return QuantityMatch(asked.text, tuple(_quantity(asked, value) for value in asked.values))


def _quantity(asked: Asked, value: str) -> QuantityRange:
    pieces = [unescaped(piece) for piece in separated(value, "|")]
    if len(pieces) not in (1, 3) or (len(pieces) == 3 and pieces[1] and not pieces[2]):
        raise asked.wrong_value(value, "number, number|system|code, number||unit")
    bounds = _bounds(asked, pieces[0])
    system, code = pieces[1:] if len(pieces) == 3 else ("", "")
    canonical = canonical_key(code) if system == UCUM else None
    if canonical is not None:
        keys = tuple(k ^ canonical for k in asked.subject.keys)
        return bounds.range(keys, lambda v: canonical_value(v, code))
    unit = value_key(f"{system}|{code}") if code else 0
    return bounds.range(tuple(k ^ unit for k in asked.subject.keys), float)


def _bounds(asked: Asked, text: str) -> _Bounds:
    prefix, rest = prefixed(asked.subject, text)
    found = _NUMBER.fullmatch(rest)
    if found is None:
        raise asked.wrong_value(text, "number")
    value = Decimal(rest)
    margin = abs(value) * _APPROXIMATION if prefix == "ap" else _half_digit(found, value)
    return _Bounds(prefix, value, margin)


def _half_digit(found: re.Match[str], value: Decimal) -> Decimal:
    """Half of the last digit. The standard counts a digit more in `1e2`: it means [95, 105)."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    is_bare = found["exponent"] is not None and found["fraction"] is None
    return Decimal(5).scaleb(exponent - (2 if is_bare else 1))
