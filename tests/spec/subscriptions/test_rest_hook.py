"""Rest-hook subscriptions: handshake, events, filters, heartbeats, errors, resumption, signatures."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from tests.spec.asking import PATIENT, issue, make, observation, ok

from seve.engine.engine import Engine
from seve.engine.subscriptions.registering import SECRET
from seve.engine.subscriptions.service import EventService
from seve.fhir.subscriptions.signing import is_signed

from .receiving import Endpoint, events_of, listening, subscription, told, until

pytestmark = pytest.mark.usefixtures("service")


async def active(client: httpx.AsyncClient, wanted: dict[str, Any]) -> dict[str, Any]:
    made = await make(client, wanted)
    await reached(client, made["id"], "active")
    return made


async def reached(client: httpx.AsyncClient, id_: str, status: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def look() -> bool:
        nonlocal found
        found = await ok(await client.get(f"Subscription/{id_}"))
        return found["status"] == status

    import asyncio

    for _ in range(300):
        if await look():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found['status']}, not {status}: {found.get('error')}")


async def test_a_subscription_is_active_once_its_endpoint_shook_hands(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    made = await make(client, subscription(endpoint.url))
    assert made["status"] == "requested"
    await reached(client, made["id"], "active")
    [handshake] = endpoint.bundles
    assert handshake["type"] == "history"
    assert told(handshake)["type"] == "handshake"
    assert told(handshake)["status"] == "requested"
    assert told(handshake)["subscription"] == {"reference": f"Subscription/{made['id']}"}


async def test_an_endpoint_that_refuses_the_handshake_makes_an_error_and_can_be_resumed(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    endpoint.status = 500
    made = await make(client, subscription(endpoint.url))
    found = await reached(client, made["id"], "error")
    assert "HTTP 500" in found["error"]
    endpoint.status = 200
    await ok(await client.put(f"Subscription/{made['id']}", json={**found, "status": "requested"}))
    again = await reached(client, made["id"], "active")
    assert "error" not in again


async def test_creates_updates_and_deletes_are_told_in_order_with_numbers(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    await active(client, subscription(endpoint.url, content="full-resource"))
    anne = await make(client, PATIENT)
    weight = await make(client, observation(anne["id"]))
    await ok(await client.put(f"Observation/{weight['id']}", json={**weight, "status": "amended"}))
    await client.delete(f"Observation/{weight['id']}")
    await until(lambda: len(endpoint.events) == 3)
    assert endpoint.numbers == [1, 2, 3]
    entries = [entry for bundle in endpoint.of("event-notification") for entry in bundle["entry"][1:]]
    assert [entry["request"]["method"] for entry in entries] == ["POST", "PUT", "DELETE"]
    assert [entry.get("resource", {}).get("status") for entry in entries] == ["final", "amended", None]


@pytest.mark.parametrize("content", ["empty", "id-only"])
async def test_less_than_the_resource_is_sent_when_less_was_asked_for(
    content: str, client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    await active(client, subscription(endpoint.url, content=content))
    anne = await make(client, PATIENT)
    weight = await make(client, observation(anne["id"]))
    await until(lambda: endpoint.events)
    text = endpoint.calls[-1][1].decode()
    assert "29463-7" not in text
    assert (weight["id"] in text) is (content == "id-only")


async def test_calls_are_signed_with_the_secret_that_the_create_told_once(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    made = await active(client, subscription(endpoint.url))
    [text] = [one["valueString"] for one in made["channel"]["extension"] if one["url"] == SECRET]
    secret = base64.b64decode(text)
    headers, body = endpoint.calls[0]
    second, found = int(headers["x-seve-timestamp"]), headers["x-seve-signature"]
    assert is_signed(secret, body, second=second, found=found)
    assert not is_signed(secret, body + b" ", second=second, found=found)
    assert not is_signed(secret, body, second=second + 1, found=found)
    again = await ok(await client.get(f"Subscription/{made['id']}"))
    assert text not in str(again)


async def test_filters_narrow_a_topic(client: httpx.AsyncClient, endpoint: Endpoint) -> None:
    anne, paul = await make(client, PATIENT), await make(client, PATIENT)
    wanted = f"Observation?patient=Patient/{anne['id']}&code=http://loinc.org|29463-7&date=gt2019"
    await active(client, subscription(endpoint.url, filters=(wanted,)))
    await make(client, observation(paul["id"]))
    await make(client, observation(anne["id"], code={"text": "autre"}))
    await make(client, observation(anne["id"], effectiveDateTime="2018-01-01"))
    meant = await make(client, observation(anne["id"]))
    await client.delete(f"Observation/{meant['id']}")
    await until(lambda: len(endpoint.events) == 2)
    assert endpoint.focuses == [f"Observation/{meant['id']}"] * 2


async def test_a_topic_may_ask_for_what_was_before(client: httpx.AsyncClient, endpoint: Endpoint) -> None:
    await active(client, subscription(endpoint.url, topic="encounter-end"))
    anne = await make(client, PATIENT)
    visit = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{anne['id']}"},
    }
    made = await make(client, visit)
    ended = await ok(await client.put(f"Encounter/{made['id']}", json={**made, "status": "finished"}))
    await ok(await client.put(f"Encounter/{made['id']}", json={**ended, "language": "fr"}))
    born_finished = await make(client, {**visit, "status": "finished"})
    await until(lambda: len(endpoint.events) == 2)
    assert endpoint.focuses == [f"Encounter/{made['id']}", f"Encounter/{born_finished['id']}"]


async def test_a_heartbeat_is_sent_when_nothing_was_for_long(
    client: httpx.AsyncClient, endpoint: Endpoint, engine: Engine
) -> None:
    made = await active(client, subscription(endpoint.url, heartbeat=5))
    await engine.database.pool.execute("UPDATE subscription SET spoke = now() - interval '6 seconds'")
    await until(lambda: endpoint.of("heartbeat"))
    assert told(endpoint.of("heartbeat")[0])["subscription"]["reference"] == f"Subscription/{made['id']}"
    assert len(endpoint.of("heartbeat")) == 1


async def test_an_endpoint_that_was_down_gets_everything_in_order_once_it_is_back(
    client: httpx.AsyncClient, endpoint: Endpoint, engine: Engine
) -> None:
    await active(client, subscription(endpoint.url))
    anne = await make(client, PATIENT)
    endpoint.status = 503
    made = [await make(client, observation(anne["id"])) for _ in range(5)]
    await until(lambda: len(endpoint.of("event-notification")) >= 2)
    endpoint.status = 200
    endpoint.calls.clear()
    await engine.database.pool.execute("UPDATE subscription SET due = now()")
    await until(lambda: len(endpoint.events) >= 5)
    assert endpoint.numbers == [1, 2, 3, 4, 5]
    assert endpoint.focuses == [f"Observation/{one['id']}" for one in made]


async def test_an_endpoint_that_stays_down_makes_an_error_and_what_was_meanwhile_comes_when_it_is_resumed(
    client: httpx.AsyncClient, endpoint: Endpoint, engine: Engine
) -> None:
    made = await active(client, subscription(endpoint.url))
    anne = await make(client, PATIENT)
    endpoint.status = 410
    await engine.database.pool.execute("UPDATE subscription SET failures = 9")
    first = await make(client, observation(anne["id"]))
    found = await reached(client, made["id"], "error")
    assert "HTTP 410" in found["error"]
    second = await make(client, observation(anne["id"]))
    endpoint.status = 200
    endpoint.calls.clear()
    await ok(await client.put(f"Subscription/{made['id']}", json={**found, "status": "requested"}))
    await until(lambda: len(endpoint.events) == 2)
    assert endpoint.focuses == [f"Observation/{first['id']}", f"Observation/{second['id']}"]


async def test_one_that_is_off_or_over_or_deleted_hears_of_nothing(
    client: httpx.AsyncClient, endpoint: Endpoint, engine: Engine
) -> None:
    made = await active(client, subscription(endpoint.url))
    over = await active(client, subscription(endpoint.url, topic="Patient"))
    await engine.database.pool.execute("UPDATE subscription SET ends = now() WHERE id = $1", over["id"])
    await reached(client, over["id"], "off")
    current = await ok(await client.get(f"Subscription/{made['id']}"))
    await ok(await client.put(f"Subscription/{made['id']}", json={**current, "status": "off"}))
    gone = await active(client, subscription(endpoint.url))
    assert (await client.delete(f"Subscription/{gone['id']}")).status_code == 204
    with listening() as other:
        await active(client, subscription(other.url))
        anne = await make(client, PATIENT)
        await make(client, observation(anne["id"]))
        await until(lambda: other.events)
        assert endpoint.events == []
        assert events_of(other.of("event-notification")[0])[0]["event-number"] == "1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"criteria": "https://seve.example/SubscriptionTopic/none"}, "not-found"),
        ({"channel": {"type": "email", "endpoint": "mailto:a@example.org"}}, "not-supported"),
        ({"channel": {"type": "rest-hook", "endpoint": "http://example.org/hook"}}, "not-supported"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://10.0.0.1/hook"}}, "not-supported"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://user@example.org/hook"}}, "not-supported"),
        ({"channel": {"type": "rest-hook", "endpoint": "file:///etc/passwd"}}, "not-supported"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://a.example/", "header": ["A: b"]}}, "not-supported"),
        (
            {"channel": {"type": "rest-hook", "endpoint": "https://a.example/", "payload": "text/plain"}},
            "not-supported",
        ),
    ],
)
async def test_what_can_not_be_done_is_refused_at_once(
    change: dict[str, Any], code: str, client: httpx.AsyncClient
) -> None:
    answer = await client.post("Subscription", json={**subscription("https://a.example/hook"), **change})
    assert answer.status_code == 422
    assert issue(answer)["code"] == code


async def test_one_whose_criteria_is_a_search_is_kept_by_an_open_server_as_a_record_and_not_served(
    client: httpx.AsyncClient, endpoint: Endpoint, engine: Engine
) -> None:
    made = await make(client, subscription(endpoint.url) | {"criteria": "Observation?code=http://loinc.org|1"})
    assert made["status"] == "requested"
    assert await engine.database.pool.fetchval("SELECT count(*) FROM subscription") == 0
    assert (await client.get(f"Subscription/{made['id']}/$status")).status_code == 404


@pytest.mark.parametrize(
    "wanted", ["Patient?name=x", "Observation?patient.name=x", "Observation?nothing=1", "Observation", "?code=1"]
)
async def test_a_filter_that_can_not_be_tested_is_refused(wanted: str, client: httpx.AsyncClient) -> None:
    answer = await client.post("Subscription", json=subscription("https://a.example/hook", filters=(wanted,)))
    assert answer.status_code == 422


async def test_an_address_that_leads_into_a_private_network_is_not_called(
    client: httpx.AsyncClient, endpoint: Endpoint, engine: Engine
) -> None:
    engine.events.hook_hosts = frozenset({"localhost"})  # the name is allowed, not the address that it leads to
    made = await make(client, subscription(endpoint.url.replace("127.0.0.1", "localhost").replace("http", "https")))
    found = await reached(client, made["id"], "error")
    assert "AddressNotAllowed" in found["error"]
    assert "127.0.0.1" not in found["error"]
    assert endpoint.calls == []


async def test_a_transaction_or_a_patch_can_not_write_a_subscription(client: httpx.AsyncClient) -> None:
    made = subscription()
    entry = {"resource": made, "request": {"method": "POST", "url": "Subscription"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert (await client.post("", json=bundle)).status_code == 400
    stored = await make(client, made)
    answer = await client.patch(
        f"Subscription/{stored['id']}",
        content='[{"op":"replace","path":"/status","value":"off"}]',
        headers={"content-type": "application/json-patch+json"},
    )
    assert answer.status_code == 422


async def test_status_and_events_can_be_asked_for(client: httpx.AsyncClient, endpoint: Endpoint) -> None:
    made = await active(client, subscription(endpoint.url, content="full-resource"))
    anne = await make(client, PATIENT)
    for _ in range(3):
        await make(client, observation(anne["id"]))
    await until(lambda: len(endpoint.events) == 3)
    status = await ok(await client.get(f"Subscription/{made['id']}/$status"))
    assert _values(status)["events-since-subscription-start"] == "3"
    assert (await ok(await client.get("Subscription/$status?status=error")))["total"] == 0
    events = await ok(await client.get(f"Subscription/{made['id']}/$events?eventsSinceNumber=2&content=id-only"))
    assert [one["event-number"] for one in events_of(events)] == ["2", "3"]
    assert all("resource" not in entry for entry in events["entry"][1:])
    assert (await client.get(f"Subscription/{made['id']}/$events?eventsSinceNumber=x")).status_code == 400
    assert (await client.get("Subscription/nobody/$status")).status_code == 404


def _values(status: dict[str, Any]) -> dict[str, Any]:
    return {
        one["name"]: next((v for k, v in one.items() if k.startswith("value")), None)
        for one in status["entry"][0]["resource"]["parameter"]
    }


async def test_the_capability_statement_names_the_topics(client: httpx.AsyncClient, service: EventService) -> None:
    del service
    statement = await ok(await client.get("metadata"))
    [described] = [one for one in statement["rest"][0]["resource"] if one["type"] == "Subscription"]
    topics = [one["valueCanonical"] for one in described["extension"]]
    assert "https://seve.example/SubscriptionTopic/encounter-end" in topics
