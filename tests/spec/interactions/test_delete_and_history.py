"""delete (3.1.0.7), vread (3.1.0.3) and history (3.1.0.12)."""

import asyncio

import httpx
import pytest
from tests.spec.asking import PATIENT, found, make, ok


async def test_what_was_deleted_is_gone_from_reads_and_searches_and_stays_in_the_history(
    client: httpx.AsyncClient,
) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    assert (await client.delete(url)).status_code == 204
    assert (await client.get(url)).status_code == 410
    assert await found(client, "Patient?name=durand") == []
    entries = (await ok(await client.get(f"{url}/_history")))["entry"]
    assert [(e["request"]["method"], "resource" in e) for e in entries] == [("DELETE", False), ("POST", True)]
    assert (await client.get(f"{url}/_history/1")).status_code == 200
    assert (await client.get(f"{url}/_history/2")).status_code == 410


async def test_deleting_twice_or_what_never_was_is_no_error_and_no_version(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    assert [(await client.delete(url)).status_code for _ in range(2)] == [204, 204]
    assert len((await ok(await client.get(f"{url}/_history")))["entry"]) == 2
    assert (await client.delete("Patient/never")).status_code == 204
    assert (await client.get("Patient/never")).status_code == 404


async def test_a_delete_with_a_stale_etag_is_refused(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    answer = await client.delete(f"Patient/{patient['id']}", headers={"If-Match": 'W/"7"'})
    assert answer.status_code == 412
    assert (await client.get(f"Patient/{patient['id']}")).status_code == 200


@pytest.mark.parametrize(("start", "expected"), [("Patient/_history?_count=3", 7), ("_history?_count=3", 8)])
async def test_the_history_of_a_type_and_of_the_system_pages_without_gap_or_repeat(
    client: httpx.AsyncClient, start: str, expected: int
) -> None:
    for _ in range(7):
        await make(client, PATIENT)
    await make(client, {"resourceType": "Basic", "code": {"text": "x"}})
    seen: list[str] = []
    url: str | None = start
    while url:
        page = await ok(await client.get(url))
        seen += [entry["fullUrl"] for entry in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        await make(client, {"resourceType": "Basic", "code": {"text": "meanwhile"}})
    assert len(seen) == len(set(seen)) == expected


async def test_since_and_at_choose_versions_by_time(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    await asyncio.sleep(0.005)
    second = await ok(await client.put(url, json={**patient, "gender": "other"}))
    await asyncio.sleep(0.005)
    third = await ok(await client.put(url, json={**patient, "gender": "male"}))
    times = [r["meta"]["lastUpdated"] for r in (patient, second, third)]

    async def versions(query: str) -> list[str]:
        page = await ok(await client.get(f"{url}/_history?{query}"))
        return [entry["resource"]["meta"]["versionId"] for entry in page.get("entry", [])]

    assert await versions(f"_since={times[1]}") == ["3", "2"]
    assert await versions(f"_at={times[1]}") == ["2"]
    assert await versions(f"_at={times[0][:10]}") == ["3", "2", "1"]
    assert await versions("_since=2999") == []


@pytest.mark.parametrize(
    "query", ["_since=yesterday", "_at=2020-99", "_count=0", "_count=-1", "_count=many", "name=durand"]
)
async def test_a_history_refuses_what_it_can_t_read(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"Patient/_history?{query}")
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"][0].startswith("http.")


async def test_the_history_of_what_never_was_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("Patient/never/_history")).status_code == 404


async def test_a_reader_who_has_the_version_gets_304(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    answer = await client.get(url)
    assert (await client.get(url, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
    assert (await client.get(url, headers={"If-Modified-Since": answer.headers["last-modified"]})).status_code == 304
    assert (await client.get(url, headers={"If-None-Match": 'W/"9"'})).status_code == 200
