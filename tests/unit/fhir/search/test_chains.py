from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import concept, found, observation, patient, query

from seve.fhir.search.limits import Limits
from seve.fhir.search.refusals import SearchRefusal, TooLarge, UnknownParameter, UnknownType, WrongChain, WrongHas

CLINIC = {"resourceType": "Organization", "id": "clinic", "name": "Clinique du Lac"}
ANN = patient("ann", name=[{"family": "Ann"}], managingOrganization={"reference": "Organization/clinic"})
BOB = patient("bob", name=[{"family": "Bob"}])
OF_ANN = observation("of-ann", subject={"reference": "Patient/ann"}, code=concept("urn:x|1"))
OF_BOB = observation("of-bob", subject={"reference": "Patient/bob"}, code=concept("urn:x|2"))
AUDIT = {"resourceType": "Provenance", "id": "p", "target": [{"reference": "Observation/of-bob"}]}
ALL = (CLINIC, ANN, BOB, OF_ANN, OF_BOB, AUDIT)


@pytest.mark.parametrize(
    ("type_", "search", "ids"),
    [
        ("Observation", "subject:Patient.family=ann", ["of-ann"]),
        ("Observation", "subject.family=bob", ["of-bob"]),
        ("Observation", "patient.family=ann,bob", ["of-ann", "of-bob"]),
        ("Observation", "subject:Patient.organization.name=clinique", ["of-ann"]),
        ("Observation", "patient.organization.name:contains=lac", ["of-ann"]),
        ("Observation", "patient._id=bob", ["of-bob"]),
        ("Observation", "patient.organization:missing=true", ["of-bob"]),
        ("Patient", "_has:Observation:patient:code=urn:x|1", ["ann"]),
        ("Patient", "_has:Observation:subject:code:not=urn:x|1", ["bob"]),
        ("Patient", "_has:Observation:patient:_has:Provenance:target:_id=p", ["bob"]),
        ("Organization", "_has:Patient:organization:_has:Observation:patient:code=1", ["clinic"]),
        ("Observation", "patient._has:Observation:patient:code=2", ["of-bob"]),
        ("Organization", "_has:Patient:organization:family=bob", []),
    ],
)
def test_chains_follow_references_forwards_and_backwards(type_: str, search: str, ids: list[str]) -> None:
    assert found(type_, search, *ALL) == ids


def test_a_chain_follows_a_canonical() -> None:
    form = {"resourceType": "Questionnaire", "id": "q", "url": "http://a.org/q", "version": "1", "title": "Sommeil"}
    one = {"resourceType": "QuestionnaireResponse", "id": "one", "questionnaire": "http://a.org/q|1"}
    two = {"resourceType": "QuestionnaireResponse", "id": "two", "questionnaire": "http://a.org/q|2"}
    assert found("QuestionnaireResponse", "questionnaire.title=sommeil", form, one, two) == ["one"]
    assert found("QuestionnaireResponse", "questionnaire.title=autre", form, one) == []


@pytest.mark.parametrize(
    ("search", "refusal"),
    [
        ("code.x=1", WrongChain),
        ("subject:Medication.code=1", WrongChain),
        ("subject.=1", WrongChain),
        ("subject.nothing=1", UnknownParameter),
        ("patient.birthdate=x", SearchRefusal),
        ("_has:Observation:code=1", WrongHas),
        ("_has:Observation:status:code=1", WrongHas),
        ("_has:Nothing:patient:code=1", UnknownType),
        ("_has:Account:owner:name=1", WrongHas),
    ],
)
def test_a_chain_that_leads_nowhere_is_refused(search: str, refusal: type[SearchRefusal]) -> None:
    with pytest.raises(refusal):
        query("Observation", search)


def test_chains_have_a_greatest_depth_and_width() -> None:
    step = "part-of:Procedure."
    query("Procedure", step * 8 + "status=completed")
    with pytest.raises(TooLarge):
        query("Procedure", step * 9 + "status=completed")
    with pytest.raises(TooLarge):
        query("ActivityDefinition", "depends-on." * 6 + "depends-on=x")
    with pytest.raises(TooLarge):
        query("Provenance", "target.subject.name=x", limits=Limits(branches=50))
