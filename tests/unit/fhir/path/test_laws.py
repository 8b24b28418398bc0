"""Laws of arithmetic, order and dates, on values that nobody picked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from seve.fhir import path
from seve.fhir.path.temporal import parse_date, parse_datetime, precedes

NUMBERS = some.one_of(
    some.integers(-(10**6), 10**6),
    some.decimals(-(10**6), 10**6, places=4, allow_nan=False, allow_infinity=False),
)
DAYS = some.dates(date(1900, 1, 1), date(2200, 1, 1))
TEXTS = some.text(max_size=20)


def ask(expression: str, **variables: Any) -> list[Any]:
    return path.evaluate({}, expression, variables=variables)


@given(NUMBERS, NUMBERS)
def test_addition_commutes_and_subtraction_undoes_it(one: Any, other: Any) -> None:
    assert ask("%a + %b = %b + %a", a=one, b=other) == [True]
    assert ask("%a + %b - %b = %a", a=one, b=other) == [True]


@given(NUMBERS, NUMBERS)
def test_exactly_one_of_less_equal_and_greater_is_true(one: Any, other: Any) -> None:
    found = [ask(f"%a {operator} %b", a=one, b=other)[0] for operator in ("<", "=", ">")]
    assert found.count(True) == 1


@given(some.integers(-(10**4), 10**4), some.integers(-(10**3), 10**3).filter(bool))
def test_div_and_mod_make_up_the_dividend(one: int, other: int) -> None:
    assert ask("(%a div %b) * %b + (%a mod %b) = %a", a=one, b=other) == [True]


@given(DAYS, some.integers(-5000, 5000))
def test_a_date_moves_by_days_as_the_calendar_does(day: date, days: int) -> None:
    found = ask(f"@{day.isoformat()} + ({days}).toQuantity('1') * 1 day")
    assert [str(moved) for moved in found] == [(day + timedelta(days=days)).isoformat()]


@given(DAYS, DAYS)
def test_dates_are_ordered_as_the_calendar_is(one: date, other: date) -> None:
    assert ask(f"@{one} < @{other}") == [one < other]
    assert ask(f"@{one} = @{other}") == [one == other]


@given(DAYS, some.integers(0, 23), some.integers(0, 59), some.integers(-14 * 60, 14 * 60))
def test_the_same_instant_in_another_zone_is_equal(day: date, hour: int, minute: int, offset: int) -> None:
    local = parse_datetime(f"{day}T{hour:02d}:{minute:02d}:00Z")
    assert local is not None
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    zoned = parse_datetime(f"{day}T{hour:02d}:{minute:02d}:00{sign}{hours:02d}:{minutes:02d}")
    assert zoned is not None
    assert precedes(zoned, local) == (offset < 0) - (offset > 0)


@given(DAYS)
def test_a_date_is_the_text_it_came_from(day: date) -> None:
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        assert str(parse_date(text)) == text


@given(some.decimals(-(10**6), 10**6, places=3, allow_nan=False, allow_infinity=False))
def test_a_value_lies_between_its_boundaries(value: Decimal) -> None:
    assert ask("%a.lowBoundary() < %a and %a < %a.highBoundary()", a=value) == [True]


@given(TEXTS, TEXTS)
def test_joining_texts_keeps_both(one: str, other: str) -> None:
    assert ask("(%a & %b).startsWith(%a) and (%a & %b).endsWith(%b)", a=one, b=other) == [True]
    assert ask("(%a & %b).length() = %a.length() + %b.length()", a=one, b=other) == [True]


@given(TEXTS)
def test_what_is_encoded_is_decoded_again(text: str) -> None:
    for coding in ("base64", "urlbase64", "hex"):
        assert ask(f"%a.encode('{coding}').decode('{coding}') = %a", a=text) == [True]
    for target in ("html", "json"):
        assert ask(f"%a.escape('{target}').unescape('{target}') = %a", a=text) == [True]


@given(some.lists(some.integers(0, 9), max_size=8), some.lists(some.integers(0, 9), max_size=8))
def test_sets_obey_their_laws(ones: list[int], others: list[int]) -> None:
    assert set(ask("%a | %b", a=ones, b=others)) == set(ones) | set(others)
    assert set(ask("%a.intersect(%b)", a=ones, b=others)) == set(ones) & set(others)
    assert ask("%a.exclude(%b)", a=ones, b=others) == [one for one in ones if one not in others]
    assert ask("%a.intersect(%b).subsetOf(%a)", a=ones, b=others) == [True]
