from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.fhir.search.searching import found, observation, query

from seve.fhir.search.dates import moment, period
from seve.fhir.search.entries import BEGINNING, END
from seve.fhir.search.query import DateMatch
from seve.fhir.search.refusals import WrongModifier, WrongValue

DAY = 86_400_000_000


def at(id_: str, **effective: Any) -> dict[str, Any]:
    return observation(id_, **effective)


YEAR = at("year", effectiveDateTime="2013")
DATE = at("date", effectiveDateTime="2013-01-14")
TIME = at("time", effectiveDateTime="2013-01-14T10:00:00Z")
SPAN = at("span", effectivePeriod={"start": "2013-01-14", "end": "2013-01-21"})
OPEN = at("open", effectivePeriod={"start": "2013-01-20"})
NONE = at("none")
ALL = (YEAR, DATE, TIME, SPAN, OPEN, NONE)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("2013-01-14", ["date", "time"]),
        ("eq2013-01-14", ["date", "time"]),
        ("2013", ["year", "date", "time", "span"]),
        ("2013-01-14T10:00", ["time"]),
        ("2013-01-14T11:00:00%2B01:00", ["time"]),
        ("2013-01-14T11:00:00 01:00", ["time"]),
        ("ne2013-01-14", ["year", "span", "open"]),
        ("gt2013-01-14", ["year", "span", "open"]),
        ("ge2013-01-14", ["year", "date", "time", "span", "open"]),
        ("lt2013-01-14", ["year"]),
        ("le2013-01-14", ["year", "date", "time"]),
        ("sa2013-01-14", ["open"]),
        ("eb2013-02", ["date", "time", "span"]),
        ("eb2013-01-15", ["date", "time"]),
        ("ap2013-01-16", ["year", "span"]),
        ("2012,2013-01-14", ["date", "time"]),
    ],
)
def test_dates_are_compared_as_ranges(value: str, ids: list[str]) -> None:
    assert found("Observation", f"date={value}", *ALL) == ids


def test_about_widens_by_a_tenth_of_the_distance_to_now() -> None:
    now = moment("2013-02-14")[0]
    assert found("Observation", "date=ap2013-01-17", DATE, TIME, now_microseconds=now) == ["date", "time"]
    assert found("Observation", "date=ap2013-01-19", DATE, TIME, now_microseconds=now) == []
    assert found("Observation", "date=ap2013-01-17", DATE, TIME) == []


def test_a_timing_counts_from_its_first_to_its_last_moment() -> None:
    one = at("one", effectiveTiming={"event": ["2013-01-31", "2013-03-24"]})
    two = at("two", effectiveTiming={"repeat": {"boundsPeriod": {"start": "2013-05"}}})
    assert found("Observation", "date=ap2013-02-01", one, two) == ["one"]
    assert found("Observation", "date=gt2020", one, two) == ["two"]


def test_last_updated_is_compared_as_a_point() -> None:
    one = DATE
    assert found("Observation", "_lastUpdated=1970-01-01", one) == ["date"]
    assert found("Observation", "_lastUpdated=gt1970-01-01", one) == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2013-01-14", DAY),
        ("2012-02", 29 * DAY),
        ("2013", 365 * DAY),
        ("9999", 365 * DAY),
        ("9999-12", 31 * DAY),
        ("2013-01-14T10:00:00Z", 1_000_000),
        ("2013-01-14T10:00:00.5Z", 100_000),
        ("2013-01-14T10:00:00.123456Z", 1),
        ("2013-01-14T10:00:00.123456789Z", 1),
        ("2016-12-31T23:59:60Z", 1_000_000),
    ],
)
def test_a_date_covers_its_precision(text: str, length: int) -> None:
    lo, hi = moment(text)
    assert hi - lo == length


def test_a_day_that_does_not_exist_is_not_indexed() -> None:
    one = at("one", effectiveDateTime="2013-02-30")
    assert found("Observation", "date=gt1900", one) == []
    assert found("Observation", "date:missing=false", one) == ["one"]
    assert period({"start": "2013-02-30", "end": "2013-03-01"}) == (BEGINNING, moment("2013-03-01")[1])


def test_a_time_without_zone_is_utc_and_open_ends_are_far() -> None:
    assert moment("1970-01-01T00:00:01") == (1_000_000, 2_000_000)
    assert moment("1970-01-01T01:00:00+01:00")[0] == 0
    assert period({"end": "1970-01-01"}) == (BEGINNING, DAY)
    assert period({"start": "1970-01-01"}) == (0, END)
    assert period({"start": "1970-01-02", "end": "1970-01-01"}) == (DAY, 2 * DAY)
    assert period({}) is None


@given(st.dates(), st.sampled_from(["eq", "ge", "le", "ap"]))
def test_a_day_is_found_by_itself(day: Any, prefix: str) -> None:
    one = at("one", effectiveDateTime=day.isoformat())
    assert found("Observation", f"date={prefix}{day.isoformat()}", one) == ["one"]


@given(st.datetimes(), st.sampled_from(["ne", "gt", "lt", "sa", "eb"]))
def test_a_time_is_not_found_by_what_excludes_it(moment_: Any, prefix: str) -> None:
    text = moment_.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    assert found("Observation", f"date={prefix}{text}", at("one", effectiveDateTime=text)) == []


@pytest.mark.parametrize("value", ["2013-13", "2013-02-30", "13-01-01", "gt", "today", "2013-01-14T25:00", "ll2013"])
def test_what_is_not_a_date_is_refused(value: str) -> None:
    with pytest.raises(WrongValue):
        query("Observation", f"date={value}")


def test_dates_have_no_modifier() -> None:
    with pytest.raises(WrongModifier):
        query("Observation", "date:exact=2013")
    assert isinstance(query("Observation", "date=2013").criteria[0], DateMatch)
