"""Measures from documents to report and chart, by DuckDB and by Spark; what a measure may not do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.lake.cohort import Cohort, cohort

from seve.fhir.measures import LEAST, Measure, Result, parse_measure
from seve.lake import Ndjson
from seve.lake.measures import chart
from seve.lake.measures.counting import count
from seve.lake.measures.engines import DuckDb, Engine, Spark
from seve.lake.measures.refusals import MeasureFailed, PeriodWrong, ValuesAmbiguous
from seve.lake.measures.tables import flatten, shipped_measures, views_of
from seve.main.cli import main

PEOPLE = cohort(600)
YEAR = {"start": "2025-01-01", "end": "2026-01-01"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cohort") / "cohort.ndjson"
    file.write_text("\n".join(map(json.dumps, PEOPLE.resources)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def tables(documents: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for definition in shipped_measures().values():
        views = views_of(parse_measure(definition), {})
        found |= flatten(views, lambda _: Ndjson((documents,)), documents.parent, runner="python", tell=lambda _: None)
    return found


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest, tables: dict[str, Path]) -> Iterator[Engine]:
    if request.param == "spark":
        yield Spark(request.getfixturevalue("spark"), tables)
    else:
        with DuckDb(tables) as opened:
            yield opened


def shipped(name: str) -> Measure:
    return parse_measure(shipped_measures()[name])


def changed(name: str, **sql: str) -> Measure:
    """A shipped measure with other SQL in a population or its first stratifier."""
    made = json.loads(json.dumps(shipped_measures()[name]))
    group = made["group"][0]
    for population in group["population"]:
        if (code := population["code"]["coding"][0]["code"]) in sql:
            population["criteria"]["expression"] = sql[code]
    if "stratifier" in sql:
        part = group["stratifier"][0]
        for criteria in (part, *part.get("component", ())):
            criteria["criteria"] = {"language": "text/sql", "expression": sql["stratifier"]}
    return parse_measure(made)


def check(result: Result, denominators: dict[Any, int], numerators: dict[Any, int]) -> None:
    """What is shown is what was counted beside; what is small is hidden."""
    assert result.whole.shown_denominator == sum(denominators.values())
    assert result.whole.shown_numerator == sum(numerators.values())
    (strata,) = result.strata
    assert {s.values for s in strata} == set(denominators)
    for stratum in strata:
        d, n = denominators[stratum.values], numerators.get(stratum.values, 0)
        assert stratum.count.shown_denominator in {d, None}
        assert stratum.count.shown_numerator in {n, None}
        assert stratum.count.shown_denominator is None or d >= LEAST
        assert stratum.count.shown_numerator is None or min(n, d - n) >= LEAST
    assert any(stratum.count.share is not None for stratum in strata)


def test_diabetics_with_a_high_hba1c_are_counted_by_age_and_commune(engine: Engine) -> None:
    result = count(shipped("hba1c_above_8"), engine, **YEAR)
    check(result, dict(PEOPLE.diabetics), dict(PEOPLE.above))
    assert any(not stratum.count.shows[0] for stratum in result.strata[0])


def test_prescriptions_that_a_dispense_follows_are_counted_by_sex(tables: dict[str, Path]) -> None:
    with DuckDb(tables) as engine:
        result = count(shipped("prescriptions_dispensed"), engine, **YEAR)
    by_sex = [{(sex,): number for sex, number in found.items()} for found in (PEOPLE.prescribed, PEOPLE.dispensed)]
    check(result, *by_sex)
    assert not result.persons_are_subjects
    assert result.whole.persons[0] < result.whole.denominator


def test_few_people_are_hidden_altogether(tmp_path: Path) -> None:
    few: Cohort = cohort(8)
    (tmp_path / "few.ndjson").write_text("\n".join(map(json.dumps, few.resources)), encoding="utf-8")
    out = tmp_path / "report.json"
    options = [
        "--documents",
        str(tmp_path / "few.ndjson"),
        "--from",
        "2025-01-01",
        "--to",
        "2026-01-01",
        "--report",
        str(out),
    ]
    assert main(["measure", "run", "hba1c_above_8", *options, "--chart", str(tmp_path / "few.svg")]) == 0
    assert '"count"' not in out.read_text()
    assert "masqué (petits effectifs)" in (tmp_path / "few.svg").read_text()


def test_the_command_gives_a_report_and_a_chart_that_can_be_read_aloud(
    documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--documents", str(documents), "--from", "2025-01-01", "--to", "2026-01-01"]
    assert (
        main(["measure", "run", "hba1c_above_8", *options, "--chart", str(tmp_path / "c.svg"), "--language", "en"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["resourceType"], told["type"]) == ("MeasureReport", "summary")
    assert told["group"][0]["population"][0]["count"] == sum(PEOPLE.diabetics.values())
    drawn = ET.fromstring((tmp_path / "c.svg").read_text())  # our own file
    words = drawn.find("{http://www.w3.org/2000/svg}desc")
    assert drawn.get("role") == "img"
    assert words is not None
    assert f"Denominator {sum(PEOPLE.diabetics.values())}" in (words.text or "")
    assert "hidden (small numbers)" in (words.text or "")
    assert main(["measure", "list"]) == 0
    assert "hba1c_above_8: Diabétiques" in capsys.readouterr().out


def test_a_chart_draws_a_few_hidden_strata_and_says_how_many_more_there_are(tables: dict[str, Path]) -> None:
    by_person = (
        "SELECT id AS subject, id AS commune, CASE WHEN id < 'Patient/p3' THEN 'a' ELSE 'b' END AS age FROM patient"
    )
    with DuckDb(tables) as engine:
        result = count(changed("hba1c_above_8", stratifier=by_person), engine, **YEAR)
    drawn = chart.svg(shipped("hba1c_above_8"), result)
    assert f"{sum(PEOPLE.diabetics.values()) - 5} autres strates" in drawn
    assert drawn.count('fill="url(#hidden)"') == 5


def test_sql_that_the_engine_does_not_take_is_refused_with_its_words(engine: Engine) -> None:
    with pytest.raises(MeasureFailed, match="nonsense"):
        count(changed("hba1c_above_8", numerator="SELECT nonsense FROM patient"), engine, **YEAR)


def test_a_subject_with_two_values_is_refused_and_not_counted_twice(tables: dict[str, Path]) -> None:
    both = "SELECT id AS subject, commune, 'a' AS age FROM patient UNION ALL SELECT id, commune, 'b' FROM patient"
    with DuckDb(tables) as engine, pytest.raises(ValuesAmbiguous, match=str(sum(PEOPLE.diabetics.values()))):
        count(changed("hba1c_above_8", stratifier=both), engine, **YEAR)


def test_a_numerator_outside_the_denominator_does_not_count(tables: dict[str, Path]) -> None:
    with DuckDb(tables) as engine:
        result = count(changed("hba1c_above_8", numerator="SELECT id AS subject FROM patient"), engine, **YEAR)
    assert result.whole.numerator == result.whole.denominator == sum(PEOPLE.diabetics.values())


@pytest.mark.parametrize("sql", ["SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/hostname')"])
def test_a_measures_sql_reads_nothing_but_its_tables(sql: str, tables: dict[str, Path]) -> None:
    with DuckDb(tables) as engine, pytest.raises(MeasureFailed, match=r"(?i)permission|disabled"):
        count(changed("hba1c_above_8", numerator=sql), engine, **YEAR)


@pytest.mark.parametrize(("start", "end"), [("2026-01-01", "2025-01-01"), ("2025-01-01", "2025-01-01"), ("x", "2026")])
def test_a_period_that_is_none_is_refused(start: str, end: str, tables: dict[str, Path]) -> None:
    with DuckDb(tables) as engine, pytest.raises(PeriodWrong):
        count(shipped("hba1c_above_8"), engine, start=start, end=end)


def test_a_view_that_nobody_gave_is_named(documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure = json.loads(json.dumps(shipped_measures()["hba1c_above_8"]))
    measure["relatedArtifact"].append({"type": "depends-on", "resource": "urn:test:mine"})
    (tmp_path / "m.json").write_text(json.dumps(measure))
    run = ["measure", "run", str(tmp_path / "m.json"), "--documents", str(documents)]
    assert main(run) == 1
    assert "urn:test:mine" in capsys.readouterr().err
    view = {
        "resourceType": "ViewDefinition",
        "url": "urn:test:mine",
        "name": "mine",
        "status": "active",
        "resource": "Patient",
    }
    view["select"] = [{"column": [{"name": "id", "path": "id"}]}]  # pyright: ignore[reportArgumentType]
    (tmp_path / "v.json").write_text(json.dumps(view))
    assert main([*run, "--view", str(tmp_path / "v.json"), "--report", str(tmp_path / "r.json")]) == 0


def test_a_subject_of_two_persons_is_refused(tables: dict[str, Path]) -> None:
    two = "SELECT id AS subject, 'a' AS person FROM patient UNION ALL SELECT id, 'b' FROM patient"
    with DuckDb(tables) as engine, pytest.raises(ValuesAmbiguous, match="600 values of person"):
        count(changed("hba1c_above_8", denominator=two), engine, **YEAR)
