"""Small numbers hidden, and with them as many others as it takes that no difference tells them.

A count of fewer than eleven persons is hidden, zero too: a zero says of everyone in a group that they are not. So is a numerator
whose rest is that small, for the denominator stands beside it. The strata of a stratifier add up to the whole; so the hidden ones
must be two or more, and together eleven persons or more, or else the smallest that is shown goes as well, and so on.

Each stratifier is a partition of its own (parsing refuses components that two share), so that these are all the sums there are.
What several reports (of neighbouring periods, say) tell together is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from seve.fhir.measures.counts import Count, Result, Stratum

LEAST: Final = 11
"""The fewest persons that a count may show."""

Sizes = Callable[[Count], tuple[int, ...]]


def suppressed(result: Result) -> Result:
    """The result with what may be shown of each count."""
    whole = _judged(result.whole)
    strata = [_partition(part, whole, are_persons=result.persons_are_subjects) for part in result.strata]
    return replace(result, whole=whole, strata=strata)


def _judged(count: Count) -> Count:
    all_, part, rest = count.persons
    shows = min(count.denominator, all_) >= LEAST
    few = min(count.numerator, count.denominator - count.numerator, part, rest) < LEAST
    return replace(count, shows=(shows, shows and not few))


def _partition(strata: Sequence[Stratum], whole: Count, *, are_persons: bool) -> list[Stratum]:
    counts = [_judged(stratum.count) for stratum in strata]
    if whole.shows[0]:
        for at in _more(counts, 0, lambda count: (count.persons[0],), are_persons=are_persons):
            counts[at] = replace(counts[at], shows=(False, False))
    if whole.shows[1]:
        for at in _more(counts, 1, lambda count: count.persons[1:], are_persons=are_persons):
            counts[at] = replace(counts[at], shows=(counts[at].shows[0], False))
    return [replace(stratum, count=count) for stratum, count in zip(strata, counts, strict=True)]


def _more(counts: Sequence[Count], which: int, sizes: Sizes, *, are_persons: bool) -> list[int]:
    """The shown counts that must go too, the smallest first, until the hidden ones don't follow from the whole."""
    hidden = [count for count in counts if not count.shows[which]]
    shown = sorted((at for at, count in enumerate(counts) if count.shows[which]), key=lambda at: min(sizes(counts[at])))
    gone = list[int]()
    while hidden and shown and not _are_many(hidden, sizes, are_persons=are_persons):
        gone.append(shown.pop(0))
        hidden.append(counts[gone[-1]])
    return gone


def _are_many(hidden: Sequence[Count], sizes: Sizes, *, are_persons: bool) -> bool:
    """Two or more, and enough persons in each number that their sum would tell. The same person may be in several strata where
    subjects are no persons: then no more are sure than the largest has.
    """
    together = sum if are_persons else max
    return len(hidden) > 1 and all(together(column) >= LEAST for column in zip(*map(sizes, hidden), strict=True))
