"""update (R4, 3.1.0.4)."""

import httpx
from tests.spec.asking import PATIENT, issue, make, ok


async def test_an_update_makes_the_next_version_and_keeps_the_earlier_one(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    answer = await client.put(url, json={**patient, "gender": "other"})
    body = await ok(answer, 200)
    assert body["meta"]["versionId"] == "2"
    assert answer.headers["location"].endswith(f"{url}/_history/2")
    assert body["meta"]["lastUpdated"] > patient["meta"]["lastUpdated"]
    assert (await ok(await client.get(f"{url}/_history/1")))["gender"] == "female"


async def test_an_update_of_an_unknown_id_creates_it(client: httpx.AsyncClient) -> None:
    answer = await client.put("Patient/mine", json={**PATIENT, "id": "mine"})
    assert answer.status_code == 201
    assert answer.headers["etag"] == 'W/"1"'


async def test_an_update_after_a_deletion_creates_it_again_as_a_later_version(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    await client.delete(url)
    answer = await client.put(url, json=patient)
    assert (answer.status_code, answer.headers["etag"]) == (201, 'W/"3"')


async def test_another_id_in_the_body_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.put("Patient/a", json={**PATIENT, "id": "b"})
    assert answer.status_code == 400
    assert issue(answer)["expression"] == ["Patient.id"]


async def test_a_stale_etag_is_refused_and_nothing_changes(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    await client.put(url, json=patient, headers={"If-Match": 'W/"1"'})
    answer = await client.put(url, json=patient, headers={"If-Match": 'W/"1"'})
    assert answer.status_code == 412
    assert "current version is 2" in issue(answer)["details"]["text"]
    assert (await client.get(url)).headers["etag"] == 'W/"2"'


async def test_if_none_match_star_asks_that_it_is_new(client: httpx.AsyncClient) -> None:
    headers = {"If-None-Match": "*"}
    assert (await client.put("Patient/mine", json={**PATIENT, "id": "mine"}, headers=headers)).status_code == 201
    assert (await client.put("Patient/mine", json={**PATIENT, "id": "mine"}, headers=headers)).status_code == 412


async def test_prefer_decides_what_comes_back(client: httpx.AsyncClient) -> None:
    minimal = await client.post("Patient", json=PATIENT, headers={"Prefer": "return=minimal"})
    assert (minimal.status_code, minimal.content) == (201, b"")
    outcome = await client.post("Patient", json=PATIENT, headers={"Prefer": "return=OperationOutcome"})
    assert outcome.json()["resourceType"] == "OperationOutcome"
