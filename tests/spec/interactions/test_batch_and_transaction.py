"""batch and transaction (R4, 3.1.0.11)."""

from typing import Any

import httpx
import pytest
from tests.spec.asking import PATIENT, found, issue, make, observation, ok

MOTHER = "urn:uuid:6f9a1d3e-3f4b-4a44-9f5d-2c1b1b0c0001"


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(method: str, url: str, resource: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    full_url = more.pop("full_url", None)
    made: dict[str, Any] = {"request": {"method": method, "url": url, **more}}
    return made | ({"resource": resource} if resource else {}) | ({"fullUrl": full_url} if full_url else {})


async def statuses(client: httpx.AsyncClient, sent: dict[str, Any]) -> list[str]:
    return [e["response"]["status"] for e in (await ok(await client.post("", json=sent)))["entry"]]


async def total(client: httpx.AsyncClient) -> int:
    return (await ok(await client.get("?_summary=count")))["total"]


async def test_a_batch_answers_each_entry_on_its_own(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    sent = bundle(
        "batch",
        entry("GET", "Patient/none"),
        entry("POST", "Patient", PATIENT),
        entry("POST", "Patient", {**PATIENT, "gender": "femme"}),
        entry("GET", "Patient?name=durand&_count=1"),
        entry("DELETE", f"Patient/{patient['id']}"),
        entry("GET", "Patient?nom=x"),
    )
    answer = await ok(await client.post("", json=sent))
    assert [e["response"]["status"] for e in answer["entry"]] == ["404", "201", "422", "200", "204", "400"]
    assert answer["entry"][2]["response"]["outcome"]["issue"][0]["expression"] == ["Patient.gender"]


async def test_a_transaction_rewrites_references_between_its_entries(client: httpx.AsyncClient) -> None:
    weight = {**observation("x"), "subject": {"reference": MOTHER}}
    weight["text"] = {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{MOTHER}">x</a></div>',
    }
    sent = bundle(
        "transaction", entry("POST", "Observation", weight), entry("POST", "Patient", PATIENT, full_url=MOTHER)
    )
    answer = await ok(await client.post("", json=sent))
    place = answer["entry"][1]["response"]["location"].split("/_history")[0]
    [stored] = await found(client, "Observation")
    assert stored["subject"]["reference"] == place
    assert f'href="{place}"' in stored["text"]["div"]


async def test_a_transaction_with_one_bad_entry_leaves_nothing(client: httpx.AsyncClient) -> None:
    sent = bundle(
        "transaction", entry("POST", "Patient", PATIENT), entry("POST", "Patient", {**PATIENT, "gender": "femme"})
    )
    answer = await client.post("", json=sent)
    assert answer.status_code == 422
    assert issue(answer)["expression"] == ["Bundle.entry[1].resource.gender"]
    assert await total(client) == 0


async def test_the_order_of_a_transaction_is_that_of_the_standard(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    sent = bundle(
        "transaction",
        entry("GET", "Patient?identifier=urn:test|1"),
        entry(
            "PUT", "Patient?identifier=urn:test|2", {**PATIENT, "identifier": [{"system": "urn:test", "value": "2"}]}
        ),
        entry("POST", "Patient", PATIENT),
        entry("DELETE", f"Patient/{patient['id']}"),
    )
    answer = await ok(await client.post("", json=sent))
    assert [e["response"]["status"] for e in answer["entry"]] == ["200", "201", "201", "204"]
    seen = [e["resource"]["id"] for e in answer["entry"][0]["resource"]["entry"]]
    assert len(seen) == 1
    assert seen != [patient["id"]]


async def test_conditional_references_select_exactly_one(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    weight = {**observation("x"), "subject": {"reference": "Patient?identifier=urn:test|1"}}
    await ok(await client.post("", json=bundle("transaction", entry("POST", "Observation", weight))))
    [stored] = await found(client, "Observation")
    assert stored["subject"]["reference"] == f"Patient/{patient['id']}"
    weight["subject"] = {"reference": "Patient?identifier=urn:test|none"}
    assert (await client.post("", json=bundle("transaction", entry("POST", "Observation", weight)))).status_code == 412
    assert len(await found(client, "Observation")) == 1


async def test_if_none_exist_in_a_transaction_points_references_to_what_was_found(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    sent = bundle(
        "transaction",
        entry("POST", "Patient", PATIENT, full_url=MOTHER, ifNoneExist="identifier=urn:test|1"),
        entry("POST", "Observation", {**observation("x"), "subject": {"reference": MOTHER}}),
    )
    assert await statuses(client, sent) == ["200", "201"]
    [stored] = await found(client, "Observation")
    assert stored["subject"]["reference"] == f"Patient/{patient['id']}"
    assert len(await found(client, "Patient")) == 1


async def test_a_patch_and_a_condition_work_inside_a_transaction(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    operation = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "Patient.gender"},
        {"name": "value", "valueCode": "male"},
    ]
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": operation}]}
    url = f"Patient/{patient['id']}"
    assert await statuses(client, bundle("transaction", entry("PATCH", url, parameters, ifMatch='W/"1"'))) == ["200"]
    assert (await ok(await client.get(url)))["gender"] == "male"
    answer = await client.post("", json=bundle("transaction", entry("PATCH", url, parameters, ifMatch='W/"1"')))
    assert answer.status_code == 412


@pytest.mark.parametrize(
    "sent",
    [
        bundle("transaction", {"resource": PATIENT}),
        bundle("transaction", entry("POST", "Patient")),
        bundle("transaction", entry("PUT", "Patient/1", {**PATIENT, "id": "1"}), entry("DELETE", "Patient/1")),
        bundle(
            "transaction",
            entry("POST", "Patient", PATIENT, full_url=MOTHER),
            entry("POST", "Patient", PATIENT, full_url=MOTHER),
        ),
        bundle("transaction", entry("POST", "Unicorn", PATIENT)),
        bundle("transaction", entry("POST", "Observation", PATIENT)),
        bundle("transaction", entry("POST", "Patient/$validate", PATIENT)),
        bundle("document", entry("POST", "Patient", PATIENT)),
        {"resourceType": "Patient"},
    ],
)
async def test_a_bundle_that_breaks_the_rules_is_refused_whole(client: httpx.AsyncClient, sent: dict[str, Any]) -> None:
    answer = await client.post("", json=sent)
    assert 400 <= answer.status_code < 500, answer.text
    assert await total(client) == 0


async def test_the_address_of_a_file_follows_the_identity_that_its_entry_was_given(client: httpx.AsyncClient) -> None:
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"contentType": "text/plain", "url": MOTHER}}],
    }
    file = {"resourceType": "Binary", "contentType": "text/plain", "data": "YQ=="}
    entries = [
        {"resource": document, "request": {"method": "POST", "url": "DocumentReference"}},
        {"fullUrl": MOTHER, "resource": file, "request": {"method": "POST", "url": "Binary"}},
    ]
    answer = await client.post("", json={"resourceType": "Bundle", "type": "transaction", "entry": entries})
    places = [entry["response"]["location"] for entry in answer.json()["entry"]]
    stored = (await client.get(places[0].partition("/fhir/")[2].partition("/_history")[0] or places[0])).json()
    assert stored["content"][0]["attachment"]["url"] == "/".join(places[1].split("/_history")[0].split("/")[-2:])
