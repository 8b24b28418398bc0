"""Observation/$stats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.spec.asking import issue, make, observation, ok

from seve.fhir import observation_statistics

LOINC = "http://loinc.org"
ASKED = f"Observation/$stats?subject=Patient/a&system={LOINC}&code=29463-7"


def values(answer: dict[str, Any], number: int = 0) -> dict[str, Any]:
    components = answer["parameter"][number]["resource"]["component"]
    return {
        c["code"]["coding"][0]["code"] + c["code"].get("text", ""): c.get("valueQuantity", {}).get("value")
        for c in components
    }


@pytest.fixture
async def weights(client: httpx.AsyncClient, put: Any) -> None:
    await put("Patient", "a")
    await put("Patient", "b")
    kg = {"unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    for day, value in enumerate((50, 52, 54, 56), start=1):
        at = f"2020-01-0{day}T08:00:00Z"
        await make(client, observation("a", effectiveDateTime=at, valueQuantity={**kg, "value": value}))
    grams = {"value": 58_000, "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"}
    await make(client, observation("a", effectiveDateTime="2019-12-31T08:00:00Z", valueQuantity=grams))
    await make(client, observation("a", status="entered-in-error"))
    await make(client, observation("a", effectiveDateTime="2020-01-02", valueQuantity={"value": 9, "unit": "stone"}))
    await make(client, observation("b"))


async def test_each_statistic_is_a_component_in_the_unit_of_the_latest_measurement(
    weights: None, client: httpx.AsyncClient
) -> None:
    asked = ["average", "max", "min", "count", "total-count", "median", "sum"]
    answer = await ok(await client.get(ASKED + "".join(f"&statistic={code}" for code in asked)))
    assert values(answer) == {
        "average": 54, "maximum": 58, "minimum": 50, "count": 5, "total-count": 6, "median": 54, "sum": 270,
    }  # fmt: skip
    told = answer["parameter"][0]["resource"]
    assert told["status"] == "final"
    assert told["subject"] == {"reference": "Patient/a"}
    assert told["component"][0]["valueQuantity"]["code"] == "kg"
    checked = await ok(await client.post("Observation/$validate", json=told))
    assert [i for i in checked["issue"] if i["severity"] == "error"] == []


async def test_a_period_bounds_them_and_regression_is_a_gradient_a_day_and_an_intercept(
    weights: None, client: httpx.AsyncClient
) -> None:
    parameters = {
        "subject": {"valueUri": "Patient/a"},
        "coding": {"valueCoding": {"system": LOINC, "code": "29463-7"}},
        "period": {"valuePeriod": {"start": "2020-01-01", "end": "2020-01-04"}},
        "statistic": {"valueCode": "regression"},
        "include": {"valueBoolean": True},
        "limit": {"valuePositiveInt": 2},
    }
    body = {"resourceType": "Parameters", "parameter": [{"name": name, **value} for name, value in parameters.items()]}
    answer = await ok(await client.post("Observation/$stats", json=body))
    assert values(answer) == {"regressiongradient": 2, "regressionintercept": 50}
    assert answer["parameter"][0]["resource"]["effectivePeriod"]["start"] == "2020-01-01"
    assert [p["resource"]["effectiveDateTime"][:10] for p in answer["parameter"] if p["name"] == "source"] == [
        "2020-01-04",
        "2020-01-03",
    ]


async def test_a_panel_gives_an_observation_for_each_of_its_measurements(client: httpx.AsyncClient, put: Any) -> None:
    mmhg = {"unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}

    def part(code: str, value: int) -> dict[str, Any]:
        return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {**mmhg, "value": value}}

    panel = {"coding": [{"system": LOINC, "code": "85354-9"}]}
    await put("Patient", "a")
    member = await make(client, observation("a"))
    for systolic in (120, 130):
        parts = [part("8480-6", systolic), part("8462-4", 80)]
        await put(
            "Observation",
            f"bp{systolic}",
            status="final",
            code=panel,
            subject={"reference": "Patient/a"},
            component=parts,
        )
    one = {"reference": f"Observation/{member['id']}"}
    await put("Observation", "m", status="final", code=panel, subject={"reference": "Patient/a"}, hasMember=[one])
    asked = f"Observation/$stats?subject=Patient/a&system={LOINC}&statistic=average&code="
    answer = await ok(await client.get(asked + "85354-9"))
    averages = {
        p["resource"]["code"]["coding"][0]["code"]: values(answer, i)["average"]
        for i, p in enumerate(answer["parameter"])
    }
    assert averages == {"8480-6": 125, "8462-4": 80, "29463-7": 54}
    assert values(await ok(await client.get(asked + "8480-6"))) == {"average": 125}


async def test_nothing_to_count_is_told_as_such(weights: None, client: httpx.AsyncClient) -> None:
    url = f"{ASKED}&statistic=count&statistic=average&duration=1"
    answer = await ok(await client.get(url))
    assert values(answer) == {"count": 0, "average": None}
    assert answer["parameter"][0]["resource"]["component"][1]["dataAbsentReason"]["coding"][0]["code"] == "not-a-number"


@pytest.mark.parametrize(
    "query",
    [
        "subject=Patient/a&code=1-1",
        "subject=Patient/a&statistic=count",
        "code=1-1&statistic=count",
        "subject=Patient/a&code=1-1&statistic=mode",
        "subject=Patient/a&code=1-1&statistic=count&duration=-1",
        "subject=Patient/a&code=1-1&statistic=count&duration=long",
    ],
)
async def test_what_cannot_be_computed_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert issue(await client.get(f"Observation/$stats?{query}"))["severity"] == "error"


def test_the_measures_agree_with_hand_made_ones() -> None:
    numbers = [Decimal(n) for n in (1, 2, 3, 4, 10)]
    found = {code: observation_statistics.of_value(numbers, code) for code in (
        "std-dev", "variance", "20-percent", "80-percent", "4-lower", "4-upper", "4-dev", "5-1", "5-2", "5-3", "5-4",
    )}  # fmt: skip
    assert found["variance"] == Decimal("12.5")
    assert found["std-dev"] == Decimal("3.53553390593")
    assert (found["4-lower"], found["4-upper"], found["4-dev"]) == (2, 4, 1)
    assert found["20-percent"] == found["5-1"] == Decimal("1.8")
    assert found["80-percent"] == found["5-4"] == Decimal("5.2")
    assert (found["5-2"], found["5-3"]) == (Decimal("2.6"), Decimal("3.4"))
    even = [Decimal(n) for n in (1, 2, 3)]
    assert observation_statistics.of_value(even, "skew") == 0
    assert observation_statistics.of_value(even, "kurtosis") == Decimal("1.5")
    assert observation_statistics.of_value(even[:1], "std-dev") is None
    assert observation_statistics.of_value([], "average") is None
    assert observation_statistics.regression([(0, Decimal(1)), (0, Decimal(2))]) is None
