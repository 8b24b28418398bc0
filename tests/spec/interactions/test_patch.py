"""patch (R4, 3.1.0.6): three forms, one result, and refusals that name the operation."""

from typing import Any

import httpx
import pytest
from tests.spec.asking import PATIENT, issue, make, ok

JSON_PATCH = {"content-type": "application/json-patch+json"}
XML_PATCH = {"content-type": "application/xml-patch+xml"}


def fhirpath(*operations: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": "operation", "part": [{"name": name, **value} for name, value in operation.items()]}
        for operation in operations
    ]
    return {"resourceType": "Parameters", "parameter": parameters}


def code(value: str) -> dict[str, str]:
    return {"valueCode": value}


def text(value: str) -> dict[str, str]:
    return {"valueString": value}


async def test_json_patch_changes_adds_and_removes(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    operations = [
        {"op": "test", "path": "/gender", "value": "female"},
        {"op": "replace", "path": "/gender", "value": "other"},
        {"op": "add", "path": "/active", "value": True},
        {"op": "remove", "path": "/birthDate"},
    ]
    body = await ok(await client.patch(f"Patient/{patient['id']}", json=operations, headers=JSON_PATCH), 200)
    assert (body["gender"], body["active"], "birthDate" in body, body["meta"]["versionId"]) == (
        "other",
        True,
        False,
        "2",
    )


async def test_a_failed_test_of_a_json_patch_leaves_everything(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    operations = [
        {"op": "replace", "path": "/gender", "value": "other"},
        {"op": "test", "path": "/gender", "value": "male"},
    ]
    answer = await client.patch(f"Patient/{patient['id']}", json=operations, headers=JSON_PATCH)
    assert answer.status_code == 422
    assert issue(answer)["expression"] == ["[1]"]
    assert (await client.get(f"Patient/{patient['id']}")).json() == patient


@pytest.mark.parametrize(
    ("operation", "check"),
    [
        (
            {"type": code("replace"), "path": text("Patient.birthDate"), "value": {"valueDate": "1990-01-01"}},
            ("birthDate", "1990-01-01"),
        ),
        ({"type": code("delete"), "path": text("Patient.gender")}, ("gender", None)),
        (
            {"type": code("add"), "path": text("Patient"), "name": text("active"), "value": {"valueBoolean": True}},
            ("active", True),
        ),
        (
            {"type": code("add"), "path": text("Patient"), "name": text("deceased"), "value": {"valueBoolean": False}},
            ("deceasedBoolean", False),
        ),
        (
            {
                "type": code("insert"),
                "path": text("Patient.name[0].given"),
                "index": {"valueInteger": 0},
                "value": text("Anne"),
            },
            ("name", [{"family": "Durand", "given": ["Anne", "Zoé"]}]),
        ),
        (
            {
                "type": code("replace"),
                "path": text("Patient.name.where(family = 'Durand').family"),
                "value": text("Dupont"),
            },
            ("name", [{"family": "Dupont", "given": ["Zoé"]}]),
        ),
    ],
)
async def test_fhirpath_patch(client: httpx.AsyncClient, operation: dict[str, Any], check: tuple[str, Any]) -> None:
    patient = await make(client, PATIENT)
    body = await ok(
        await client.patch(
            f"Patient/{patient['id']}", json=fhirpath(operation), headers={"content-type": "application/fhir+json"}
        ),
        200,
    )
    assert body.get(check[0]) == check[1]


async def test_fhirpath_patch_moves_in_a_list(client: httpx.AsyncClient) -> None:
    patient = await make(client, {**PATIENT, "name": [{"given": ["a", "b", "c"]}]})
    operation = {
        "type": code("move"),
        "path": text("Patient.name[0].given"),
        "source": {"valueInteger": 2},
        "destination": {"valueInteger": 0},
    }
    answer = await client.patch(
        f"Patient/{patient['id']}", json=fhirpath(operation), headers={"content-type": "application/fhir+json"}
    )
    assert (await ok(answer, 200))["name"][0]["given"] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "operation",
    [
        {"type": code("replace"), "path": text("Patient.photo"), "value": text("x")},
        {"type": code("replace"), "path": text("Patient.name.where("), "value": text("x")},
        {"type": code("add"), "path": text("Patient"), "name": text("gender"), "value": code("male")},
        {"type": code("insert"), "path": text("Patient.name"), "index": {"valueInteger": 9}, "value": text("x")},
        {"type": code("explode"), "path": text("Patient.name")},
        {"path": text("Patient.name")},
    ],
)
async def test_a_fhirpath_patch_that_does_not_apply_is_refused(
    client: httpx.AsyncClient, operation: dict[str, Any]
) -> None:
    patient = await make(client, PATIENT)
    answer = await client.patch(
        f"Patient/{patient['id']}", json=fhirpath(operation), headers={"content-type": "application/fhir+json"}
    )
    assert answer.status_code == 422, answer.text
    assert issue(answer)["expression"] == ["Parameters.parameter[0]"]
    assert (await client.get(f"Patient/{patient['id']}")).json() == patient


async def test_xml_patch_replaces_adds_and_removes(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    document = (
        '<diff xmlns:f="http://hl7.org/fhir" xmlns="http://hl7.org/fhir">'
        '<replace sel="f:Patient/f:gender/@value">male</replace>'
        '<remove sel="f:Patient/f:birthDate"/>'
        '<add sel="f:Patient/f:name" pos="before"><active value="true"/></add></diff>'
    )
    body = await ok(await client.patch(f"Patient/{patient['id']}", content=document, headers=XML_PATCH), 200)
    assert (body["gender"], "birthDate" in body, body["active"]) == ("male", False, True)


async def test_a_patch_can_t_break_a_rule_or_change_the_id(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    for operation in (
        {"op": "replace", "path": "/gender", "value": "femme"},
        {"op": "replace", "path": "/id", "value": "other"},
    ):
        answer = await client.patch(f"Patient/{patient['id']}", json=[operation], headers=JSON_PATCH)
        assert 400 <= answer.status_code < 500
    assert (await client.get(f"Patient/{patient['id']}")).json() == patient


async def test_a_patch_of_nothing_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.patch("Patient/none", json=[], headers=JSON_PATCH)).status_code == 404
    assert (
        await client.patch("Patient/none", json=[], headers={"content-type": "application/json"})
    ).status_code == 400
