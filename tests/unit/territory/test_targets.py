"""A population of some thousands comes near to what is published; the model's parts do what they say."""

from __future__ import annotations

from datetime import date
from itertools import chain

import pytest

from seve.main import peopling
from seve.main.progress import Progress
from seve.territory.checking import Line, Tally
from seve.territory.generating import Terms
from seve.territory.model import courses
from seve.territory.model.epidemiology import SEXES, cause_norm, diseases, mortality
from seve.territory.model.life import Span, live
from seve.territory.streams import stream
from seve.territory.tables import curve, table

SPAN = Span(date(2016, 11, 1), date(2026, 11, 1))
CERTAINTIES = {"rounded", "assumed"}


@pytest.mark.slow
def test_two_thousand_people_meet_the_targets() -> None:
    with Progress("test") as progress:
        tally = peopling.count(Terms("targets"), patients=2000, progress=progress)
    lines = tally.lines()
    assert [line.id for line in lines if not line.is_met and not line.gap] == []
    assert sum(bool(line.gap) for line in lines) <= 1


def test_a_target_that_is_far_off_is_missed() -> None:
    def line(observed: float) -> Line:
        return Line("x", "X", "%", observed, 10.0, 0.1, 0.2, "", "")

    assert line(11.5).is_met
    assert not line(11.7).is_met
    assert not line(8.3).is_met


def test_counting_in_two_parts_is_counting_once() -> None:
    whole, parts = Tally(), Tally()
    with Progress("test") as progress:
        whole = peopling.count(Terms("x"), patients=100, processes=1, progress=progress)
        parts.merge(whole)
        parts.merge(Tally())
    assert [line.observed for line in parts.lines()] == [line.observed for line in whole.lines()]


def test_every_figure_has_its_source_and_its_certainty() -> None:
    for name, row in table("diseases").items():
        assert row["source"], name
        assert row["certainty"] in CERTAINTIES, name
        assert row["year"] >= 2000, name
    population = table("population")
    for part in ("pyramid", "mortality", "doctor"):
        assert population[part]["source"]
        assert population[part]["certainty"] in CERTAINTIES
    assert all(row["source"] for row in table("targets").values())


def test_probabilities_are_probabilities() -> None:
    for disease in diseases().values():
        for sex in SEXES:
            for values in (disease.share[sex], disease.net[sex], disease.gross[sex]):
                assert all(0 <= value <= 1 for value in values), disease.id
            assert all(norm >= 1 for norm in cause_norm(disease.id, sex)), disease.id
    assert all(0 < q < 1 for sex in SEXES for q in mortality(sex))


def test_without_deaths_as_many_have_a_disease_as_is_published() -> None:
    """Lives that end before the time told follow net incidence alone: the share at 70 is that of the file."""
    before = Span(date(2026, 11, 1), date(2026, 11, 2))
    lives = [live(date(1956, 6, 1), "male", span=before, random=stream("net", at)) for at in range(2500)]
    share = sum("diabetes2" in life.onsets for life in lives) / len(lives)
    published = diseases()["diabetes2"].share["male"][70]
    assert abs(share - published) < 3.5 * (published * (1 - published) / len(lives)) ** 0.5


def test_complications_come_after_what_they_need() -> None:
    lives = [live(date(1945, 6, 1), "male", span=SPAN, random=stream("needs", at)) for at in range(1500)]
    chains = [("kidney", "kidney_stage4"), ("kidney_stage4", "kidney_stage5"), ("kidney_stage5", "dialysis"), ("copd", "respiratory_failure"), ("heart_failure", "defibrillator")]  # fmt: skip
    seen = 0
    for life in lives:
        for first, second in chains:
            if second in life.onsets:
                seen += 1
                assert life.onsets[first] <= life.onsets[second]
    assert seen > 20


def test_nothing_begins_after_the_end_of_a_life() -> None:
    lives = [live(date(1938, 2, 3), "female", span=SPAN, random=stream("end", at)) for at in range(400)]
    assert any(life.death for life in lives)
    for life in lives:
        end = life.death or SPAN.until
        assert all(onset <= end for onset in life.onsets.values())
        assert life.death is None or SPAN.since <= life.death <= SPAN.until


def test_a_fixed_life_has_what_is_fixed_and_nothing_more() -> None:
    onset = date(2015, 3, 20)
    life = live(date(1958, 7, 4), "female", span=SPAN, random=stream("x"), fixed={"diabetes2": onset}, is_spared=True)
    assert life.onsets == {"diabetes2": onset}
    assert life.death is None


def test_creatinine_and_filtration_are_one_formula() -> None:
    """CKD-EPI 2009: a man of 60 with 88.4 µmol/l (1 mg/dl) has about 82 ml/min."""
    rate = 141 * (1 / 0.9) ** -1.209 * 0.993**60
    assert courses.creatinine(rate, age=60, sex="male") == pytest.approx(88.4)
    assert courses.creatinine(30, age=80, sex="female") > courses.creatinine(60, age=80, sex="female")


def test_curves_pass_through_their_points_and_are_straight_between() -> None:
    found = curve([0, 10, 20, 110], [0, 1, 3, 3])
    assert (found[0], found[5], found[10], found[15], found[20], found[110]) == (0, 0.5, 1, 2, 3, 3)
    assert len(list(chain(found))) == 111
