from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import BASE, found, observation, patient, query, world

from seve.fhir.search.refusals import WrongModifier, WrongValue


def about(id_: str, reference: str, **more: object) -> dict[str, object]:
    return observation(id_, subject={"reference": reference, **more})


LOCAL = about("local", "Patient/1")
GROUP = about("group", "Group/1")
OWN = about("own", f"{BASE}/Patient/1")
FAR = about("far", "http://far.example/fhir/Patient/1")
VERSIONED = about("versioned", "Patient/1/_history/3")
URN = about("urn", "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7")
INSIDE = about("inside", "#p")
ALL = (LOCAL, GROUP, OWN, FAR, VERSIONED, URN, INSIDE)


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("subject=Patient/1", ["local", "own", "versioned"]),
        ("subject=1", ["local", "group", "own", "versioned"]),
        ("subject:Patient=1", ["local", "own", "versioned"]),
        ("subject:Group=1", ["group"]),
        ("subject:Group=Patient/1", []),
        (f"subject={BASE}/Patient/1", ["local", "own", "versioned"]),
        ("subject=http://far.example/fhir/Patient/1", ["far"]),
        ("subject=Patient/1/_history/3", ["versioned"]),
        ("subject=urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", ["urn"]),
        ("subject=Patient/1,Group/1", ["local", "group", "own", "versioned"]),
        ("patient=1", ["local", "own", "versioned"]),
        ("patient=Group/1", []),
        ("patient:missing=true", ["group", "urn", "inside"]),
        ("subject:missing=true", []),
    ],
)
def test_references_are_found_by_id_type_and_url(search: str, ids: list[str]) -> None:
    assert found("Observation", search, *ALL) == ids


def test_a_logical_reference_is_found_by_its_identifier() -> None:
    one = observation("one", subject={"type": "Patient", "identifier": {"system": "urn:ins", "value": "9"}})
    two = observation("two", subject={"type": "Group", "identifier": {"system": "urn:ins", "value": "9"}})
    assert found("Observation", "subject:identifier=urn:ins|9", one, two) == ["one", "two"]
    assert found("Observation", "patient:identifier=urn:ins|9", one, two) == ["one"]
    assert found("Observation", "subject:identifier=urn:ins|8", one, two) == []


def test_canonicals_are_found_with_and_without_version_and_by_its_beginning() -> None:
    one = {"resourceType": "QuestionnaireResponse", "id": "one", "status": "completed"}
    one["questionnaire"] = "http://a.org/q|1.2.3"
    for search in ("http://a.org/q", "http://a.org/q|1.2.3"):
        assert found("QuestionnaireResponse", f"questionnaire={search}", one) == ["one"]
    assert found("QuestionnaireResponse", "questionnaire=http://a.org/q|1.2", one) == []
    assert found("QuestionnaireResponse", "questionnaire:below=http://a.org/q|1.2", one) == ["one"]
    assert found("QuestionnaireResponse", "questionnaire:below=http://a.org/q|1.3", one) == []


def test_hierarchies_are_followed_up_and_down() -> None:
    places = [
        {"resourceType": "Location", "id": id_, **({"partOf": {"reference": f"Location/{up}"}} if up else {})}
        for id_, up in (("site", ""), ("house", "site"), ("ward", "house"), ("other", ""))
    ]
    visits = [
        {
            "resourceType": "Encounter",
            "id": f"in-{p['id']}",
            "location": [{"location": {"reference": f"Location/{p['id']}"}}],
        }
        for p in places
    ]
    assert found("Encounter", "location:below=house", *places, *visits) == ["in-house", "in-ward"]
    assert found("Encounter", "location:above=Location/house", *places, *visits) == ["in-site", "in-house"]
    with pytest.raises(WrongModifier):
        query("Observation", "patient:below=Patient/1")


def test_a_resource_is_in_the_compartments_of_those_it_refers_to() -> None:
    one = observation(
        "one",
        subject={"reference": "Patient/1"},
        encounter={"reference": "Encounter/2"},
        performer=[{"reference": "Practitioner/3"}, {"reference": "Patient/4"}],
    )
    entries = world(one).records[0].entries
    assert set(entries.patients) == {"1", "4"}
    assert world(patient("9")).records[0].entries.patients == ["9"]
    elsewhere = observation("two", subject={"reference": "http://far.example/Patient/1"})
    assert world(elsewhere).records[0].entries.patients == []


def test_the_resource_that_stands_in_a_bundle_is_referred_to() -> None:
    entry = {"resource": {"resourceType": "Composition", "id": "c"}}
    one = {"resourceType": "Bundle", "id": "one", "type": "document", "entry": [entry]}
    assert found("Bundle", "composition=c", one) == ["one"]
    assert found("Bundle", "composition:missing=false", one) == ["one"]
    assert found("Bundle", "message:missing=false", one) == []


@pytest.mark.parametrize("search", ["subject=Patient/1/2", "subject=a b", "subject=%23p"])
def test_what_is_not_a_reference_is_refused(search: str) -> None:
    with pytest.raises(WrongValue):
        query("Observation", search)


def test_a_type_that_is_not_a_target_is_refused() -> None:
    with pytest.raises(WrongModifier):
        query("Observation", "subject:Medication=1")


def test_a_uri_is_no_canonical_to_the_parameters_that_name_one_of_them() -> None:
    canonical = {"resourceType": "ConceptMap", "id": "canonical", "sourceCanonical": "http://a.org/vs"}
    uri = {"resourceType": "ConceptMap", "id": "uri", "sourceUri": "http://a.org/vs"}
    assert found("ConceptMap", "source=http://a.org/vs", canonical, uri) == ["canonical"]
    assert found("ConceptMap", "source-uri=http://a.org/vs", canonical, uri) == ["uri"]
