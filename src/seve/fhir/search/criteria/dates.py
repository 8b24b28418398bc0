"""Dates (R4, 3.1.1.4.6): prefixes and precision."""

from __future__ import annotations

import re

from seve.fhir.search.criteria.prefixes import prefixed
from seve.fhir.search.dates import moment
from seve.fhir.search.query import Criterion, DateMatch, DateRange, LastUpdatedMatch
from seve.fhir.search.scope import Asked
from seve.fhir.search.separation import unescaped

_SPACE_FOR_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d\Z)")
_EXPECTED = "YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm:ss±zz:zz"


def date(asked: Asked) -> Criterion:
    """The criterion of a date parameter. Raises WrongModifier, WrongPrefix, WrongValue."""
    if asked.modifier:
        raise asked.wrong_modifier()
    ranges = tuple(_range(asked, unescaped(value)) for value in asked.values)
    if asked.subject.code == "_lastUpdated":
        return LastUpdatedMatch(asked.text, ranges)
    return DateMatch(asked.text, asked.subject.keys, ranges)


def _range(asked: Asked, value: str) -> DateRange:
    prefix, rest = prefixed(asked.subject, value)
    try:
        lo, hi = moment(_SPACE_FOR_PLUS.sub("+", rest))
    except ValueError as error:
        raise asked.wrong_value(value, _EXPECTED) from error
    if prefix == "ap" and asked.scope.now is not None:
        gap = abs(asked.scope.now - lo) // 10
        return DateRange(prefix, lo - gap, hi + gap)
    return DateRange(prefix, lo, hi)
