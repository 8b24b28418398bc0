"""The data behind the kit's macros."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from seve.engine.rights.wording import ZONE
from seve.web.kit.advice import Advice, Source
from seve.web.kit.calendars import Calendar, Event, asked
from seve.web.kit.charts import HEIGHT, WIDTH, Chart, Series, drawing, ticks
from seve.web.kit.fields import Field, filled, to_change
from seve.web.kit.files import Preview, document_policy
from seve.web.kit.paging import Paging
from seve.web.kit.people import Person
from seve.web.kit.steps import steps
from seve.web.kit.tables import Column, Table
from seve.web.kit.timelines import Moment, by_month

NOON = datetime(2026, 11, 22, 12, tzinfo=ZONE)


def test_a_form_that_comes_back_has_what_was_typed_but_for_passwords_and_files() -> None:
    fields = (
        Field("name", "Nom"),
        Field("secret", "Mot de passe", "password"),
        Field("needs", "Besoins", "checkbox"),
        Field("number", "Numéro", typed=("42",), is_disabled=True),
    )
    typed = [("name", "Zoé"), ("secret", "mdp"), ("needs", "a"), ("needs", "b"), ("other", "x")]
    name, secret, needs, number = filled(fields, typed=typed, problems={"secret": "Trop court."})
    assert (name.value, secret.value, needs.typed, number.value) == ("Zoé", "", ("a", "b"), "42")
    assert to_change((name, secret, needs, number)) == (secret,)
    assert secret.described_by == "f-secret-problem"


def test_a_column_s_head_sorts_by_it_then_the_other_way_round_and_keeps_the_rest() -> None:
    column = Column("when", "Date", is_sortable=True)
    query = (("q", "hba1c"), ("sort", "what"))
    plain = Table("", (column,), (), path="/t", query=query)
    assert plain.link(column) == "/t?q=hba1c&sort=when"
    rising = Table("", (column,), (), path="/t", sort="when", query=query)
    assert (rising.sorted_by(column), rising.link(column)) == ("ascending", "/t?q=hba1c&sort=-when")
    falling = Table("", (column,), (), path="/t", sort="-when")
    assert (falling.sorted_by(column), falling.link(column)) == ("descending", "/t?sort=when")


def test_moments_stand_newest_first_under_their_months() -> None:
    old, new = Moment(NOON.replace(month=1), "a"), Moment(NOON, "b")
    newest = Moment(NOON.replace(hour=13), "c")
    assert by_month([old, newest, new]) == (((2026, 11), (newest, new)), ((2026, 1), (old,)))


@given(some.dates(min_value=date(1901, 1, 1), max_value=date(2198, 1, 1)))
def test_a_month_is_whole_weeks_from_monday_that_hold_every_day_of_it(around: date) -> None:
    calendar = Calendar("month", around, around, (), "/")
    days = [day.date for week in calendar.weeks for day in week]
    assert {len(week) for week in calendar.weeks} == {7}
    assert all(week[0].date.weekday() == 0 for week in calendar.weeks)
    assert all((after - before).days == 1 for before, after in pairwise(days))
    inside = [day.date for day in calendar.days if not day.is_outside]
    assert {(day.year, day.month) for day in inside} == {(around.year, around.month)}
    assert inside[0].day == 1
    assert calendar.after.replace(day=1) == calendar.after
    assert (calendar.after - inside[-1]).days == 1
    assert (calendar.before.year, calendar.before.month) != (around.year, around.month)


def test_a_week_shows_hours_of_opening_and_those_in_which_something_begins() -> None:
    late = Event(NOON.replace(hour=21), NOON.replace(hour=22), "Garde")
    week = Calendar("week", NOON.date(), NOON.date(), (late,), "/")
    assert [day.date.day for day in week.days] == list(range(16, 23))
    assert week.hours == range(8, 22)
    assert week.days[-1].at(21) == (late,)
    assert week.days[-1].at(20) == ()


@pytest.mark.parametrize(
    ("view", "day", "found"),
    [
        ("week", "2026-02-03", ("week", date(2026, 2, 3))),
        ("year", "2026-02-30", ("month", NOON.date())),
        ("day", "9999-12-31", ("day", NOON.date())),
        ("", "", ("month", NOON.date())),
    ],
)
def test_what_an_address_says_of_a_calendar_is_read_or_today_is_shown(
    view: str, day: str, found: tuple[str, date]
) -> None:
    assert asked(view, day, today=NOON.date()) == found


@given(
    some.floats(min_value=-1e6, max_value=1e6, allow_nan=False),
    some.floats(min_value=0, max_value=1e6, allow_nan=False),
)
def test_ticks_are_a_few_and_hold_what_is_between(least: float, span: float) -> None:
    found = ticks(least, least + span)
    assert found[0] <= least + 1e-6
    assert found[-1] >= least + span - 1e-6
    assert 2 <= len(found) <= 9


def chart(kind: str, *series: Series, labels: tuple[str, ...] = ("a", "b", "c")) -> Chart:
    return Chart(kind, "Titre", "Une phrase.", labels, series)  # pyright: ignore[reportArgumentType] - one of the kinds


def numbers(*values: str | None) -> tuple[Decimal | None, ...]:
    return tuple(None if value is None else Decimal(value) for value in values)


def test_a_line_breaks_where_a_value_is_missing() -> None:
    drawn = drawing(chart("line", Series("x", numbers("1", None, "3"))))
    assert [len(points.split()) for _, points in drawn.lines] == [1, 1]
    assert len(drawn.dots) == 2


def test_bars_stand_on_zero_and_stacked_ones_on_each_other() -> None:
    series = (Series("x", numbers("1", "2", None)), Series("y", numbers("3", "-1", "1")))
    beside = drawing(chart("bar", *series))
    assert len(beside.boxes) == 5
    assert sum(box.y == beside.base for box in beside.boxes) == 1, "the one below zero hangs from it"
    stacked = drawing(chart("stacked", Series("x", numbers("1", "2", "3")), Series("y", numbers("2", "1", "0"))))
    lower, upper = stacked.boxes[:2]
    assert upper.y + upper.height == pytest.approx(lower.y)


@given(some.lists(some.decimals(-1000, 1000, places=2), min_size=1, max_size=20))
def test_everything_drawn_is_within_the_field(values: list[Decimal]) -> None:
    labels = tuple(str(n) for n in range(len(values)))
    for kind in ("line", "bar"):
        drawn = drawing(chart(kind, Series("x", tuple(values)), labels=labels))
        assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in drawn.dots)
        assert all(0 <= box.y <= HEIGHT and 0 <= box.y + box.height <= HEIGHT for box in drawn.boxes)


def test_a_chart_without_its_sentence_or_with_values_that_do_not_fit_is_not_made() -> None:
    with pytest.raises(ValueError, match="sentence"):
        Chart("bar", "Titre", "", ("a",), ())
    with pytest.raises(ValueError, match="fit"):
        chart("bar", Series("x", numbers("1")))


@pytest.mark.parametrize("missing", ["what", "why", "sources", "version", "made", "reach", "overrule"])
def test_advice_without_a_part_of_its_guarantee_is_not_shown(missing: str) -> None:
    whole = dict.fromkeys(("what", "why", "version", "made", "reach", "overrule"), "x")
    given_ = {**whole, "sources": (Source("x"),), missing: () if missing == "sources" else ""}
    with pytest.raises(ValueError, match=missing):
        Advice(**given_)  # pyright: ignore[reportArgumentType] - that is the point


@pytest.mark.parametrize(
    ("name", "initials"), [("Dr Yasmine Karim", "YK"), ("Jeanne Moreau-Lefèvre", "JL"), ("Zoé", "Z"), ("", "?")]
)
def test_initials_leave_titles_out(name: str, initials: str) -> None:
    assert Person(name).initials == initials
    assert Person(name).tint in range(4)


@pytest.mark.parametrize(
    ("current", "last", "numbers"),
    [
        (1, 1, (1,)),
        (1, 9, (1, 2, None, 9)),
        (5, 9, (1, None, 4, 5, 6, None, 9)),
        (9, 9, (1, None, 8, 9)),
        (2, 3, (1, 2, 3)),
    ],
)
def test_pages_far_away_are_left_out(current: int, last: int, numbers: tuple[int | None, ...]) -> None:
    paging = Paging(current, last, "/t", (("q", "a b"),))
    assert paging.numbers == numbers
    assert paging.link(2) == "/t?q=a+b&page=2"


def test_steps_before_the_current_one_are_done() -> None:
    assert [step.state for step in steps(("a", "b", "c"), 1)] == ["done", "current", "ahead"]


def test_a_file_is_shown_only_where_that_is_safe_and_its_size_is_told() -> None:
    assert Preview("a.html", "text/html", 999, "/").way == "frame"
    assert Preview("a.png", "image/png", 1_204, "/").size("fr") == "1 ko"
    assert Preview("a.dcm", "application/dicom", 52_400_000, "/").way == "download"
    assert Preview("a.dcm", "application/dicom", 52_400_000, "/").size("en") == "52 MB"
    assert "sandbox" in document_policy()
    assert "unsafe" not in document_policy()
