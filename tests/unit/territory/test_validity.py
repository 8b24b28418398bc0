"""Every resource obeys R4, and FR Core where the package is there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from tests.unit.fhir.codec.corpus import SHARED
from tests.unit.territory.people import TERMS, records, stories

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import check, parse
from seve.fhir.definitions import core
from seve.fhir.definitions.packages import read_package
from seve.fhir.validation.validator import Validator
from seve.france.identity.ins import patient_issues
from seve.france.identity.professionals import rpps_issues
from seve.france.identity.structures import finess_issues
from seve.france.identity.trust import trust
from seve.territory.generating import around

FR_CORE = [
    SHARED / "france/fhir-fr-core" / name
    for name in ("fr-core-2.2.0-package-combined.tgz", "fr-core-2.2.0-package.tgz")
]
EACH = 40
"""Resources of a type that are looked at."""


@cache
def sample() -> dict[str, list[Resource]]:
    """Some of each type, from all over the population."""
    found = dict[str, list[Resource]]()
    everything: list[Iterator[Resource]] = [
        around(TERMS),
        *(iter(record.resources) for record in (*stories(), *records(120))),
    ]
    for resources in everything:
        for at, resource in enumerate(resources):
            kept = found.setdefault(resource["resourceType"], [])
            if len(kept) < EACH or (at % 97 == 0 and len(kept) < 3 * EACH):
                kept.append(resource)
    return found


TYPES = (
    "AllergyIntolerance", "Appointment", "Binary", "CarePlan", "CareTeam", "Condition", "Consent", "DiagnosticReport", "DocumentReference",
    "Encounter", "HealthcareService", "Immunization", "Location", "MedicationDispense", "MedicationRequest", "Observation", "Organization",
    "Patient", "PlanDefinition", "Practitioner", "PractitionerRole", "Procedure", "Questionnaire", "RelatedPerson", "Schedule",
)  # fmt: skip


def test_every_type_is_there() -> None:
    assert sorted(sample()) == sorted(TYPES)


def errors(resource: Resource, by: Validator) -> list[str]:
    raw = encode_json(resource)
    parsed = parse(raw)
    check(raw, parsed)
    return [f"{i.expression}: {i.text()}" for i in by.validate(parsed).issues if i.severity in ("error", "fatal")]


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_obeys_r4(type_: str) -> None:
    by = Validator(core())
    assert [found for resource in sample()[type_] for found in errors(resource, by)] == []


@cache
def french() -> Validator:
    for file in FR_CORE:
        if not file.exists():
            pytest.skip("../shared/france/fhir-fr-core is not here: French profiles are not checked")
    return Validator(core().with_resources(resource for file in FR_CORE for resource in read_package(file)))


@pytest.mark.parametrize(
    "type_",
    ["Appointment", "Encounter", "HealthcareService", "Location", "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"],
)  # fmt: skip
def test_french_profiles_are_obeyed(type_: str) -> None:
    by = french()
    for resource in sample()[type_]:
        claimed = resource["meta"].get("profile", [])
        assert (
            claimed or type_ == "Observation" or resource["id"].startswith("unite-")
        )  # a unit: of the ROR's own profile
        assert all(by.profiles.tree(profile) is not None for profile in claimed)
        assert errors(resource, by) == []


def test_a_resource_that_is_spoilt_is_refused() -> None:
    patient = next(r for r in sample()["Patient"] if trust(r) == "qualified")
    spoilt = {key: value for key, value in patient.items() if key != "identifier"}
    assert errors(spoilt, french()) != []


def test_numbers_have_right_keys_and_are_nobodys() -> None:
    seen = set[str]()
    for resource in (*sample()["Patient"], *around(TERMS)):
        assert patient_issues(resource, source="entry") == ()
        for identifier in resource.get("identifier", ()):
            system, value = identifier["system"], identifier["value"]
            if system.endswith("1.213.1.4.10"):
                seen.add("ins")
            elif "rpps" in system:
                seen.add("rpps")
                assert rpps_issues(value, source="entry") == ()
                assert value.startswith("990")
            elif "finess" in system:
                seen.add("finess")
                assert finess_issues(value, source="entry") == ()
                assert value.startswith("3799")
            assert not system.endswith("1.213.1.4.8")
    assert seen == {"ins", "rpps", "finess"}


def test_identities_are_trusted_to_all_degrees() -> None:
    found = {trust(record.resources[0]) for record in records()}
    assert found == {"provisional", "recovered", "validated", "qualified"}


def test_telephones_and_addresses_of_electronic_mail_are_fictions() -> None:
    ranges = ("+33 6 39 98 ", "+33 2 61 91 ")
    for resource in (r for resources in sample().values() for r in resources):
        for telecom in resource.get("telecom", ()):
            value = telecom["value"]
            assert value.endswith(".invalid") if telecom["system"] == "email" else value.startswith(ranges)
