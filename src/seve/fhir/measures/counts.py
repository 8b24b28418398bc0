"""What a measure counted, and what may be shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """A population and the part of it in the numerator; `persons` of the whole, of that part, and of the rest. Where each subject
    is a person of its own they are the same numbers. `shows` says whether the denominator, and the numerator, may be seen.
    """

    denominator: int
    numerator: int
    persons: tuple[int, int, int]
    shows: tuple[bool, bool] = (True, True)

    @property
    def shown_denominator(self) -> int | None:
        """The denominator; None where it is hidden."""
        return self.denominator if self.shows[0] else None

    @property
    def shown_numerator(self) -> int | None:
        """The numerator; None where it is hidden."""
        return self.numerator if self.shows[1] else None

    @property
    def share(self) -> float | None:
        """The numerator by the denominator; None where either is hidden."""
        return self.numerator / self.denominator if all(self.shows) and self.denominator else None


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the population by the values of a stratifier's components; None for those without a value."""

    values: tuple[str | None, ...]
    count: Count


@dataclass(frozen=True, slots=True)
class Result:
    """What was counted: the whole, and a partition of it for each stratifier, in their order. `start` and `end` are days, the end
    not included.
    """

    whole: Count
    strata: Sequence[Sequence[Stratum]]
    start: str
    end: str
    persons_are_subjects: bool = True
