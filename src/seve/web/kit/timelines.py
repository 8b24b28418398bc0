"""What happened, in the order of time, newest first, under a heading for each month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["", "still", "alarm"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry. `at` is aware of its zone; `tag` says what kind of thing it is."""

    at: datetime
    title: str
    sentence: str = ""
    tag: str = ""
    link: str = ""
    tone: Tone = ""


def by_month(moments: Iterable[Moment]) -> tuple[tuple[tuple[int, int], tuple[Moment, ...]], ...]:
    """((year, month), moments) from the newest."""
    newest_first = sorted(moments, key=lambda one: one.at, reverse=True)
    grouped = groupby(newest_first, key=lambda one: (one.at.year, one.at.month))
    return tuple((month, tuple(found)) for month, found in grouped)
