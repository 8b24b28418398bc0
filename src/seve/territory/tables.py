"""The figures and lists of `data/`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

OLDEST = 110
"""Years: curves end there."""


@cache
def table(name: str) -> dict[str, Any]:
    """`data/<name>.toml`."""
    return tomllib.loads(resources.files("seve.territory").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def curve(ages: Sequence[float], values: Sequence[float]) -> list[float]:
    """The values by whole age, 0 to OLDEST, straight between the ages given."""
    found, at = list[float](), 0
    for age in range(OLDEST + 1):
        while at < len(ages) - 2 and age >= ages[at + 1]:
            at += 1
        width = ages[at + 1] - ages[at]
        share = min(max((age - ages[at]) / width, 0.0), 1.0)
        found.append(values[at] + share * (values[at + 1] - values[at]))
    return found
