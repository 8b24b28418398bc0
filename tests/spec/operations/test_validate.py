"""$validate."""

from __future__ import annotations

from typing import Any

import httpx
from tests.spec.asking import PATIENT, ok


def errors(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    return [i for i in outcome["issue"] if i["severity"] in ("error", "fatal")]


async def test_a_good_resource_has_no_error_and_is_not_stored(client: httpx.AsyncClient) -> None:
    assert errors(await ok(await client.post("Patient/$validate", json=PATIENT))) == []
    assert (await ok(await client.get("Patient")))["total"] == 0


async def test_every_fault_is_told_with_its_place_and_the_answer_is_a_success(client: httpx.AsyncClient) -> None:
    answer = await client.post("Patient/$validate", json={"resourceType": "Patient", "gender": "femme", "nom": 1})
    assert answer.status_code == 200
    assert errors(answer.json())
    coded = await ok(await client.post("Patient/$validate", json={"resourceType": "Patient", "gender": "femme"}))
    assert any("Patient.gender" in i.get("expression", [""])[0] for i in errors(coded))


async def test_a_stored_resource_is_validated_and_one_that_is_not_there_is_not(
    put: Any, client: httpx.AsyncClient
) -> None:
    await put("Patient", "a")
    assert errors(await ok(await client.get("Patient/a/$validate"))) == []
    assert (await client.get("Patient/none/$validate")).status_code == 404


async def test_modes_are_checked(put: Any, client: httpx.AsyncClient) -> None:
    def asked(mode: str, **content: Any) -> dict[str, Any]:
        parameters = [{"name": "mode", "valueCode": mode}, {"name": "resource", "resource": {**PATIENT, **content}}]
        return {"resourceType": "Parameters", "parameter": parameters}

    await put("Patient", "a")
    assert errors(await ok(await client.post("Patient/a/$validate", json=asked("update", id="b"))))
    assert errors(await ok(await client.post("Patient/a/$validate", json=asked("update", id="a")))) == []
    assert (await client.post("Patient/$validate", json=asked("guess"))).status_code == 400


async def test_another_type_a_profile_that_is_unknown_and_no_resource_are_told(client: httpx.AsyncClient) -> None:
    assert errors(await ok(await client.post("Observation/$validate", json=PATIENT)))
    body = [{"name": "resource", "resource": PATIENT}, {"name": "profile", "valueUri": "http://no.where"}]
    outcome = await ok(await client.post("Patient/$validate", json={"resourceType": "Parameters", "parameter": body}))
    assert any(i["severity"] != "information" for i in outcome["issue"])
    assert (await client.post("Patient/$validate", json={"resourceType": "Parameters"})).status_code == 400


async def test_the_capability_statement_is_valid(client: httpx.AsyncClient) -> None:
    statement = await ok(await client.get("metadata"))
    assert errors(await ok(await client.post("CapabilityStatement/$validate", json=statement))) == []
