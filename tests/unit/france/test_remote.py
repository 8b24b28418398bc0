"""Acts at a distance: who may do which on which day, and how each is paid, at each stage and its edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from seve.france.remote import ACTS, RULES, Circumstances, may_do, named, tariff

_SEEN = Circumstances(knows_patient=True, is_in_pathway=True)
_NOT_SEEN = Circumstances(knows_patient=False, is_in_pathway=True)


@pytest.mark.parametrize(
    ("day", "facts", "paid", "cover", "reason"),
    [
        ("2018-09-14", _SEEN, "no", "none", "before_common_tariff"),
        ("2018-09-15", _SEEN, "yes", "as_visit", "conditions_met"),
        ("2018-09-15", _NOT_SEEN, "no", "none", "not_known"),
        ("2019-06-01", Circumstances(is_in_pathway=False), "no", "none", "not_in_pathway"),
        ("2020-03-09", Circumstances(), "unknown", "none", "conditions_unknown"),
        ("2020-03-10", _NOT_SEEN, "yes", "as_visit", "conditions_waived"),
        ("2020-03-17", Circumstances(), "yes", "as_visit", "conditions_waived"),
        ("2020-03-18", Circumstances(), "yes", "whole", "whole_cover"),
    ],
)
def test_each_stage_of_the_rule_is_reproduced_to_the_day(
    day: str, facts: Circumstances, paid: str, cover: str, reason: str
) -> None:
    found = tariff("teleconsultation", date.fromisoformat(day), facts)
    assert (found.paid, found.cover, found.reason, found.is_dated) == (paid, cover, reason, True)
    assert found.source.startswith("T02")


def test_a_day_after_the_sources_is_said_to_be() -> None:
    assert not tariff("teleconsultation", date(2026, 1, 5), _SEEN).is_dated


def test_by_proposition_7_payment_awaits_the_report() -> None:
    day = date(2020, 6, 1)
    without = tariff("teleconsultation", day, Circumstances(), rules="proposition_7")
    filed = tariff("teleconsultation", day, Circumstances(has_report=True), rules="proposition_7")
    assert (without.paid, filed.paid, filed.cover) == ("pending", "yes", "as_visit")


@pytest.mark.parametrize(
    ("level", "number", "paid", "amount"),
    [(1, 4, "yes", Decimal(12)), (1, 5, "no", None), (2, 2, "yes", Decimal(20)), (2, 3, "no", None), (3, 1, "unknown", None)],
)  # fmt: skip
def test_the_fifth_first_level_and_third_second_level_advice_of_a_year_is_not_billable(
    level: int, number: int, paid: str, amount: Decimal | None
) -> None:
    found = tariff("teleexpertise", date(2020, 2, 1), Circumstances(level=level, number=number))
    assert (found.paid, found.amount) == (paid, amount)


def test_an_act_that_no_rule_knows_is_not_passed_off_as_free() -> None:
    assert tariff("telesoin", date(2020, 2, 1), Circumstances()).reason == "no_rule"


def test_there_are_five_acts_and_telesoin_each_with_actors() -> None:
    assert len(ACTS) == 6
    assert all(one.actors for one in ACTS)
    for one in ACTS:
        assert one.has_tariff == any(rule.act == one.name for rule in RULES["in_force"])


@pytest.mark.parametrize(
    ("profession", "day", "act", "may"),
    [
        ("10", "2010-10-20", "teleconsultation", False), ("10", "2010-10-21", "teleconsultation", True),
        ("50", "2020-01-01", "teleconsultation", True), ("60", "2020-01-01", "teleconsultation", False),
        ("60", "2019-07-26", "telesoin", False), ("60", "2019-07-27", "telesoin", True),
        ("21", "2020-01-01", "telesoin", True), ("10", "2020-01-01", "telesoin", False), ("10", "2020-01-01", "regulation", True),
        ("", "2020-01-01", "telesoin", False),
    ],
)  # fmt: skip
def test_a_profession_may_do_an_act_from_a_day_on(profession: str, day: str, act: str, may: bool) -> None:
    assert (act in may_do(profession, date.fromisoformat(day))) is may


def test_an_act_is_found_by_its_name_only() -> None:
    assert named("telesoin") is not None
    assert named("télésoin") is None
