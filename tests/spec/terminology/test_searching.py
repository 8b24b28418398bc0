""":in, :not-in, :above and :below on tokens (R4, 3.1.1.5.3)."""

import httpx
import pytest_asyncio
from tests.spec.terminology.conftest import BODY, value_set

VS = "http://seve.example/vs/"


@pytest_asyncio.fixture(loop_scope="session")
async def observed(body: httpx.AsyncClient) -> httpx.AsyncClient:
    for code in ("hand", "arm", "head", "limb"):
        observation = {
            "resourceType": "Observation",
            "id": code,
            "status": "final",
            "code": {"coding": [{"system": BODY, "code": code}]},
        }
        assert (await body.put(f"Observation/{code}", json=observation)).status_code == 201
    return body


async def found(client: httpx.AsyncClient, **params: str) -> set[str]:
    answer = await client.get("Observation", params=params)
    assert answer.status_code == 200, answer.text
    return {e["resource"]["id"] for e in answer.json().get("entry", [])}


async def test_in_and_not_in_a_value_set(observed: httpx.AsyncClient) -> None:
    assert await found(observed, **{"code:in": VS + "limbs"}) == {"hand", "arm", "limb"}
    assert await found(observed, **{"code:in": "ValueSet/limbs"}) == {"hand", "arm", "limb"}
    assert await found(observed, **{"code:in": f"{VS}upper,{VS}named"}) == {"arm", "head"}
    assert await found(observed, **{"code:not-in": VS + "limbs"}) == {"head"}


async def test_below_and_above_follow_the_hierarchy(observed: httpx.AsyncClient) -> None:
    assert await found(observed, **{"code:below": f"{BODY}|arm"}) == {"hand", "arm"}
    assert await found(observed, **{"code:above": f"{BODY}|arm"}) == {"arm", "limb"}
    assert await found(observed, **{"code:below": f"{BODY}|wing"}) == set()


async def test_a_code_whose_system_is_implied_is_compared_by_itself(observed: httpx.AsyncClient) -> None:
    assert len(await found(observed, **{"status:in": "http://hl7.org/fhir/ValueSet/observation-status"})) == 4
    draft = value_set(
        "draft", include=[{"system": "http://hl7.org/fhir/observation-status", "concept": [{"code": "registered"}]}]
    )
    await observed.put("ValueSet/draft", json=draft)
    assert await found(observed, **{"status:in": VS + "draft"}) == set()


async def test_a_search_by_a_chain_asks_the_terminology_too(observed: httpx.AsyncClient) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": {"text": "x"},
        "result": [{"reference": "Observation/hand"}],
    }
    await observed.put("DiagnosticReport/r", json=report)
    for value_set_, number in (("limbs", 1), ("named", 0)):
        answer = await observed.get("DiagnosticReport", params={"result.code:in": VS + value_set_})
        assert len(answer.json().get("entry", [])) == number, answer.text


async def test_what_is_unknown_or_too_large_is_refused(observed: httpx.AsyncClient) -> None:
    for value, code in (
        (VS + "missing", "not-found"),
        ("ValueSet/missing", "not-found"),
        (VS + "foreign", "not-found"),
    ):
        answer = await observed.get("Observation", params={"code:in": value})
        assert answer.status_code == 400
        assert answer.json()["issue"][0]["code"] == code
    unknown = await observed.get("Observation", params={"code:below": "http://nowhere.example|x"})
    assert unknown.status_code == 400
    large = {
        "resourceType": "CodeSystem",
        "id": "large",
        "url": "http://seve.example/large",
        "status": "active",
        "content": "complete",
        "concept": [{"code": f"c{n}"} for n in range(10_001)],
    }
    assert (await observed.put("CodeSystem/large", json=large)).status_code == 201
    refused = await observed.get("Observation", params={"code:in": "http://seve.example/large?fhir_vs"})
    assert refused.status_code == 400
    assert refused.json()["issue"][0]["code"] == "too-costly"
    expanded = await observed.get("ValueSet/$expand", params={"url": "http://seve.example/large?fhir_vs"})
    assert expanded.status_code == 422
    assert expanded.json()["issue"][0]["code"] == "too-costly"
