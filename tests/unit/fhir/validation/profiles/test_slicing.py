"""Profiles written for the test: every discriminator, the three rules, order, counts, default slices and reslicing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator

URL = "http://test.org/p"
PATIENT = "http://hl7.org/fhir/StructureDefinition/Patient"


def profile(*elements: dict[str, Any], kind: str = "Patient", url: str = URL, **more: Any) -> dict[str, Any]:
    base = f"http://hl7.org/fhir/StructureDefinition/{kind}"
    return {
        "resourceType": "StructureDefinition", "url": url, "name": "P", "status": "draft", "abstract": False,
        "kind": "resource" if kind[0].isupper() and kind in core().resource_types else "complex-type",
        "type": kind, "baseDefinition": base, "derivation": "constraint",
        "differential": {"element": [{"id": kind, "path": kind}, *elements]}, **more,
    }  # fmt: skip


def element(identifier: str, **more: Any) -> dict[str, Any]:
    names = [part.partition(":") for part in identifier.split(".")]
    sliced = {"sliceName": names[-1][2]} if names[-1][2] else {}
    return {"id": identifier, "path": ".".join(name for name, _, _ in names), **sliced, **more}


def slicing(kind: str, path: str, rules: str = "open", *, ordered: bool = False) -> dict[str, Any]:
    return {"discriminator": [{"type": kind, "path": path}], "rules": rules, "ordered": ordered}


def told(resource: dict[str, Any], *profiles: dict[str, Any]) -> list[tuple[str, str]]:
    found = Validator(core().with_resources(profiles)).validate(resource, profiles=[profiles[0]["url"]]).issues
    return [(str(i.fields.get("key", i.key.rpartition(".")[2])), i.expression) for i in found if i.severity == "error"]


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **more}


def identified(*uses: str) -> dict[str, Any]:
    return patient(identifier=[{"use": use, "value": "1"} for use in uses])


def by_use(rules: str = "open", *, ordered: bool = False, **official: Any) -> dict[str, Any]:
    return profile(
        element("Patient.identifier", slicing=slicing("value", "use", rules, ordered=ordered)),
        element("Patient.identifier:official", min=1, max="1", **official),
        element("Patient.identifier:official.use", min=1, fixedCode="official"),
        element("Patient.identifier:usual", max="1"),
        element("Patient.identifier:usual.use", min=1, patternCode="usual"),
    )


@pytest.mark.parametrize(
    ("rules", "uses", "expected"),
    [
        ("open", ("official", "old", "usual"), []),
        ("open", ("usual",), [("profile_min", "Patient.identifier")]),
        ("open", ("official", "official"), [("profile_max", "Patient.identifier")]),
        ("closed", ("official", "usual"), []),
        ("closed", ("official", "old"), [("slice_closed", "Patient.identifier[1]")]),
        ("openAtEnd", ("usual", "official", "old"), []),
        ("openAtEnd", ("old", "official"), [("slice_end", "Patient.identifier")]),
    ],
)
def test_slices_by_value(rules: str, uses: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert told(identified(*uses), by_use(rules)) == expected


def test_slices_keep_their_order_when_it_is_asked_for() -> None:
    assert told(identified("official", "usual"), by_use(ordered=True)) == []
    assert told(identified("usual", "official"), by_use(ordered=True)) == [("slice_order", "Patient.identifier")]


def test_a_pattern_of_the_whole_tells_slices_by_a_part() -> None:
    coded = {"coding": [{"system": "urn:s", "code": "MR"}]}
    rules = profile(
        element("Patient.identifier", slicing=slicing("pattern", "type.coding.code")),
        element("Patient.identifier:mr", min=1),
        element("Patient.identifier:mr.type", min=1, patternCodeableConcept=coded),
        element("Patient.identifier:mr.system", min=1),
    )
    assert told(patient(identifier=[{"type": coded, "system": "urn:y"}]), rules) == []
    assert told(patient(identifier=[{"type": coded}]), rules) == [("profile_min", "Patient.identifier[0].system")]


def test_slices_by_presence() -> None:
    rules = profile(
        element("Patient.name", slicing=slicing("exists", "family", "closed")),
        element("Patient.name:full", max="1"),
        element("Patient.name:full.family", min=1),
        element("Patient.name:bare", max="0"),
        element("Patient.name:bare.family", max="0"),
    )
    assert told(patient(name=[{"family": "x"}]), rules) == []
    assert told(patient(name=[{"family": "x"}, {"text": "y"}]), rules) == [("profile_max", "Patient.name")]


def test_slices_by_type_and_renamed_choices() -> None:
    rules = profile(
        element("Observation.value[x]", slicing=slicing("type", "$this", "closed")),
        {"id": "Observation.value[x]:valueQuantity", "path": "Observation.valueQuantity", "sliceName": "valueQuantity"},
        {"id": "Observation.value[x]:valueQuantity.code", "path": "Observation.valueQuantity.code", "min": 1},
        kind="Observation",
    )
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert told({**base, "valueQuantity": {"value": 1, "system": "urn:x", "code": "kg"}}, rules) == []
    assert told({**base, "valueQuantity": {"value": 1}}, rules) == [("profile_min", "Observation.valueQuantity.code")]
    assert told({**base, "valueString": "x"}, rules) == [("slice_closed", "Observation.valueString")]


def test_slices_by_the_profile_of_what_is_referred_to() -> None:
    named = profile(element("Organization.name", min=1), kind="Organization", url="http://test.org/named")
    target = {"code": "Reference", "targetProfile": [named["url"]]}
    rules = profile(
        element("Patient.generalPractitioner", slicing=slicing("profile", "resolve()", "closed")),
        element("Patient.generalPractitioner:named", type=[target], min=1),
    )
    held = {"resourceType": "Organization", "id": "o", "name": "x"}
    reference = [{"reference": "#o"}]
    assert told(patient(contained=[held], generalPractitioner=reference), rules, named) == []
    nameless = {"resourceType": "Organization", "id": "o", "alias": ["x"]}
    found = told(patient(contained=[nameless], generalPractitioner=reference), rules, named)
    assert ("slice_closed", "Patient.generalPractitioner[0]") in found


def test_slices_by_the_type_of_what_is_referred_to() -> None:
    practitioner = {"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Practitioner"]}
    rules = profile(
        element("Patient.generalPractitioner", slicing=slicing("type", "resolve()")),
        element("Patient.generalPractitioner:one", type=[practitioner], min=1, max="1"),
    )
    assert (
        told(patient(generalPractitioner=[{"reference": "Practitioner/1"}, {"reference": "Organization/1"}]), rules)
        == []
    )
    assert told(patient(generalPractitioner=[{"reference": "Organization/1"}]), rules) == [
        ("profile_min", "Patient.generalPractitioner")
    ]


def test_slices_by_an_extension() -> None:
    rules = profile(
        element("Patient.name", slicing=slicing("value", "extension('http://test.org/e').value")),
        element("Patient.name:marked", min=1),
        element("Patient.name:marked.extension", slicing=slicing("value", "url")),
        element("Patient.name:marked.extension:e", type=[{"code": "Extension", "profile": ["http://test.org/e"]}]),
        element("Patient.name:marked.extension:e.value[x]", patternCode="y"),
    )
    definition = profile(
        element("Extension.url", fixedUri="http://test.org/e"), kind="Extension", url="http://test.org/e"
    )
    marked = {"extension": [{"url": "http://test.org/e", "valueCode": "y"}], "text": "a"}
    other = {"extension": [{"url": "http://test.org/e", "valueCode": "z"}], "text": "a"}
    assert told(patient(name=[marked]), rules, definition) == []
    assert told(patient(name=[other]), rules, definition) == [("profile_min", "Patient.name")]


def test_default_slices_rule_the_others() -> None:
    rules = profile(
        element("Patient.identifier", slicing=slicing("value", "use", "closed")),
        element("Patient.identifier:official", max="1"),
        element("Patient.identifier:official.use", min=1, fixedCode="official"),
        element("Patient.identifier:@default"),
        element("Patient.identifier:@default.system", min=1),
    )
    assert told(identified("official"), rules) == []
    assert told(identified("old"), rules) == [("profile_min", "Patient.identifier[0].system")]


def test_a_slice_may_be_sliced_again() -> None:
    rules = profile(
        element("Patient.telecom", slicing=slicing("value", "system")),
        element("Patient.telecom:phone", slicing=slicing("value", "use", "closed")),
        element("Patient.telecom:phone.system", min=1, fixedCode="phone"),
        element("Patient.telecom:phone/home", max="1"),
        element("Patient.telecom:phone/home.use", min=1, fixedCode="home"),
    )
    home = {"system": "phone", "use": "home", "value": "1"}
    work = {**home, "use": "work"}
    email = {"system": "email", "value": "a@b"}
    assert told(patient(telecom=[home, email]), rules) == []
    assert told(patient(telecom=[home, home]), rules) == [("profile_max", "Patient.telecom")]
    assert told(patient(telecom=[work]), rules) == [("slice_closed", "Patient.telecom[0]")]


def test_fixed_values_patterns_bindings_types_and_constraints() -> None:
    rule = {"key": "t-1", "severity": "error", "human": "x", "expression": "family.exists() implies given.exists()"}
    rules = profile(
        element("Patient.active", fixedBoolean=True),
        element("Patient.maritalStatus", patternCodeableConcept={"coding": [{"code": "M"}]}),
        element("Patient.gender", binding={"strength": "required", "valueSet": "http://test.org/vs"}),
        element("Patient.multipleBirth[x]", type=[{"code": "integer"}]),
        element("Patient.name", constraint=[rule]),
        element("Patient.birthDate", min=1),
        element("Patient.photo", max="0"),
    )
    females = {
        "resourceType": "ValueSet",
        "url": "http://test.org/vs",
        "compose": {
            "include": [{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "female"}]}]
        },
    }
    right = patient(
        active=True, maritalStatus={"coding": [{"code": "M", "display": "x"}, {"code": "z"}]}, gender="female",
        multipleBirthInteger=2, name=[{"family": "x", "given": ["y"]}], birthDate="2020",
    )  # fmt: skip
    assert told(right, rules, females) == []
    wrong = patient(
        active=False, maritalStatus={"coding": [{"code": "z"}]}, gender="male", multipleBirthBoolean=True, name=[{"family": "x"}],
        photo=[{"url": "http://a.b"}],
    )  # fmt: skip
    assert sorted(told(wrong, rules, females)) == [
        ("code_required", "Patient.gender"),
        ("profile_fixed", "Patient.active"),
        ("profile_max", "Patient.photo"),
        ("profile_min", "Patient.birthDate"),
        ("profile_pattern", "Patient.maritalStatus"),
        ("profile_value_type", "Patient.multipleBirthBoolean"),
        ("t-1", "Patient.name[0]"),
    ]


def test_type_profiles_and_profiles_of_profiles() -> None:
    zip_code = profile(element("Address.postalCode", min=1), kind="Address", url="http://test.org/address")
    middle = profile(
        element("Patient.address", type=[{"code": "Address", "profile": [zip_code["url"]]}]),
        url="http://test.org/middle",
    )
    top = {**profile(element("Patient.address", min=1)), "baseDefinition": middle["url"]}
    assert told(patient(address=[{"postalCode": "75001"}]), top, middle, zip_code) == []
    assert told(patient(address=[{"city": "x"}]), top, middle, zip_code) == [
        ("profile_min", "Patient.address[0].postalCode")
    ]
    assert told(patient(active=True), top, middle, zip_code) == [("profile_min", "Patient.address")]


def test_content_references_carry_the_rules_of_what_they_refer_to() -> None:
    rules = profile(element("Questionnaire.item.text", min=1), kind="Questionnaire")
    form = {
        "resourceType": "Questionnaire",
        "status": "draft",
        "item": [
            {"linkId": "1", "type": "group", "text": "a", "item": [{"linkId": "2", "type": "string", "text": "b"}]}
        ],
    }
    assert told(form, rules) == []
    bare = copy.deepcopy(form)
    del bare["item"][0]["item"][0]["text"]
    assert told(bare, rules) == [("profile_min", "Questionnaire.item[0].item[0].text")]


def test_a_profile_that_leads_nowhere_is_unknown() -> None:
    nowhere = {**profile(), "baseDefinition": URL}
    assert told(patient(active=True), nowhere) == [("profile_unknown", "Patient")]
    assert told(patient(active=True), profile(element("Patient.zzz", min=1))) == [("profile_unknown", "Patient")]


def test_constraints_may_ask_for_references_value_sets_and_profiles() -> None:
    expressions = (
        "managingOrganization.resolve().name.exists()",
        "gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')",
        "contained.all(conformsTo('http://test.org/named'))",
    )
    rules = [
        {"key": f"t-{n}", "severity": "error", "human": "x", "expression": text} for n, text in enumerate(expressions)
    ]
    named = profile(element("Organization.name", min=1), kind="Organization", url="http://test.org/named")
    asking = profile(element("Patient", constraint=rules))
    asking["differential"]["element"].pop(0)

    def one(**organization: str) -> dict[str, Any]:
        held = {"resourceType": "Organization", "id": "o", **organization}
        return patient(contained=[held], managingOrganization={"reference": "#o"}, gender="female")

    assert told(one(name="x"), asking, named) == []
    assert {key for key, _ in told(one(language="fr"), asking, named)} == {"org-1", "t-0", "t-2"}


def test_a_constraint_on_a_profile_that_nobody_knows_is_told_as_not_judged() -> None:
    rule = {"key": "t-1", "severity": "error", "human": "x", "expression": "conformsTo('http://test.org/nowhere')"}
    asking = profile(element("Patient", constraint=[rule]))
    asking["differential"]["element"].pop(0)
    issues = Validator(core().with_resources([asking])).validate(patient(active=True), profiles=[URL]).issues
    judged = [(i.severity, i.key.rpartition(".")[2], i.fields["key"]) for i in issues if "key" in i.fields]
    assert judged == [("warning", "invariant_failed", "t-1")]
    assert any("http://test.org/nowhere" in i.text("en") for i in issues)
