"""R4's own resource profiles: their examples are judged in the corpus; here what breaks them."""

from __future__ import annotations

from typing import Any

import pytest

from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator

VALIDATOR = Validator(core())
DEFINED = "http://hl7.org/fhir/StructureDefinition/"
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def measured(code: str, value: int) -> dict[str, Any]:
    unit = {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": unit}


def blood_pressure(**more: Any) -> dict[str, Any]:
    category = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]
    }
    return {
        "resourceType": "Observation",
        "meta": {"profile": [f"{DEFINED}bp"]},
        "status": "final",
        "category": [category],
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-01-01",
        "component": [measured("8480-6", 120), measured("8462-4", 80)],
        **more,
    }


def told(resource: dict[str, Any]) -> list[tuple[str, str]]:
    found = VALIDATOR.validate(resource).issues
    return [(str(i.fields.get("key", i.key.rpartition(".")[2])), i.expression) for i in found if i.severity == "error"]


def test_a_blood_pressure_is_accepted() -> None:
    assert told(blood_pressure()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"component": [measured("8480-6", 120)]}, ("profile_min", "Observation.component")),
        (
            {"component": [measured("8480-6", 1), measured("8480-6", 2), measured("8462-4", 3)]},
            ("profile_max", "Observation.component"),
        ),
        ({"category": [{"text": "x"}]}, ("profile_min", "Observation.category")),
        ({"code": {"coding": [{"system": LOINC, "code": "1-1"}]}}, ("profile_min", "Observation.code.coding")),
        ({"effectiveDateTime": "2024"}, ("vs-1", "Observation.effectiveDateTime")),
        ({"subject": {"reference": "Group/1"}}, ("reference_target", "Observation.subject")),
    ],
)
def test_what_breaks_the_profile_is_told(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in told(blood_pressure(**change))


def test_every_profile_and_extension_of_r4_can_be_read() -> None:
    derived = [d for d in core().resources("StructureDefinition").values() if d.get("derivation") == "constraint"]
    assert len(derived) > 430
    assert [d["url"] for d in derived if VALIDATOR.profiles.tree(d["url"]) is None] == []
