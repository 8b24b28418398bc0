"""Prefixes of ordered values (R4, 3.1.1.4.5)."""

from __future__ import annotations

from seve.fhir.search.query import PREFIXES, Prefix
from seve.fhir.search.refusals import WrongPrefix
from seve.fhir.search.scope import Subject


def prefixed(subject: Subject, value: str) -> tuple[Prefix, str]:
    """The prefix (`eq` when there is none) and the rest of a value. Raises WrongPrefix."""
    prefix = value[:2]
    if prefix not in PREFIXES:
        return "eq", value
    if subject.comparators and prefix not in subject.comparators:
        raise WrongPrefix(parameter=subject.name, prefix=prefix, value=value)
    return prefix, value[2:]
