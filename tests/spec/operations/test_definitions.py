"""StructureDefinition/$snapshot, NamingSystem/$preferred-id, $versions, $convert, and what the server says it can do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.spec.asking import PATIENT, issue, make, ok

PROFILE = {
    "resourceType": "StructureDefinition",
    "url": "http://test.example/StructureDefinition/born",
    "name": "Born",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
    "differential": {"element": [{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}]},
}


def element(definition: dict[str, Any], path: str) -> dict[str, Any]:
    return next(e for e in definition["snapshot"]["element"] if e["path"] == path)


async def test_a_snapshot_is_made_of_a_profile_given_or_stored_or_named(client: httpx.AsyncClient) -> None:
    given = await ok(await client.post("StructureDefinition/$snapshot", json=PROFILE))
    assert element(given, "Patient.birthDate")["min"] == 1
    assert element(given, "Patient.gender")["min"] == 0
    stored = await make(client, PROFILE)
    by_id = await ok(await client.get(f"StructureDefinition/{stored['id']}/$snapshot"))
    by_url = await ok(await client.get("StructureDefinition/$snapshot", params={"url": PROFILE["url"]}))
    assert by_id == by_url
    assert by_id["snapshot"] == given["snapshot"]
    above = {**PROFILE, "url": "http://test.example/StructureDefinition/above", "baseDefinition": PROFILE["url"]}
    above["differential"] = {"element": [{"id": "Patient.gender", "path": "Patient.gender", "min": 1}]}
    both = await ok(await client.post("StructureDefinition/$snapshot", json=above))
    assert [element(both, f"Patient.{name}")["min"] for name in ("birthDate", "gender", "name")] == [1, 1, 0]


async def test_a_snapshot_of_nothing_of_the_unknown_or_on_an_unknown_base_is_refused(client: httpx.AsyncClient) -> None:
    assert issue(await client.get("StructureDefinition/$snapshot"))["diagnostics"] == "engine.operations.one_definition"
    assert (await client.get("StructureDefinition/$snapshot?url=http://no.where")).status_code == 404
    assert (await client.get("StructureDefinition/none/$snapshot")).status_code == 404
    lost = {**PROFILE, "baseDefinition": "http://no.where"}
    refused = await client.post("StructureDefinition/$snapshot", json=lost)
    assert refused.status_code == 422
    assert issue(refused)["diagnostics"] == "engine.operations.no_snapshot"


@pytest.fixture
async def naming(client: httpx.AsyncClient) -> None:
    ids = [
        {"type": "oid", "value": "1.2.250.1.71.4.2.1"},
        {"type": "uri", "value": "http://old.example"},
        {"type": "uri", "value": "http://rpps.example", "preferred": True},
    ]
    system = {
        "resourceType": "NamingSystem",
        "name": "RPPS",
        "status": "active",
        "kind": "identifier",
        "date": "2020-01-01",
    }
    await make(client, {**system, "uniqueId": ids})
    await make(client, {**system, "name": "Twin", "uniqueId": [{"type": "uri", "value": "http://old.example"}]})


@pytest.mark.parametrize(
    ("id_", "kind", "result"),
    [
        ("1.2.250.1.71.4.2.1", "uri", "http://rpps.example"),
        ("urn:oid:1.2.250.1.71.4.2.1", "uri", "http://rpps.example"),
        ("http://rpps.example", "oid", "1.2.250.1.71.4.2.1"),
    ],
)
async def test_the_preferred_identifier_of_a_naming_system_is_found(
    naming: None, client: httpx.AsyncClient, id_: str, kind: str, result: str
) -> None:
    answer = await ok(await client.get("NamingSystem/$preferred-id", params={"id": id_, "type": kind}))
    assert answer["parameter"] == [{"name": "result", "valueString": result}]


async def test_an_identifier_of_no_system_of_two_or_of_no_kind_is_refused(
    naming: None, client: httpx.AsyncClient
) -> None:
    for id_, kind, status in (
        ("http://none.example", "oid", 404),
        ("http://rpps.example", "uuid", 404),
        ("http://old.example", "oid", 422),
        ("http://rpps.example", "iri", 400),
    ):
        answer = await client.get("NamingSystem/$preferred-id", params={"id": id_, "type": kind})
        assert answer.status_code == status, answer.text


async def test_the_versions_are_told(client: httpx.AsyncClient) -> None:
    answer = await ok(await client.get("$versions"))
    assert [(p["name"], p["valueCode"]) for p in answer["parameter"]] == [("version", "4.0"), ("default", "4.0")]


async def test_a_resource_is_converted_between_its_forms(client: httpx.AsyncClient) -> None:
    xml = await client.post("$convert", json=PATIENT, headers={"Accept": "application/fhir+xml"})
    assert xml.text.startswith("<Patient") or "<Patient" in xml.text[:200]
    headers = {"Content-Type": "application/fhir+xml", "Accept": "application/fhir+json"}
    assert await ok(await client.post("$convert", content=xml.content, headers=headers)) == PATIENT
    assert (await client.post("$convert", content=b"<Patient", headers=headers)).status_code == 400


async def test_the_capability_statement_names_the_operations_of_the_bulk_data_guide(client: httpx.AsyncClient) -> None:
    rest = (await ok(await client.get("metadata")))["rest"][0]
    guide = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
    assert {"name": "export", "definition": f"{guide}/export"} in rest["operation"]
    of_types = {r["type"]: r.get("operation", []) for r in rest["resource"]}
    assert {"name": "export", "definition": f"{guide}/patient-export"} in of_types["Patient"]
    assert {"name": "export", "definition": f"{guide}/group-export"} in of_types["Group"]
