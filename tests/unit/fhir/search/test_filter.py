from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import concept, found, observation, patient, query

from seve.fhir.search.refusals import NotUsable, SearchRefusal, UnknownParameter, WrongFilter

PET = patient("pet", name=[{"given": ["Peter"], "family": "Smith"}], birthDate="1996-05-20", gender="male")
EVE = patient("eve", name=[{"given": ["Eve"], "family": "Levin"}], birthDate="2001-01-01", gender="female")
OF_EVE = observation("of-eve", subject={"reference": "Patient/eve"}, code=concept("urn:x|1|Glucose"))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('given eq "Peter"', ["pet"]),
        ('given eq "peter"', []),
        ('given ne "Peter"', ["eve"]),
        ('name co "et"', ["pet"]),
        ('name sw "lev"', ["eve"]),
        ('given eq "Peter" and birthdate ge 2000', []),
        ('given eq "Peter" or birthdate ge 2000', ["pet", "eve"]),
        ("not (gender eq male) and birthdate lt 2002", ["eve"]),
        ('(name sw "pet" or name sw "eve") and gender eq female', ["eve"]),
        ("birthdate po 1996", ["pet"]),
        ("address pr false", ["pet", "eve"]),
        ("birthdate pr true", ["pet", "eve"]),
        ("_id eq eve", ["eve"]),
        ("_id ne pet", ["eve"]),
    ],
)
def test_a_filter_is_a_tree_of_comparisons(text: str, ids: list[str]) -> None:
    assert found("Patient", f"_filter={text}", PET, EVE) == ids


def test_a_filter_follows_chains_and_compares_codes() -> None:
    world = (PET, EVE, OF_EVE)
    assert found("Observation", '_filter=subject.name sw "eve" and code eq urn:x|1', *world) == ["of-eve"]
    assert found("Observation", "_filter=subject:Patient.birthdate lt 2000", *world) == []
    assert found("Observation", '_filter=code co "gluc"', *world) == ["of-eve"]
    assert found("Observation", "_filter=subject re Patient/eve", *world) == ["of-eve"]


def test_quoted_text_holds_no_separators() -> None:
    one = patient("one", name=[{"family": 'a,b "c"'}])
    assert found("Patient", r'_filter=family eq "a,b \"c\""', one) == ["one"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("given", WrongFilter),
        ("given eq", WrongFilter),
        ("given xx 1", WrongFilter),
        ("(given eq a", WrongFilter),
        ("given eq a)", WrongFilter),
        ("not given eq a", WrongFilter),
        ('given eq "a', WrongFilter),
        ("(" * 50 + "given eq a", WrongFilter),
        ("given gt a", NotUsable),
        ("given ew a", WrongFilter),
        ("nothing eq a", UnknownParameter),
        ("birthdate eq a", SearchRefusal),
    ],
)
def test_a_filter_that_can_not_be_read_is_refused(text: str, refusal: type[SearchRefusal]) -> None:
    with pytest.raises(refusal):
        query("Patient", f"_filter={text}")
