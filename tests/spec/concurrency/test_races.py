"""Many writers at once: one winner where the standard wants one, and never a 5xx (field bugs of research/fhir-engine, 4.2)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

PATIENT = {"resourceType": "Patient", "identifier": [{"system": "urn:test", "value": "42"}], "gender": "unknown"}


async def created(client: httpx.AsyncClient, resource: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(resource["resourceType"], json=resource)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_64_equal_conditional_creates_leave_one_resource(client: httpx.AsyncClient) -> None:
    condition = {"If-None-Exist": "identifier=urn:test|42"}
    answers = await asyncio.gather(*(client.post("Patient", json=PATIENT, headers=condition) for _ in range(64)))
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 63}
    assert len({a.json()["id"] for a in answers}) == 1
    assert (await client.get("Patient?_summary=count")).json()["total"] == 1


async def test_the_order_of_criteria_makes_no_other_condition(client: httpx.AsyncClient) -> None:
    conditions = ["identifier=urn:test|42&gender=unknown", "gender=unknown&identifier=urn:test|42"]
    answers = await asyncio.gather(
        *(client.post("Patient", json=PATIENT, headers={"If-None-Exist": conditions[n % 2]}) for n in range(32))
    )
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 31}


async def test_of_parallel_updates_with_the_same_etag_one_wins(client: httpx.AsyncClient) -> None:
    patient = await created(client, PATIENT)
    url = f"Patient/{patient['id']}"
    answers = await asyncio.gather(
        *(client.put(url, json={**patient, "active": n % 2 == 0}, headers={"If-Match": 'W/"1"'}) for n in range(32))
    )
    assert Counter(a.status_code for a in answers) == {200: 1, 412: 31}
    assert (await client.get(url)).headers["etag"] == 'W/"2"'


async def test_of_parallel_transactions_with_the_same_etag_one_wins_and_the_others_leave_nothing(
    client: httpx.AsyncClient,
) -> None:
    patient = await created(client, PATIENT)
    url = f"Patient/{patient['id']}"
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "resource": {"resourceType": "Basic", "code": {"text": "beside"}},
                "request": {"method": "POST", "url": "Basic"},
            },
            {"resource": patient, "request": {"method": "PUT", "url": url, "ifMatch": 'W/"1"'}},
        ],
    }
    answers = await asyncio.gather(*(client.post("", json=bundle) for _ in range(16)))
    assert Counter(a.status_code for a in answers) == {200: 1, 412: 15}
    assert (await client.get("Basic?_summary=count")).json()["total"] == 1


async def test_parallel_updates_without_condition_all_land_with_versions_without_a_gap(
    client: httpx.AsyncClient,
) -> None:
    patient = await created(client, PATIENT)
    url = f"Patient/{patient['id']}"
    answers = await asyncio.gather(*(client.put(url, json=patient) for _ in range(40)))
    assert {a.status_code for a in answers} == {200}
    history = (await client.get(f"{url}/_history?_count=100")).json()
    assert [int(e["resource"]["meta"]["versionId"]) for e in history["entry"]] == list(range(41, 0, -1))


async def test_if_match_on_a_resource_that_does_not_exist_creates_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.put("Patient/absent", json={**PATIENT, "id": "absent"}, headers={"If-Match": 'W/"1"'})
    assert answer.status_code == 412
    assert (await client.get("Patient/absent")).status_code == 404


async def test_64_conditional_updates_create_once_and_then_update(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.put("Patient?identifier=urn:test|42", json=PATIENT) for _ in range(64)))
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 63}
    assert (await client.get("Patient?_summary=count")).json()["total"] == 1


async def test_pages_show_the_snapshot_of_the_first_page_while_others_write(client: httpx.AsyncClient) -> None:
    before = {(await created(client, PATIENT))["id"] for _ in range(30)}
    seen: list[str] = []
    url: str | None = "Patient?identifier=urn:test|42&_count=7"
    victims = sorted(before)
    while url:
        page = (await client.get(url)).json()
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        await created(client, PATIENT)
        await client.delete(f"Patient/{victims.pop()}")
        changed = victims.pop(0)
        await client.put(f"Patient/{changed}", json={**PATIENT, "id": changed, "active": True})
    assert len(seen) == len(set(seen)) == 30
    assert set(seen) == before


async def test_sorted_pages_show_the_snapshot_of_the_first_page_too(client: httpx.AsyncClient) -> None:
    names = [f"Nom{n:02}" for n in range(20)]
    for name in reversed(names):
        await created(client, {**PATIENT, "name": [{"family": name}]})
    seen: list[str] = []
    url: str | None = "Patient?_sort=family&_count=6"
    while url:
        page = (await client.get(url)).json()
        seen += [entry["resource"]["name"][0]["family"] for entry in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        await created(client, {**PATIENT, "name": [{"family": "Aaa"}]})
    assert seen == names


async def test_a_forged_page_link_is_gone(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await created(client, PATIENT)
    page = (await client.get("Patient?_count=1")).json()
    link = next(link["url"] for link in page["link"] if link["relation"] == "next")
    assert (await client.get(link)).status_code == 200
    assert (await client.get(link.replace("_count=1", "_count=2"))).status_code == 410
    assert (await client.get(link.replace("_page=", "_page=x"))).status_code == 410
