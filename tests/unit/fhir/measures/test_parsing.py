"""Measures: what is taken, what is refused with its place, and the report."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from seve.fhir.codec import decode_json, encode_json
from seve.fhir.measures import Count, MeasureRefused, Result, Stratum, parse_measure, report, suppressed

CODES = "http://terminology.hl7.org/CodeSystem/measure-population"


def population(code: str, sql: str) -> dict[str, Any]:
    criteria = {"language": "text/sql", "expression": sql}
    return {"code": {"coding": [{"system": CODES, "code": code}]}, "criteria": criteria}


def stratifier(*names: str) -> dict[str, Any]:
    criteria = {"language": "text/sql", "expression": "SELECT 1;"}
    return {"component": [{"code": {"text": name}, "criteria": criteria} for name in names]}


MEASURE: dict[str, Any] = {
    "resourceType": "Measure",
    "url": "urn:test:m",
    "name": "m",
    "title": "Une mesure",
    "status": "active",
    "relatedArtifact": [{"type": "depends-on", "resource": "urn:seve:view:patient"}],
    "scoring": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/measure-scoring", "code": "proportion"}]},
    "group": [
        {
            "population": [population("denominator", "SELECT a"), population("numerator", "SELECT b")],
            "stratifier": [stratifier("age", "commune"), stratifier("sex")],
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The measure with another value at a path of names and numbers; None takes it away."""
    made = copy.deepcopy(MEASURE)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    at: Any = made
    for step in parents:
        at = at[step]
    at[last] = value
    return made


def test_a_measure_is_read_and_is_sound_r4() -> None:
    measure = parse_measure(MEASURE)
    assert (measure.denominator, measure.numerator, measure.views) == (
        "SELECT a",
        "SELECT b",
        ("urn:seve:view:patient",),
    )
    assert [s.components for s in measure.stratifiers] == [("age", "commune"), ("sex",)]
    assert measure.stratifiers[0].sql == "SELECT 1"
    decode_json(encode_json(MEASURE))


@pytest.mark.parametrize(
    ("path", "value", "place", "key"),
    [
        ("resourceType", "Library", "Measure.resourceType", "not_measure"),
        ("url", None, "Measure.url", "missing"),
        ("scoring", {"coding": []}, "Measure.scoring", "scoring"),
        ("group", [{}, {}], "Measure.group", "one_group"),
        ("relatedArtifact", [], "Measure.relatedArtifact", "no_view"),
        ("group.0.population.1.code", {}, "Measure.group[0].population", "population"),
        ("group.0.population.0.criteria.language", "text/cql", "Measure.group[0].population[0].criteria", "criteria"),
        ("group.0.stratifier.0.component.1.code", {"text": "A b"}, "Measure.group[0].stratifier[0]", "component"),
        ("group.0.stratifier.1", stratifier("age"), "Measure.group[0].stratifier[1]", "component_twice"),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_place(path: str, value: Any, place: str, key: str) -> None:
    with pytest.raises(MeasureRefused) as refused:
        parse_measure(changed(path, value))
    assert (place, f"fhir.measures.{key}") in {(issue.expression, issue.key) for issue in refused.value.issues}


def test_a_report_is_sound_r4_and_says_that_hidden_counts_are_masked() -> None:
    strata = [
        [Stratum(("45-64", "37261"), Count(40, 20, (40, 20, 20))), Stratum(("75+", None), Count(40, 20, (40, 20, 20)))],
        [Stratum(("female",), Count(75, 37, (75, 37, 38))), Stratum(("male",), Count(5, 3, (5, 3, 2)))],
    ]
    result = suppressed(Result(Count(80, 40, (80, 40, 40)), strata, "2025-11-01", "2026-11-01"))
    made = report(parse_measure(MEASURE), result, now="2026-11-22T10:00:00+00:00")
    decode_json(encode_json(made))
    assert made["period"] == {"start": "2025-11-01", "end": "2026-10-31"}
    [group] = made["group"]
    assert [p.get("count") for p in group["population"]] == [80, 40]
    assert str(group["measureScore"]["value"]) == "0.5000"
    first, second = group["stratifier"]
    assert first["stratum"][0]["component"][1] == {"code": {"text": "commune"}, "value": {"text": "37261"}}
    assert first["stratum"][1]["component"][1]["value"]["extension"][0]["valueCode"] == "unknown"
    hidden = second["stratum"][1]
    assert "count" not in hidden["population"][0]
    assert hidden["population"][0]["_count"]["extension"][0]["valueCode"] == "masked"
    assert "measureScore" not in hidden
