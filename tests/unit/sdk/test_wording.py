"""What FHIR says, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from seve.sdk import wording


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (Decimal("72.50"), "72,50", "72.50"),
        (99, "99", "99"),
        (Decimal("1E+2"), "100", "100"),
        (Decimal("-0.5"), "-0,5", "-0.5"),
    ],
)
def test_a_number_is_written_as_it_was_measured(value: Decimal | int, french: str, english: str) -> None:
    assert wording.number(value, "fr") == french
    assert wording.number(value, "en") == english


def test_a_quantity_tells_its_comparator_and_its_unit() -> None:
    assert wording.quantity({"comparator": "<", "value": 5, "unit": "mg/L"}, "fr") == "< 5 mg/L"
    assert not wording.quantity(None, "fr")


def test_an_age_counts_whole_years_and_needs_the_day() -> None:
    assert wording.age("1958-07-04", "2026-07-03") == 67
    assert wording.age("1958-07-04", "2026-07-04") == 68
    assert wording.age("1958", "2026-07-04") is None
