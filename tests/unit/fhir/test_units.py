from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from seve.fhir import units

CANONICAL = [
    ("1", "mg/dL", "10", "g.m-3"),
    ("7", "10*9/L", "7000000000000", "m-3"),
    ("1", "mm[Hg]", "133322", "g.m-1.s-2"),
    ("37", "Cel", "310.15", "K"),
    ("5", "%", "0.05", "1"),
    ("3", "{score}", "3", "1"),
    ("2", "[iU]/L", "2000", "[iU].m-3"),
    ("1", "/min", "0.01666666666666666666666666667", "s-1"),
    ("1", "kg.m2", "1000", "g.m2"),
    ("1", "a", "31557600", "s"),
]
CONVERSIONS = [
    ("98.6", "[degF]", "Cel", "37"),
    ("0", "Cel", "[degF]", "32"),
    ("80", "[degRe]", "Cel", "100"),
    ("1", "[in_i]", "cm", "2.54"),
    ("1", "[lb_av]", "g", "453.59237"),
    ("7", "[pH]", "mol/L", "0.0000001"),
    ("20", "dB", "1", "100"),
    ("1", "h", "min", "60"),
    ("1", "kg/kg", "1", "1"),
]


@pytest.mark.parametrize(("value", "code", "wanted", "base"), CANONICAL)
def test_a_quantity_has_a_canonical_value_and_unit(value: str, code: str, wanted: str, base: str) -> None:
    assert units.canonical(Decimal(value), code) == (Decimal(wanted), base)


@pytest.mark.parametrize(("value", "code", "goal", "wanted"), CONVERSIONS)
def test_a_quantity_converts_special_units_included(value: str, code: str, goal: str, wanted: str) -> None:
    found = units.convert(Decimal(value), code, goal)
    assert found is not None
    assert abs(found - Decimal(wanted)) <= abs(Decimal(wanted)) * Decimal("1e-20")


@pytest.mark.parametrize("code", ["", "nope", "mg/", "Cel/min", "10*99999", "x" * 300, "(" * 150])
def test_what_is_not_ucum_has_no_canonical_value(code: str) -> None:
    assert units.canonical(Decimal(1), code) is None
    assert not units.is_valid(code)
    assert units.convert(Decimal(1), code, "g") is None


def test_only_what_measures_the_same_is_comparable() -> None:
    assert units.comparable("mg", "[lb_av]")
    assert units.comparable("[iU]", "m[iU]")
    assert not units.comparable("[iU]", "[arb'U]")
    assert not units.comparable("[iU]/L", "/L")
    assert not units.comparable("g", "m")
    assert units.convert(Decimal(1), "g", "m") is None


def test_the_acidity_of_nothing_is_no_number() -> None:
    assert units.convert(Decimal(0), "mol/L", "[pH]") is None
    assert units.canonical(Decimal(10) ** 30, "B") is None


@given(
    some.decimals(1, 10**6, places=3, allow_nan=False, allow_infinity=False),
    some.sampled_from(["mg", "kg", "[lb_av]", "[oz_av]", "ug"]),
    some.sampled_from(["g", "t", "[gr]"]),
)
def test_converting_there_and_back_changes_nothing(value: Decimal, code: str, goal: str) -> None:
    there = units.convert(value, code, goal)
    assert there is not None
    back = units.convert(there, goal, code)
    assert back is not None
    assert abs(back - value) < Decimal("1e-15")


def test_a_known_code_costs_little() -> None:
    units.canonical(Decimal(1), "mg/dL")
    began = time.perf_counter()
    for _ in range(10_000):
        units.canonical(Decimal("5.5"), "mg/dL")
    assert (time.perf_counter() - began) / 10_000 < 20e-6
