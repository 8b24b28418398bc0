"""What the kit gives solutions: words for FHIR's values, and whose records a visitor may look at."""

from __future__ import annotations

from decimal import Decimal

import pytest

from seve.sdk import wording
from seve.testing.site import Site


def test_words_for_codes_and_quantities() -> None:
    concept = {"coding": [{"system": "a", "code": "1"}, {"system": "b", "code": "2", "display": "Deux"}]}
    assert wording.coded(concept) == "Deux"
    assert wording.coded({"text": "Un", **concept}) == "Un"
    assert wording.coded(None) == ""
    assert wording.codes(concept, "b") == ("2",)
    quantity = {"comparator": "<", "value": Decimal("0.50"), "unit": "mg"}
    assert wording.quantity(quantity, "fr") == "< 0,50 mg"
    assert wording.quantity(quantity, "en") == "< 0.50 mg"


@pytest.mark.parametrize(("born", "age"), [("1961-11-22", 65), ("1961-11-23", 64), ("1961", None)])
def test_an_age_in_whole_years(born: str, age: int | None) -> None:
    assert wording.age(born, "2026-11-22") == age


async def test_a_patient_who_represents_nobody_goes_straight_to_their_own_record(room: Site) -> None:
    bob = await room.browser("bob")
    await bob.get("/shared-record")
    assert str(bob.answer.url).endswith("/shared-record/bob")
