"""A few hundred people, made once for all tests that look at them."""

from __future__ import annotations

from functools import cache

from seve.territory.generating import Terms, record
from seve.territory.personas import known
from seve.territory.traces.record import Record

TERMS = Terms("test")


@cache
def records(number: int = 200) -> list[Record]:
    return [record(TERMS, at) for at in range(number)]


@cache
def stories() -> list[Record]:
    return list(known(TERMS))
