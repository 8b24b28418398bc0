from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tarfile import open as open_archive
from typing import Any

import pytest
from hypothesis import settings

from seve.fhir import path

# The first evaluation reads the definitions and imports UCUM's table: no measure of a law.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

REPOSITORY = Path(__file__).parents[4]
EXAMPLES = (REPOSITORY / ".cache" / "npm" / "hl7.fhir.r4.examples-4.0.1.tgz",)


@pytest.fixture(scope="session")
def context() -> path.Context:
    return path.Context(now=datetime(2026, 11, 22, 14, 30, 15, 250000, tzinfo=UTC))


@pytest.fixture
def patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "example",
        "meta": {"lastUpdated": "2024-01-02T03:04:05Z"},
        "contained": [{"resourceType": "Organization", "id": "org", "name": "Hôpital"}],
        "active": True,
        "name": [
            {"use": "official", "family": "Chalmers", "given": ["Peter", "James"]},
            {"use": "usual", "given": ["Jim", None], "_given": [None, {"extension": [{"url": "u", "valueCode": "x"}]}]},
        ],
        "gender": "male",
        "birthDate": "1974-12-25",
        "_birthDate": {
            "id": "b",
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                    "valueDateTime": "1974-12-25T14:35:45-05:00",
                }
            ],
        },
        "deceasedBoolean": False,
        "telecom": [
            {"system": "phone", "value": "(03) 5555 6473", "rank": 1},
            {"system": "email", "value": "p@example.org", "rank": 2},
        ],
        "managingOrganization": {"reference": "#org"},
        "generalPractitioner": [{"reference": "Practitioner/1"}, {"display": "nobody"}],
    }


@pytest.fixture
def observation() -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "weight"},
        "subject": {"reference": "Patient/example"},
        "effectiveDateTime": "2016-03-28",
        "valueQuantity": {
            "value": Decimal("185.0"),
            "unit": "lbs",
            "system": "http://unitsofmeasure.org",
            "code": "[lb_av]",
        },
        "component": [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
                "valueQuantity": {
                    "value": 107,
                    "unit": "mmHg",
                    "system": "http://unitsofmeasure.org",
                    "code": "mm[Hg]",
                },
            }
        ],
    }


@pytest.fixture(scope="session")
def spec_examples() -> list[dict[str, Any]]:
    """Every 240th of the examples of the R4 specification."""
    archive = next((file for file in EXAMPLES if file.exists()), None)
    if archive is None:
        pytest.skip(f"no examples of the R4 specification at {EXAMPLES[0]}")
    return list(_read(archive))[::240]


def _read(archive: Path) -> Iterator[dict[str, Any]]:
    with open_archive(archive) as members:
        for member in members:
            if member.name.endswith(".json") and not member.name.endswith(("package.json", ".index.json")):
                content = members.extractfile(member)
                assert content is not None
                found = json.loads(content.read(), parse_float=Decimal)
                if "resourceType" in found:
                    yield found
