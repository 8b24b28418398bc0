from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import found, patient, query

from seve.fhir.search.refusals import WrongModifier, WrongValue

EVE = patient("eve", name=[{"family": "Évrard-Lœuil", "given": ["Ève", "Marie Claire"], "prefix": ["Dr"]}])
SON = patient("son", name=[{"text": "Peter  van Son", "family": "van Son"}])


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("name=eve", ["eve"]),
        ("name=EVR", ["eve"]),
        ("family=évrard-loeu", ["eve"]),
        ("family=loeuil", []),
        ("given=marie cl", ["eve"]),
        ("given=claire", []),
        ("family=son", []),
        ("name=peter van", ["son"]),
        ("name=dr", ["eve"]),
        ("name=peter,eve", ["eve", "son"]),
        ("family:contains=LŒ", ["eve"]),
        ("family:contains=son", ["son"]),
        ("family:exact=van Son", ["son"]),
        ("family:exact=van son", []),
        ("family:exact=van", []),
        ("given:missing=true", ["son"]),
        ("phonetic=peter", ["son"]),
    ],
)
def test_names_are_found_without_case_and_accents_from_their_beginning(search: str, ids: list[str]) -> None:
    assert found("Patient", search, EVE, SON) == ids


def test_each_part_of_an_address_is_searched() -> None:
    one = patient("one", address=[{"line": ["3 rue du Lac"], "city": "Évian", "postalCode": "74500", "country": "FR"}])
    for search in ("address=3 rue", "address=evian", "address=745", "address-city=évi", "address-country=fr"):
        assert found("Patient", search, one) == ["one"]
    assert found("Patient", "address-city=745", one) == []


def test_a_long_text_is_found_by_its_beginning_and_exactly() -> None:
    long = "x" * 500
    one = {"resourceType": "Library", "id": "one", "status": "draft", "description": long}
    assert found("Library", f"description={long}", one) == ["one"]
    assert found("Library", f"description:exact={long}", one) == ["one"]
    assert found("Library", f"description:exact={long}x", one) == []


def test_a_null_among_given_names_is_passed_over() -> None:
    one = patient("one", name=[{"given": [None, "Ann"], "_given": [{"extension": [{"url": "x"}]}, None]}])
    assert found("Patient", "given=ann", one) == ["one"]


def test_uris_are_exact_above_or_below() -> None:
    one = {"resourceType": "ValueSet", "id": "one", "status": "draft", "url": "http://a.org/fhir/vs/1"}
    two = {"resourceType": "ValueSet", "id": "two", "status": "draft", "url": "http://a.org/fhir"}
    oid = {"resourceType": "ValueSet", "id": "oid", "status": "draft", "url": "urn:oid:1.2.3"}
    both = (one, two, oid)
    assert found("ValueSet", "url=http://a.org/fhir", *both) == ["two"]
    assert found("ValueSet", "url=http://A.org/fhir", *both) == []
    assert found("ValueSet", "url:below=http://a.org/fhir", *both) == ["one", "two"]
    assert found("ValueSet", "url:below=http://a.org/fhi", *both) == []
    assert found("ValueSet", "url:above=http://a.org/fhir/vs/1/2", *both) == ["one", "two"]
    assert found("ValueSet", "url=urn:oid:1.2.3", *both) == ["oid"]
    with pytest.raises(WrongValue):
        query("ValueSet", "url:below=urn:oid:1.2")


def test_a_profile_is_found_with_and_without_its_version() -> None:
    one = patient("one", meta={"profile": ["http://a.org/p|1.0"]})
    assert found("Patient", "_profile=http://a.org/p", one) == ["one"]
    assert found("Patient", "_profile=http://a.org/p|1.0", one) == ["one"]
    assert found("Patient", "_profile=http://a.org/p|2.0", one) == []


@pytest.mark.parametrize("search", ["name:in=x", "name:not=x", "name:identifier=x"])
def test_a_modifier_of_another_type_is_refused(search: str) -> None:
    with pytest.raises(WrongModifier):
        query("Patient", search)
