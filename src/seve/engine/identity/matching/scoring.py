"""From levels to a probability: the weights of Fellegi and Sunter, which `python -m bench.training` estimates with splink.

`m` is how often a level is seen between two records of one person, `u` between those of two; their ratio multiplies the odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log2

from seve.engine.identity.matching.comparing import Levels
from seve.fhir.codec.json import parse

_MOST_BITS = 60.0


@dataclass(frozen=True, slots=True)
class Weights:
    """`prior` is the probability that two records of one block are of one person; `bits` log2(m/u) by comparison and level."""

    prior: float
    bits: Mapping[str, Mapping[str, float]]

    @classmethod
    def read(cls, raw: bytes) -> Weights:
        """From the parameters file: `{"prior": …, "comparisons": {"family": {"same": {"m": …, "u": …}}}}`."""
        told = parse(raw)
        bits = {
            name: {level: log2(float(p["m"]) / float(p["u"])) for level, p in levels.items()}
            for name, levels in told["comparisons"].items()
        }
        return cls(float(told["prior"]), bits)

    def probability(self, levels: Levels) -> float:
        """That two records with these levels are of one person."""
        total = log2(self.prior / (1 - self.prior))
        total += sum(self.bits[name][level] for name, level in levels.items())
        total = max(-_MOST_BITS, min(_MOST_BITS, total))
        return 1 / (1 + 2**-total)


@cache
def shipped() -> Weights:
    """The weights that Sève ships, from a generated population (docs/decisions/0007-matching.md)."""
    return Weights.read(resources.files("seve.engine.identity.matching").joinpath("weights.json").read_bytes())
