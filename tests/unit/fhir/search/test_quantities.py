from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.fhir.search.searching import found, observation, query

from seve.fhir.search.refusals import WrongModifier, WrongValue

UCUM = "http://unitsofmeasure.org"


def measured(id_: str, value: str, code: str = "", **more: Any) -> dict[str, Any]:
    unit = {"system": UCUM, "code": code, "unit": code} if code else {}
    return observation(id_, valueQuantity={"value": Decimal(value), **unit, **more})


MILLI = measured("milli", "5.4", "mg")
MICRO = measured("micro", "5400", "ug")
LITRE = measured("litre", "5.4", "L")
PLAIN = measured("plain", "5.4", unit="spoons")
OTHER = observation("other", valueQuantity={"value": Decimal("5.4"), "system": "http://local", "code": "sp"})
BELOW = measured("below", "5", "mg", comparator="<")
ALL = (MILLI, MICRO, LITRE, PLAIN, OTHER, BELOW)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("5.4", ["milli", "litre", "plain", "other"]),
        (f"5.4|{UCUM}|mg", ["milli", "micro"]),
        (f"5400|{UCUM}|ug", ["milli", "micro"]),
        (f"0.0054|{UCUM}|g", ["milli", "micro"]),
        ("5.4||mg", ["milli"]),
        ("5.4||spoons", ["plain"]),
        ("5.4|http://local|sp", ["other"]),
        (f"5.40|{UCUM}|mg", ["milli", "micro"]),
        (f"5|{UCUM}|mg", ["milli", "micro"]),
        (f"6|{UCUM}|mg", []),
        (f"5.44|{UCUM}|mg", []),
        (f"ap5|{UCUM}|mg", ["milli", "micro", "below"]),
        (f"ge5.4|{UCUM}|mg", ["milli", "micro"]),
        (f"gt5.4|{UCUM}|mg", []),
        (f"lt5.4|{UCUM}|mg", ["below"]),
        (f"le5.4|{UCUM}|mg", ["milli", "micro", "below"]),
        (f"eb5.4|{UCUM}|mg", ["below"]),
        (f"sa5|{UCUM}|mg", ["milli", "micro"]),
        (f"ne5.4|{UCUM}|mg", ["below"]),
        (f"5.4|{UCUM}|kg", []),
    ],
)
def test_quantities_are_found_in_any_unit_of_their_dimension(value: str, ids: list[str]) -> None:
    assert found("Observation", f"value-quantity={value}", *ALL) == ids


def chance(id_: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "RiskAssessment", "id": id_, "status": "final", "prediction": [more]}


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("100", ["exact"]),
        ("100.00", ["exact"]),
        ("1e2", ["exact", "near"]),
        ("ge100", ["exact", "near"]),
        ("gt100", ["near"]),
        ("lt100", []),
        ("ap110", ["exact", "near"]),
        ("102", []),
    ],
)
def test_numbers_are_found_within_their_precision(value: str, ids: list[str]) -> None:
    exact, near = chance("exact", probabilityDecimal=Decimal(100)), chance("near", probabilityDecimal=Decimal("103.2"))
    assert found("RiskAssessment", f"probability={value}", exact, near) == ids


def test_a_range_is_compared_by_its_ends() -> None:
    one = chance("one", probabilityRange={"low": {"value": Decimal("0.2")}, "high": {"value": Decimal("0.4")}})
    for value in ("gt0.3", "lt0.3", "ap0.3", "sa0.1", "eb0.5", "ge0.4", "le0.2", "ne0.3"):
        assert found("RiskAssessment", f"probability={value}", one) == ["one"], value
    for value in ("0.3", "gt0.4", "lt0.2", "sa0.2", "eb0.4"):
        assert found("RiskAssessment", f"probability={value}", one) == [], value


def test_temperatures_are_converted_with_their_offset() -> None:
    one = measured("one", "37", "Cel")
    assert found("Observation", f"value-quantity=98.6|{UCUM}|[degF]", one) == ["one"]
    assert found("Observation", f"value-quantity=gt98.7|{UCUM}|[degF]", one) == []


def test_a_scale_that_runs_downwards_is_compared_in_its_own_unit() -> None:
    one = measured("one", "7.4", "[pH]")
    assert found("Observation", f"value-quantity=gt7|{UCUM}|[pH]", one) == ["one"]
    assert found("Observation", f"value-quantity=lt7|{UCUM}|[pH]", one) == []


def test_money_is_found_by_its_currency() -> None:
    one = {"resourceType": "Invoice", "id": "one", "status": "issued"}
    one["totalNet"] = {"value": Decimal("40.22"), "currency": "EUR"}
    assert found("Invoice", "totalnet=40.22||EUR", one) == ["one"]
    assert found("Invoice", "totalnet=40.22|urn:iso:std:iso:4217|EUR", one) == ["one"]
    assert found("Invoice", "totalnet=40.22||USD", one) == []


def test_samples_are_found_by_their_bounds() -> None:
    data = {"origin": {"value": 2, "system": UCUM, "code": "mV"}, "period": 1, "dimensions": 1, "data": "-5 E 10 U"}
    one = observation("one", valueSampledData={**data, "factor": Decimal("0.1")})
    assert found("Observation", f"value-quantity=ap2.9|{UCUM}|mV", one) == ["one"]
    assert found("Observation", f"value-quantity=gt3|{UCUM}|mV", one) == []


@given(
    st.decimals(min_value=-(10**6), max_value=10**6, places=3), st.sampled_from(["mg", "mm[Hg]", "10*3/uL", "{score}"])
)
def test_a_quantity_is_found_by_itself(value: Decimal, code: str) -> None:
    one = measured("one", str(value), code)
    for prefix in ("", "ge", "le", "ap"):
        assert found("Observation", f"value-quantity={prefix}{value}|{UCUM}|{code.replace('[', '%5B')}", one) == ["one"]
    for prefix in ("gt", "lt", "ne", "sa", "eb"):
        assert found("Observation", f"value-quantity={prefix}{value}|{UCUM}|{code}", one) == []


@pytest.mark.parametrize("value", ["x", "5|mg", "5|http://a|", "gt", "1e9999", "NaN", "5||mg|x"])
def test_what_is_not_a_quantity_is_refused(value: str) -> None:
    with pytest.raises(WrongValue):
        query("Observation", f"value-quantity={value}")
    with pytest.raises(WrongModifier):
        query("Observation", "value-quantity:exact=5")
