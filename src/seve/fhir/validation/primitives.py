"""What the text of each primitive type may be (FHIR R4, Data Types), as patterns that can't backtrack without end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

STRING_LENGTH = 1024 * 1024
"""Strings shall not exceed 1 MiB (FHIR R4, string)."""

DECIMAL_EXPONENT = 300
"""Decimals beyond 10^±300 mean nothing in health and would cost much to write out."""

INTEGERS: Mapping[str, tuple[int, int]] = MappingProxyType({
    "integer": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**31 - 1),
    "positiveInt": (1, 2**31 - 1),
})  # fmt: skip
"""The bounds of the 32-bit integer types."""

_DATE = r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01])%s)?)?"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_URI = r"\S+"
# Whitespace is ASCII whitespace, as in the regular expressions of XML Schema that the standard writes in.

PATTERNS: Mapping[str, str] = MappingProxyType({
    "base64Binary": r"(?a)^\s*+(?:[0-9a-zA-Z+/=]{4}\s*+)++\Z",
    "canonical": rf"(?a)^{_URI}\Z",
    "code": r"(?a)^\S+(?:\s\S+)*\Z",
    "date": rf"(?a)^{_DATE % ''}\Z",
    "dateTime": rf"(?a)^{_DATE % f'(?:T{_TIME}{_ZONE})?'}\Z",
    "id": r"(?a)^[A-Za-z0-9\-.]{1,64}\Z",
    "instant": rf"(?a)^(?!0000)[0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T{_TIME}{_ZONE}\Z",
    "oid": r"(?a)^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+\Z",
    "time": rf"(?a)^{_TIME}\Z",
    "uri": rf"(?a)^{_URI}\Z",
    "url": rf"(?a)^{_URI}\Z",
    "uuid": r"(?a)^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
})  # fmt: skip
"""A pattern for each type whose text is bounded; `string`, `markdown` and `xhtml` only must not be empty."""

CALENDAR = frozenset({"date", "dateTime", "instant"})
"""The types whose text names a day, which must exist."""

COMPILED: Mapping[str, re.Pattern[str]] = MappingProxyType({name: re.compile(p) for name, p in PATTERNS.items()})

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that no FHIR text may hold (FHIR R4, string): those below U+0020, tab and line ends apart."""


def is_decimal_in_range(value: Decimal) -> bool:
    """Whether a decimal is small enough, in magnitude and in digits, to be handled safely."""
    return (
        value.is_finite()
        and abs(value.adjusted()) <= DECIMAL_EXPONENT
        and len(value.as_tuple().digits) <= DECIMAL_EXPONENT
    )


def length_of(type_name: str) -> int | None:
    """How many characters the text of a type may have; None when the standard sets no limit."""
    return None if type_name in ("base64Binary", "xhtml") else STRING_LENGTH
