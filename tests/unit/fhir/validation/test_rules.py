"""Bindings, references, extensions, values and invariants, each refusal beside its success."""

from __future__ import annotations

from typing import Any

import pytest

from seve.fhir.codec.json import check, encode
from seve.fhir.definitions import core
from seve.fhir.validation.seams import Context, Result
from seve.fhir.validation.validator import Validator, validate

VALIDATOR = Validator(core())
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}


def judged(resource: dict[str, Any], **options: Any) -> Result:
    check(encode(resource), resource)
    return VALIDATOR.validate(resource, **options)


def told(resource: dict[str, Any], **options: Any) -> list[tuple[str, str, str]]:
    found = judged(resource, **options).issues
    assert all(issue.text("fr") != issue.text("en") for issue in found)
    return [(i.severity, str(i.fields.get("key", i.key.removeprefix("fhir.validation."))), i.expression) for i in found]


def observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **more}


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **more}


def condition(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, **more}


def verified(code: str) -> dict[str, Any]:
    return {"coding": [{"system": VERIFICATION, "code": code}]}


@pytest.mark.parametrize(
    "resource",
    [
        observation(subject={"reference": "Patient/1"}, effectiveDateTime="2024-02-29"),
        observation(subject={"reference": "http://a.b/fhir/Patient/1/_history/2", "type": "Patient"}),
        observation(subject={"reference": "urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}),
        observation(subject={"reference": "#p"}, contained=[patient(id="p")]),
        observation(subject={"reference": "Patient?identifier=a|b"}),
        observation(_status={"id": "x"}, effectiveDateTime="2024"),
        condition(verificationStatus=verified("entered-in-error")),
        patient(gender="female", maritalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}]}),
        patient(extension=[{"url": "http://unknown.org/x", "valueString": "y"}], photo=[{"contentType": "text/plain", "size": 2, "data": "YWI="}]),
    ],
)  # fmt: skip
def test_what_obeys_is_accepted(resource: dict[str, Any]) -> None:
    assert [issue for issue in told(resource) if issue[0] == "error"] == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (patient(gender="mal"), ("error", "code_required", "Patient.gender")),
        (condition(verificationStatus=verified("x"), clinicalStatus=verified("y")), ("error", "code_required", "Condition.verificationStatus")),
        (condition(verificationStatus={"text": "sure"}), ("error", "code_missing", "Condition.verificationStatus")),
        (patient(maritalStatus={"coding": [{"system": "urn:x", "code": "M"}]}), ("warning", "code_extensible", "Patient.maritalStatus")),
        (patient(maritalStatus={"id": "x", "coding": [{"display": "x"}]}), ("warning", "code_or_text_missing", "Patient.maritalStatus")),
        (observation(subject={"reference": "Encounter/1"}), ("error", "reference_target", "Observation.subject")),
        (observation(subject={"reference": "Patinet/1"}), ("error", "reference_type_unknown", "Observation.subject")),
        (observation(subject={"reference": "Patient/1", "type": "Group"}), ("error", "reference_type", "Observation.subject")),
        (observation(subject={"type": "Encounter"}), ("error", "reference_target", "Observation.subject")),
        (observation(subject={"reference": "#q"}, contained=[patient(id="p")]), ("error", "ref-1", "Observation.subject")),
        (observation(contained=[patient(id="p")]), ("error", "dom-3", "Observation")),
        (observation(subject={"reference": "#e"}, contained=[{"resourceType": "Organization", "id": "e"}]), ("error", "reference_target", "Observation.subject")),
        (observation(effectiveDateTime="2023-02-29"), ("error", "no_such_day", "Observation.effectiveDateTime")),
        (patient(birthDate="2024-04-31"), ("error", "no_such_day", "Patient.birthDate")),
        (patient(photo=[{"size": 3, "data": "YWI="}]), ("warning", "attachment_size", "Patient.photo[0]")),
        (patient(photo=[{"size": 3, "data": "A==="}]), ("error", "base64", "Patient.photo[0]")),
        (patient(name=[{"id": "x"}]), ("error", "ele-1", "Patient.name[0]")),
        (patient(_birthDate={"id": "x"}), ("error", "ele-1", "Patient.birthDate")),
        (patient(extension=[{"url": "a:b"}]), ("error", "ext-1", "Patient.extension[0]")),
        (patient(text={"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'><script>x</script></div>"}), ("error", "txt-1, txt-2", "Patient.text.div")),
        (patient(contact=[{"gender": "male"}]), ("error", "pat-1", "Patient.contact[0]")),
        (observation(valueString="x", dataAbsentReason={"text": "y"}), ("error", "obs-6", "Observation")),
        (observation(valueQuantity={"value": 1, "code": "kg"}), ("error", "qty-3", "Observation.valueQuantity")),
        (observation(effectivePeriod={"start": "2024-02-02", "end": "2024-02-01"}), ("error", "per-1", "Observation.effectivePeriod")),
        (patient(extension=[{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "2024-01-01T10:00:00Z"}]), ("error", "extension_context", "Patient.extension[0]")),
        (patient(_birthDate={"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueString": "x"}]}), ("error", "profile_value_type", "Patient.birthDate.extension[0].valueString")),
        (patient(modifierExtension=[{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "x"}}]), ("error", "extension_no_modifier", "Patient.modifierExtension[0]")),
        (patient(extension=[{"url": "http://hl7.org/fhir/StructureDefinition/Patient", "valueString": "x"}]), ("error", "extension_not_one", "Patient.extension[0]")),
        (patient(meta={"profile": ["http://unknown.org/p"]}), ("warning", "profile_unknown", "Patient.meta.profile")),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_told_at_its_place(resource: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert expected in told(resource)


def test_a_known_extension_in_its_place_is_accepted() -> None:
    birth = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                "valueDateTime": "2024-01-01T10:00:00Z",
            }
        ]
    }
    assert told(patient(_birthDate=birth)) == []


def test_a_required_code_may_be_absent_for_a_reason() -> None:
    assert told(condition(clinicalStatus={"extension": [ABSENT]}, verificationStatus={"extension": [ABSENT]})) == []


def test_issues_come_worst_first() -> None:
    resource = patient(maritalStatus={"coding": [{"system": "urn:x", "code": "M"}]}, gender="x")
    assert [severity for severity, *_ in told(resource)] == ["error", "warning"]


def test_best_practice_is_told_only_when_asked_for() -> None:
    assert ("warning", "dom-6", "Patient") not in told(patient(active=True))
    assert ("warning", "dom-6", "Patient") in told(patient(active=True), with_advice=True)


def test_codes_that_memory_cannot_decide_are_left_to_a_terminology() -> None:
    franc = {"url": "http://a.b", "valueMoney": {"value": 1, "currency": "FRF"}}
    result = judged(patient(extension=[franc]))
    [pending] = result.pending
    assert (pending.codings, pending.strength, pending.expression) == (
        ((None, "FRF"),),
        "required",
        "Patient.extension[0].valueMoney.currency",
    )
    assert pending.issue.severity == "error"
    assert result.is_valid


def test_another_terminology_may_be_given() -> None:
    class Sure:
        def member(self, value_set: str, system: str | None, code: str) -> bool | None:
            return code == "image/png"

    validator = Validator(core(), terminology=Sure())
    assert validator.validate(patient(photo=[{"contentType": "image/png"}])).issues == ()
    assert not validator.validate(patient(photo=[{"contentType": "x"}])).is_valid


def test_references_find_the_resources_beside() -> None:
    urn = "urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    resource = observation(subject={"reference": urn})
    assert told(resource, context=Context({urn: patient()})) == []
    beside = Context({urn: {"resourceType": "Encounter"}})
    assert told(resource, context=beside) == [("error", "reference_target", "Observation.subject")]


def test_a_bundle_resolves_its_own_entries() -> None:
    urn = "urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    entries = [
        {"resource": observation(subject={"reference": urn})},
        {"fullUrl": urn, "resource": {"resourceType": "Basic", "code": {"text": "x"}}},
    ]
    found = told({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert found == [("error", "reference_target", "Bundle.entry[0].resource.subject")]


def test_the_function_keeps_its_validator() -> None:
    assert validate(patient(gender="female"), definitions=core()).is_valid
    assert not validate(patient(gender="x"), definitions=core()).is_valid


def test_a_profile_that_was_asked_for_must_be_known_and_fit() -> None:
    vital = "http://hl7.org/fhir/StructureDefinition/vitalsigns"
    assert told(patient(active=True), profiles=["http://unknown.org/p"]) == [("error", "profile_unknown", "Patient")]
    assert told(patient(active=True), profiles=[vital]) == [("error", "profile_type", "Patient")]
    assert ("error", "profile_min", "Observation.category") in told(observation(), profiles=[vital])
