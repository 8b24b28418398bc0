"""Small numbers stay hidden, whatever is subtracted from whatever is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seve.fhir.measures import LEAST, Count, Result, Stratum, suppressed

PAIRS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).filter(lambda pair: sum(pair) > 0), min_size=1, max_size=8
)


def count(numerator: int, rest: int) -> Count:
    return Count(numerator + rest, numerator, (numerator + rest, numerator, rest))


def result(*partitions: list[tuple[int, int]]) -> Result:
    whole = count(sum(n for n, _ in partitions[0]), sum(r for _, r in partitions[0]))
    strata = [[Stratum((str(at),), count(*pair)) for at, pair in enumerate(partition)] for partition in partitions]
    return suppressed(Result(whole, strata, "2026-01-01", "2027-01-01"))


def shown(found: Result) -> list[tuple[int | None, int | None]]:
    counts = [found.whole, *(stratum.count for strata in found.strata for stratum in strata)]
    return [(c.shown_denominator, c.shown_numerator) for c in counts]


def test_a_count_under_eleven_is_hidden_and_eleven_is_shown() -> None:
    assert shown(result([(11, 11)])) == [(22, 11), (22, 11)]
    assert shown(result([(10, 12)])) == [(22, None), (22, None)]
    assert shown(result([(4, 4)])) == [(None, None), (None, None)]


def test_nobody_and_everybody_are_small_numbers_too() -> None:
    assert shown(result([(0, 50)])) == [(50, None), (50, None)]
    assert shown(result([(50, 0)])) == [(50, None), (50, None)]


def test_a_stratum_that_would_follow_from_the_whole_takes_the_smallest_other_with_it() -> None:
    found = result([(20, 5), (30, 30), (15, 40)])
    assert shown(found)[0] == (140, 65)
    # the first has a rest of 5; 140 and 65 less the others would tell it, so the smallest goes too
    assert shown(found)[1:] == [(25, None), (60, 30), (55, None)]


def test_two_hidden_strata_that_are_small_together_take_a_third() -> None:
    found = result([(2, 3), (1, 4), (20, 20), (60, 60)])
    assert shown(found)[1:] == [(None, None), (None, None), (None, None), (120, 60)]


def test_few_persons_with_many_prescriptions_are_few() -> None:
    many = Count(100, 60, (30, 20, 15))
    few = Count(60, 40, (3, 3, 2))
    other = Count(90, 45, (40, 20, 25))
    whole = Count(250, 145, (70, 40, 40))
    strata = [[Stratum(("a",), many), Stratum(("b",), few), Stratum(("c",), other)]]
    found = suppressed(Result(whole, strata, "2026-01-01", "2027-01-01", persons_are_subjects=False))
    assert [s.count.shown_denominator for s in found.strata[0]] == [None, None, 90]


@given(PAIRS)
def test_nothing_shown_tells_a_hidden_count_by_difference(pairs: list[tuple[int, int]]) -> None:
    found = result(pairs)
    whole, strata = found.whole, [stratum.count for stratum in found.strata[0]]
    for c in (whole, *strata):
        assert c.shown_denominator is None or c.denominator >= LEAST
        assert c.shown_numerator is None or min(c.numerator, c.denominator - c.numerator) >= LEAST
        assert c.shown_numerator is None or c.shown_denominator is not None
    if whole.shows[0] and (hidden := [c for c in strata if not c.shows[0]]):
        assert len(hidden) > 1
        assert sum(c.denominator for c in hidden) >= LEAST
    if whole.shows[1] and (hidden := [c for c in strata if not c.shows[1]]):
        assert len(hidden) > 1
        assert sum(c.numerator for c in hidden) >= LEAST
        assert sum(c.denominator - c.numerator for c in hidden) >= LEAST


@given(PAIRS)
def test_what_is_large_enough_alone_is_hidden_only_for_others(pairs: list[tuple[int, int]]) -> None:
    found = result(pairs)
    if all(min(pair) >= LEAST for pair in pairs):
        assert all(None not in row for row in shown(found))
