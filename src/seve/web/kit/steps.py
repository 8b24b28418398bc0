"""Steps of something that takes several pages, and tabs, which are links between pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["done", "current", "ahead"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is done may be gone back to by `link`."""

    label: str
    state: State
    link: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside others."""

    label: str
    link: str
    is_current: bool = False
    count: int | None = None


def steps(labels: tuple[str, ...], current: int) -> tuple[Step, ...]:
    """Steps of which those before `current` (from 0) are done."""
    states: tuple[State, ...] = ("done", "current", "ahead")
    return tuple(Step(label, states[(n >= current) + (n > current)]) for n, label in enumerate(labels))
