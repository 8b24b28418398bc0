"""create and read (R4, 3.1.0.2 and 3.1.0.8)."""

import httpx

PATIENT = {"resourceType": "Patient", "name": [{"family": "Durand", "given": ["Zoé"]}], "gender": "female"}


async def test_a_created_resource_is_read_back_with_its_version_and_time(client: httpx.AsyncClient) -> None:
    created = await client.post("Patient", json=PATIENT)
    assert created.status_code == 201, created.text
    body = created.json()
    assert created.headers["location"].endswith(f"Patient/{body['id']}/_history/1")
    assert created.headers["etag"] == 'W/"1"'
    read = await client.get(f"Patient/{body['id']}")
    assert read.status_code == 200
    assert read.json() == body
    assert {k: v for k, v in body.items() if k not in ("id", "meta")} == PATIENT
    assert body["meta"]["versionId"] == "1"


async def test_a_search_finds_it_by_name_and_not_by_another(client: httpx.AsyncClient) -> None:
    created = (await client.post("Patient", json=PATIENT)).json()
    found = await client.get("Patient", params={"name": "zoe"})
    assert found.status_code == 200, found.text
    assert [e["resource"]["id"] for e in found.json()["entry"]] == [created["id"]]
    assert "entry" not in (await client.get("Patient", params={"name": "zoé-marie"})).json()
