"""The views that Sève ships: what each gives for the resources of `world`, by every runner."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.lake.world import WORLD

from seve.fhir.views import parse_view
from seve.lake import Ndjson, run_view
from seve.lake.shipped import omop_views, shipped_views

KEY = {"patient_id": "Patient/anne"}
EXPECTED: dict[str, list[dict[str, Any]]] = {
    "patient": [
        {
            "id": "Patient/anne",
            "gender": "female",
            "birth_date": "1950-04",
            "deceased": True,
            "family": "Martin",
            "given": "Anne",
            "commune": "37261",
            "practitioner_id": "Practitioner/dupont",
        }
    ],
    "encounter": [{**KEY, "class_code": "IMP", "ended": "2026-01-12", "organization_id": "Organization/chu"}],
    "condition": [{**KEY, "id": "Condition/diabetes", "code_code": "E11.9", "onset": "2010"}],
    "observation_numeric": [
        {
            **KEY,
            "id": "Observation/hba1c",
            "part": 0,
            "code_code": "4548-4",
            "value": Decimal("8.5"),
            "comparator": ">",
        },
        {"id": "Observation/pressure", "part": 1, "code_code": "8480-6", "value": Decimal(120), "unit": "mmHg"},
        {"id": "Observation/pressure", "part": 2, "code_code": "8462-4", "value": Decimal(80)},
    ],
    "observation_coded": [
        {"id": "Observation/pressure", "code_code": "8357-6", "value_text": "bras gauche"},
        {"id": "Observation/smoking", "part": 0, "effective": "2026-01-01", "value_code": "266919005"},
    ],
    "medication_request": [{**KEY, "medication_code": "3400930000011", "sig": "1 matin et soir", "repeats": 2}],
    "medication_dispense": [{**KEY, "request_id": "MedicationRequest/request", "handed_over": "2026-01-13"}],
    "medication_administration": [{**KEY, "dose": Decimal(500), "encounter_id": "Encounter/stay"}],
    "medication_statement": [{**KEY, "started": "2015-03"}],
    "procedure": [{**KEY, "code_code": "DEQP003", "performed": "2026-01-10", "performed_until": None}],
    "document": [{**KEY, "type_code": "11488-4", "content_type": "application/pdf", "bytes": 1000}],
    "claim": [
        {**KEY, "service_code": "1111", "insurer": "01C751", "provider": "Practitioner/dupont"}
        | {"net": Decimal("26.5"), "benefit": Decimal("17.55"), "eligible": None}
    ],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Ndjson:
    file: Path = tmp_path_factory.mktemp("world") / "world.ndjson"
    file.write_text("\n".join(map(json.dumps, WORLD)), encoding="utf-8")
    return Ndjson((file,))


def test_every_shipped_view_is_tested() -> None:
    assert set(shipped_views()) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_shipped_view_gives_what_its_resources_say(name: str, source: Ndjson) -> None:
    found = run_view(parse_view(shipped_views()[name]), source, runner="python", processes=1).table().to_pylist()
    told = [{key: row[key] for key in wanted} for row, wanted in zip(found, EXPECTED[name], strict=True)]
    assert [{k: _number(v) for k, v in row.items()} for row in told] == EXPECTED[name]


@pytest.mark.parametrize(
    "definition", [*shipped_views().values(), *omop_views().values()], ids=lambda view: view["url"]
)
def test_the_runner_that_is_chosen_agrees_with_python(definition: dict[str, Any], source: Ndjson) -> None:
    view = parse_view(definition)
    by_python = run_view(view, source, runner="python", processes=1).table().to_pylist()
    by_itself = run_view(view, source, processes=1).table().to_pylist()
    assert sorted(map(str, by_itself)) == sorted(map(str, by_python))


@pytest.mark.parametrize(
    "definition", [*shipped_views().values(), *omop_views().values()], ids=lambda view: view["url"]
)
def test_every_column_of_a_shipped_view_has_a_type_and_a_description(definition: dict[str, Any]) -> None:
    view = parse_view(definition)
    assert all(column.description and not column.is_assumed for column in view.columns)
    assert definition["title"]
    assert definition["description"]


def _number(value: Any) -> Any:
    return Decimal(str(value)).normalize() if isinstance(value, float | Decimal) else value
