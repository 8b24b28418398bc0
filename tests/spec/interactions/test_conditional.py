"""Conditional interactions (R4, 3.1.0.8.1 and following); races stand in `concurrency`."""

import httpx
import pytest
from tests.spec.asking import PATIENT, make, ok


async def test_a_conditional_create_finds_what_is_there(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    answer = await client.post("Patient", json=PATIENT, headers={"If-None-Exist": "identifier=urn:test|1"})
    assert answer.status_code == 200
    assert answer.json()["id"] == patient["id"]
    assert (
        await client.post("Patient", json=PATIENT, headers={"If-None-Exist": "identifier=urn:test|2"})
    ).status_code == 201


async def test_a_condition_that_selects_several_does_nothing(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await make(client, PATIENT)
    json_patch = {"content-type": "application/json-patch+json"}
    answers = [
        await client.post("Patient", json=PATIENT, headers={"If-None-Exist": "name=durand"}),
        await client.put("Patient?name=durand", json=PATIENT),
        await client.patch("Patient?name=durand", json=[], headers=json_patch),
        await client.delete("Patient?name=durand"),
    ]
    assert [answer.status_code for answer in answers] == [412] * 4
    assert (await ok(await client.get("Patient?_summary=count")))["total"] == 2


async def test_conditional_update_patch_and_delete_act_on_the_one_that_matches(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    search = "Patient?identifier=urn:test|1"
    updated = await ok(await client.put(search, json={**PATIENT, "gender": "other"}), 200)
    assert (updated["id"], updated["meta"]["versionId"]) == (patient["id"], "2")
    headers = {"content-type": "application/json-patch+json"}
    operations = [{"op": "replace", "path": "/gender", "value": "male"}]
    assert (await ok(await client.patch(search, json=operations, headers=headers), 200))["gender"] == "male"
    assert (await client.delete(search)).status_code == 204
    assert (await client.get(f"Patient/{patient['id']}")).status_code == 410
    assert (await client.delete(search)).status_code == 204
    assert (await client.patch(search, json=operations, headers=headers)).status_code == 404


async def test_a_conditional_update_without_a_match_creates_under_the_body_s_id(client: httpx.AsyncClient) -> None:
    answer = await client.put("Patient?identifier=urn:test|1", json={**PATIENT, "id": "mine"})
    assert answer.status_code == 201
    assert answer.json()["id"] == "mine"
    assert (await client.put("Patient?identifier=urn:test|1", json={**PATIENT, "id": "another"})).status_code == 400


@pytest.mark.parametrize("search", ["Patient", "Patient?", "Patient?_format=json", "Patient?nom=durand"])
async def test_a_condition_that_would_concern_everything_is_refused(client: httpx.AsyncClient, search: str) -> None:
    await make(client, PATIENT)
    assert (await client.delete(search)).status_code == 400
    assert (await ok(await client.get("Patient?_summary=count")))["total"] == 1
