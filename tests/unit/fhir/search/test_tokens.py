from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import concept, found, observation, patient, query, world

from seve.fhir.search.keys import value_key
from seve.fhir.search.query import TokenMatch, resolved, unresolved
from seve.fhir.search.refusals import WrongModifier, WrongValue

LOINC, LOCAL = "http://loinc.org", "http://local.example"
WEIGHT = observation("weight", code=concept(f"{LOINC}|29463-7|Body Weight"))
HEIGHT = observation("height", code=concept(f"{LOINC}|8302-2|Body Height", f"{LOCAL}|29463-7"))
BARE = observation("bare", code=concept("|29463-7|Poids"))
NONE = observation("none", code={"text": "Tension artérielle"})
ALL = (WEIGHT, HEIGHT, BARE, NONE)


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("code=29463-7", ["weight", "height", "bare"]),
        (f"code={LOINC}|29463-7", ["weight"]),
        ("code=|29463-7", ["bare"]),
        (f"code={LOINC}|", ["weight", "height"]),
        (f"code={LOINC}|29463-7,{LOINC}|8302-2", ["weight", "height"]),
        (f"code={LOINC}|29463-7&code={LOINC}|8302-2", []),
        (f"code={LOINC}|8302-2&code={LOCAL}|29463-7", ["height"]),
        ("code=29463-7X", []),
        ("code:not=29463-7", ["none"]),
        (f"code:not={LOINC}|29463-7,{LOINC}|8302-2", ["bare", "none"]),
        ("code:text=body", ["weight", "height"]),
        ("code:text=weight", ["weight"]),
        ("code:text=BODY he", ["height"]),
        ("code:text=arterielle tension", ["none"]),
        ("code:text=tens", ["none"]),
        ("code:missing=false", ["weight", "height", "bare", "none"]),
        ("category:missing=true", ["weight", "height", "bare", "none"]),
        ("combo-code=8302-2", ["height"]),
    ],
)
def test_a_code_is_found_by_the_forms_of_a_token(search: str, ids: list[str]) -> None:
    assert found("Observation", search, *ALL) == ids


def test_codes_are_compared_with_case() -> None:
    one = observation("one", code=concept(f"{LOINC}|LA6568-5"))
    assert found("Observation", "code=LA6568-5", one) == ["one"]
    assert found("Observation", "code=la6568-5", one) == []


def test_separators_in_codes_are_escaped() -> None:
    one = observation("one", code=concept(f"{LOCAL}|a,b"))
    two = observation("two", code={"coding": [{"system": LOCAL, "code": "a|b"}]})
    assert found("Observation", r"code=a\,b", one, two) == ["one"]
    assert found("Observation", rf"code={LOCAL}|a\|b", one, two) == ["two"]


def test_the_system_of_a_code_element_is_implied() -> None:
    one = patient("one", gender="female")
    assert found("Patient", "gender=female", one) == ["one"]
    assert found("Patient", "gender=http://hl7.org/fhir/administrative-gender|female", one) == ["one"]
    assert found("Patient", "gender=male", one) == []


def test_booleans_are_true_or_false() -> None:
    one = patient("one", active=True)
    assert found("Patient", "active=true", one) == ["one"]
    assert found("Patient", "active=false", one) == []
    with pytest.raises(WrongValue):
        query("Patient", "active=yes")


def test_deceased_counts_a_date_as_true_and_nothing_as_false() -> None:
    people = (
        patient("alive"),
        patient("living", deceasedBoolean=False),
        patient("dead", deceasedBoolean=True),
        patient("dated", deceasedDateTime="2020-01-01"),
    )
    assert found("Patient", "deceased=true", *people) == ["dead", "dated"]
    assert found("Patient", "deceased=false", *people) == ["alive", "living"]


def test_identifiers_are_found_by_system_and_value() -> None:
    kind = {"coding": [{"system": "http://hl7/v2-0203", "code": "MR", "display": "Medical record"}]}
    one = patient("one", identifier=[{"system": "urn:oid:1.2", "value": "ABC", "type": kind}])
    two = patient("two", identifier=[{"value": "ABC"}])
    assert found("Patient", "identifier=ABC", one, two) == ["one", "two"]
    assert found("Patient", "identifier=urn:oid:1.2|ABC", one, two) == ["one"]
    assert found("Patient", "identifier=|ABC", one, two) == ["two"]
    assert found("Patient", "identifier=abc", one, two) == []
    assert found("Patient", "identifier:of-type=http://hl7/v2-0203|MR|ABC", one, two) == ["one"]
    assert found("Patient", "identifier:of-type=http://hl7/v2-0203|SS|ABC", one, two) == []
    assert found("Patient", "identifier:text=medical", one, two) == ["one"]


def test_contact_points_are_compared_without_case_and_punctuation() -> None:
    one = patient(
        "one", telecom=[{"system": "phone", "value": "+33 1 23-45.67"}, {"system": "email", "value": "A@b.Org"}]
    )
    assert found("Patient", "phone=%2B331234567", one) == ["one"]
    assert found("Patient", "telecom=%2B33 1 23 45 67", one) == ["one"]
    assert found("Patient", "email=a@B.org", one) == ["one"]
    assert found("Patient", "email=%2B331234567", one) == []


def test_tags_are_found_on_any_type() -> None:
    one = patient("one", meta={"tag": [{"system": LOCAL, "code": "x"}]})
    two = observation("two", meta={"tag": [{"system": LOCAL, "code": "x"}]})
    assert found("", "_tag=x", one, two) == ["one", "two"]
    assert found("", "_tag=x&_type=Observation", one, two) == ["two"]


def test_a_value_set_search_waits_for_the_terminology() -> None:
    asked = query("Observation", "code:in=http://vs.example&_filter=not (code in http://vs.example)")
    waiting = unresolved(asked)
    assert [w.values for w in waiting] == [("http://vs.example",), ("http://vs.example",)]
    answered = resolved(asked, {w: w.matched([(LOINC, "29463-7")]) for w in waiting})
    assert unresolved(answered) == ()
    assert world(*ALL).search(answered) == []
    only = query("Observation", "code:not-in=http://vs.example")
    done = resolved(only, {w: w.matched([(LOINC, "29463-7")]) for w in unresolved(only)})
    assert world(*ALL).search(done) == ["Observation/height", "Observation/bare", "Observation/none"]


def test_a_value_set_of_a_code_element_is_compared_by_code() -> None:
    asked = query("Patient", "gender:in=http://vs.example")
    match = unresolved(asked)[0].matched([("http://hl7.org/fhir/administrative-gender", "female")])
    assert isinstance(match, TokenMatch)
    assert world(patient("one", gender="female")).search(resolved(asked, {unresolved(asked)[0]: match}))
    assert value_key("female") in {k ^ p for k in match.keys for p in unresolved(asked)[0].params}


@pytest.mark.parametrize("search", ["code=a|b|c", "code=|", "code:of-type=a|b", "code:exact=a", "code:Patient=1"])
def test_what_is_not_a_token_is_refused(search: str) -> None:
    with pytest.raises((WrongValue, WrongModifier)):
        query("Observation", search)
