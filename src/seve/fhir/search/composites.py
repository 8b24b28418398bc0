"""Composites: rows under the key of the parameter and its first part (R4, 3.1.1.4.16).

Every composite of R4 begins with a token. With two parts, the second is posted as usual under a key made of the parameter's
and the first part's; with three, the last two are numbers and stand as lo and hi of one row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import WIDE
from seve.fhir.search.tokens import firsts


class Poster(Protocol):
    """Posts a value under a key."""

    def __call__(self, value: Any, key: int, *, out: Entries) -> None:
        """Post the rows of the value."""


Posted: TypeAlias = tuple[Poster, Any]


def post_composite(key: int, *, first: Iterable[Posted], second: Iterable[Posted], out: Entries) -> None:
    """Post the second parts under each key of the first parts."""
    for under in dict.fromkeys(k for _, value in first for k in firsts(value, key)):
        out.present.append(key)
        for post, value in second:
            post(value, under, out=out)


def post_pair(
    key: int, *, first: Iterable[Posted], second: Iterable[Posted], third: Iterable[Posted], out: Entries
) -> None:
    """Post two numbers under each key of the first parts, as lo and hi of one row."""
    pairs = [(float(lo), float(hi)) for _, lo in second for _, hi in third if lo <= hi]
    for under in dict.fromkeys(k for _, value in first for k in firsts(value, key)):
        out.present.append(key)
        out.quantities += [(under ^ WIDE, lo, hi) for lo, hi in pairs]
