"""Randomness by counter: each thing that is drawn has a stream of its own, named by the seed and what it is for.

So patient 41 is the same in a population of fifty and of a hundred thousand, whoever makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def stream(seed: str, *names: object) -> Random:
    """The stream of `names`."""
    text = "\0".join(map(str, (seed, *names)))
    return Random(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))  # noqa: S311 - invented people


def weighted(random: Random, items: Sequence[tuple[Item, float]]) -> Item:
    """One of the items, by weight."""
    return random.choices([item for item, _ in items], [weight for _, weight in items])[0]


def count(random: Random, mean: float) -> int:
    """A number of events with the given mean, by Poisson's law (Knuth's method: means are small)."""
    if mean <= 0:
        return 0
    limit, product, found = 2.718281828459045**-mean, random.random(), 0
    while product > limit:
        product *= random.random()
        found += 1
    return found


def day(random: Random, since: date, *, until: date) -> date:
    """A day of the span, `until` left out; `since` when there is no such day."""
    return since + timedelta(days=int(random.random() * max((until - since).days, 1)))
