"""What lives leave hangs together: references, dates, who does what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.territory.people import TERMS, records, stories

from seve.fhir import Resource
from seve.territory.generating import around
from seve.territory.marks import marked
from seve.territory.model.life import whole_years
from seve.territory.traces.record import Record

DATES = (
    "effectiveDateTime", "issued", "authoredOn", "whenHandedOver", "occurrenceDateTime", "performedDateTime", "recordedDate", "date",
)  # fmt: skip


def everybody() -> list[Record]:
    return [*records(), *stories()]


def resources(type_: str) -> Iterator[tuple[Record, Resource]]:
    for record in everybody():
        yield from ((record, r) for r in record.resources if r["resourceType"] == type_)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_leads_somewhere() -> None:
    directory = {f"{r['resourceType']}/{r['id']}" for r in around(TERMS)}
    for record in everybody():
        own = {f"{r['resourceType']}/{r['id']}" for r in record.resources}
        assert len(own) == len(record.resources)
        lost = {ref for resource in record.resources for ref in references(resource)} - own - directory
        assert lost == set(), record.person.id


def test_the_directory_refers_to_itself_only() -> None:
    found = list(around(TERMS))
    known = {f"{r['resourceType']}/{r['id']}" for r in found}
    assert len(known) == len(found)
    assert {ref for resource in found for ref in references(resource)} <= known


def test_everything_says_that_it_is_invented() -> None:
    for resource in (*around(TERMS), *(r for record in everybody() for r in record.resources)):
        assert marked(resource)
        assert any(tag["code"] == "HTEST" for tag in resource["meta"]["tag"])


@pytest.mark.parametrize("name", DATES)
def test_nothing_is_done_before_birth_or_after_death(name: str) -> None:
    seen = 0
    for record in everybody():
        birth, end = record.person.birth.isoformat(), record.end.isoformat()
        for resource in record.resources:
            if name in resource:
                seen += 1
                assert birth <= resource[name][:10] <= end, (record.person.id, resource["id"], resource[name])
    assert seen


def test_encounters_lie_within_the_life_and_end_after_they_began() -> None:
    for record, encounter in resources("Encounter"):
        period = encounter["period"]
        assert record.begin.isoformat() <= period["start"][:10] <= record.end.isoformat()
        if encounter["status"] == "finished":
            assert period["start"] <= period["end"]
            assert period["end"][:10] <= record.end.isoformat()
        else:
            assert encounter["status"] == "in-progress"
            assert record.life.death is None
            assert "end" not in period


def test_what_is_dispensed_was_prescribed_before_and_is_the_same_medicine() -> None:
    for record in everybody():
        requests = {
            f"MedicationRequest/{r['id']}": r for r in record.resources if r["resourceType"] == "MedicationRequest"
        }
        for given in (r for r in record.resources if r["resourceType"] == "MedicationDispense"):
            request = requests[given["authorizingPrescription"][0]["reference"]]
            assert request["authoredOn"] <= given["whenHandedOver"]
            assert given["whenHandedOver"][:10] <= request["dispenseRequest"]["validityPeriod"]["end"]
            assert request["medicationCodeableConcept"] == given["medicationCodeableConcept"]


def test_nobody_is_given_what_they_are_allergic_to() -> None:
    seen = 0
    for record in everybody():
        allergies = [r["code"]["text"] for r in record.resources if r["resourceType"] == "AllergyIntolerance"]
        if "Allergie : pénicilline" in allergies:
            seen += 1
            codes = {
                coding["code"]
                for r in record.resources
                if r["resourceType"] == "MedicationRequest"
                for coding in r["medicationCodeableConcept"]["coding"]
            }
            assert "J01CA04" not in codes
    assert seen


def test_a_specialist_is_of_the_specialty_of_the_consultation() -> None:
    words = {r["id"]: r["code"][0]["text"] for r in around(TERMS) if r["resourceType"] == "PractitionerRole"}
    fields = {
        "cardiologie": "Cardiologue",
        "néphrologie": "Néphrologue",
        "ophtalmologie": "Ophtalmologue",
        "gynécologie": "Gynécologue",
    }
    seen = set[str]()
    for _, encounter in resources("Encounter"):
        field = re.fullmatch(r"Consultation (?:de|d')\s?(\w+)", encounter["type"][0]["text"])
        if field and field[1] in fields:
            seen.add(field[1])
            role = encounter["participant"][0]["individual"]["reference"].partition("/")[2]
            assert words[role] == fields[field[1]]
    assert len(seen) >= 3


def test_only_women_are_pregnant_and_only_who_has_a_disease_is_treated_for_it() -> None:
    for record, condition in resources("Condition"):
        code = condition["code"]["coding"][0]["code"]
        assert code != "Z34.9" or record.person.sex == "female"
    for record, request in resources("MedicationRequest"):
        codes = {coding["code"] for coding in request["medicationCodeableConcept"]["coding"]}
        if "A10BA02" in codes:
            assert record.life.onsets["diabetes2"].isoformat() <= request["authoredOn"][:10]


def test_children_have_their_guardians_and_adults_have_none() -> None:
    seen = 0
    for record in everybody():
        is_minor = whole_years(record.person.birth, record.span.until) < 18
        guards = [
            r
            for r in record.resources
            if r["resourceType"] == "RelatedPerson"
            and any(c.get("code") == "GUARD" for concept in r["relationship"] for c in concept["coding"])
        ]
        assert bool(guards) == is_minor
        seen += is_minor
    assert seen


def test_diabetes_goes_with_higher_sugar_and_kidney_disease_with_lower_filtration() -> None:
    def values(code: str, disease: str) -> tuple[list[float], list[float]]:
        having, others = list[float](), list[float]()
        for record, observation in resources("Observation"):
            if observation["code"]["coding"][0]["code"] == code:
                at = observation["effectiveDateTime"][:10]
                onset = record.life.onsets.get(disease)
                target = having if onset is not None and onset.isoformat() <= at else others
                target.append(float(observation["valueQuantity"]["value"]))
        return having, others

    sick, well = values("4548-4", "diabetes2")
    assert sum(sick) / len(sick) > 6.4
    assert all(value < 14 for value in (*sick, *well))
    weak, strong = values("62238-1", "kidney")
    assert sum(weak) / len(weak) + 15 < sum(strong) / len(strong)


def test_the_people_of_the_stories_are_there_with_what_is_told_of_them() -> None:
    found = {record.person.id: record for record in stories()}
    jeanne, henri, marcel = found["demo-jeanne"], found["demo-henri"], found["demo-marcel"]
    codes = {r["code"]["coding"][0]["code"] for r in jeanne.resources if r["resourceType"] == "Condition"}
    assert {"E11.9", "I10", "I50.9"} <= codes
    assert any(r["resourceType"] == "Encounter" and r["status"] == "in-progress" for r in henri.resources)
    assert any(r["resourceType"] == "Consent" and r["provision"]["type"] == "permit" for r in marcel.resources)
    sami = {r["id"] for r in found["demo-sami"].resources if r["resourceType"] == "RelatedPerson"}
    assert sami == {"demo-nadia-mere"}
    assert all(record.life.death is None for record in stories())
