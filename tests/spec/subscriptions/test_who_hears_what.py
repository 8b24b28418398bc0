"""What leaves is what the maker of a subscription may see at that moment; each delivery stands in the trail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from tests.spec.access.world import GENERAL_PRACTITIONER, World, observation
from tests.spec.access.world import world as made_world
from tests.spec.asking import ok

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.fhir.search.keys import value_key
from seve.rest.app import FhirApp
from seve.testing.plugin import BASE_URL

from .receiving import Endpoint, subscription, until

DOC = {"x-reader": "doc"}


@pytest_asyncio.fixture(loop_scope="session")
async def world(engine: Engine) -> World:
    return await made_world(engine)


@pytest_asyncio.fixture(loop_scope="session")
async def api(world: World, service: object) -> AsyncIterator[httpx.AsyncClient]:
    del service
    await world.engine.database.pool.execute(
        "INSERT INTO habilitation (profession, kind, name, may_read, may_add, may_change) VALUES ($1, $2, 'Subscription', true, true, true)",
        GENERAL_PRACTITIONER,
        value_key("Subscription"),
    )
    transport = httpx.ASGITransport(app=FhirApp(world.engine, world))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as opened:
        yield opened


async def subscribed(api: httpx.AsyncClient, endpoint: Endpoint) -> str:
    made = await ok(await api.post("Subscription", json=subscription(endpoint.url), headers=DOC), 201)
    for _ in range(200):
        if (await ok(await api.get(f"Subscription/{made['id']}", headers=DOC)))["status"] == "active":
            return made["id"]
        await asyncio.sleep(0.05)
    raise AssertionError("never active")


async def test_only_what_the_maker_reaches_leaves_and_no_number_tells_of_the_rest(
    api: httpx.AsyncClient, world: World, endpoint: Endpoint
) -> None:
    await subscribed(api, endpoint)
    await world.put(observation("of-ana", "ana"))
    await world.put(observation("of-bob", "bob"))
    await world.put(observation("of-ana-2", "ana"))
    await until(lambda: len(endpoint.events) == 2)
    assert endpoint.focuses == ["Observation/of-ana", "Observation/of-ana-2"]
    assert endpoint.numbers == [1, 2]


async def test_what_was_committed_before_the_patient_was_closed_does_not_leave_after(
    api: httpx.AsyncClient, world: World, endpoint: Endpoint
) -> None:
    id_ = await subscribed(api, endpoint)
    endpoint.status = 503
    await world.put(observation("before", "ana"))
    await until(lambda: len(endpoint.of("event-notification")) == 1)
    await perform(world.engine, open_grant(), Request("DELETE", "CareTeam/team-ana"))
    await world.put(observation("after", "ana"))
    endpoint.status = 200
    endpoint.calls.clear()
    pool = world.engine.database.pool
    await pool.execute("UPDATE subscription SET due = now()")
    for _ in range(200):
        if not await pool.fetchval("SELECT count(*) FROM event WHERE sent IS NULL"):
            break
        await asyncio.sleep(0.05)
    assert endpoint.calls == []
    events = await ok(await api.get(f"Subscription/{id_}/$events", headers=DOC))
    assert len(events["entry"]) == 1


async def test_each_delivery_stands_in_the_trail(api: httpx.AsyncClient, world: World, endpoint: Endpoint) -> None:
    await subscribed(api, endpoint)
    await world.put(observation("told", "ana"))
    await until(lambda: endpoint.events)
    rows = await world.engine.database.pool.fetch("SELECT content FROM audit WHERE content LIKE '%\"notification\"%'")
    assert len(rows) == 1
    assert "Observation/told/_history/1" in rows[0]["content"]
    assert "PractitionerRole/doc-role" in rows[0]["content"]


async def test_who_is_blocked_hears_of_nothing_more(api: httpx.AsyncClient, world: World, endpoint: Endpoint) -> None:
    id_ = await subscribed(api, endpoint)
    pool = world.engine.database.pool
    await pool.execute("UPDATE account SET blocked = now() WHERE id = 'account-doc'")
    await world.put(observation("unheard", "ana"))
    for _ in range(200):
        if await pool.fetchval("SELECT status FROM subscription WHERE id = $1", id_) == "error":
            break
        await asyncio.sleep(0.05)
    assert await pool.fetchval("SELECT status FROM subscription WHERE id = $1", id_) == "error"
    assert endpoint.events == []


async def test_a_subscription_is_nobody_elses_to_read_or_to_ask_about(
    api: httpx.AsyncClient, world: World, endpoint: Endpoint
) -> None:
    del world
    id_ = await subscribed(api, endpoint)
    for path in (f"Subscription/{id_}", f"Subscription/{id_}/$status", f"Subscription/{id_}/$events"):
        assert (await api.get(path, headers={"x-reader": "other"})).status_code == 404
    answer = await api.post("Subscription", json=subscription(endpoint.url), headers={"x-reader": "nurse"})
    assert answer.status_code == 403


async def test_a_search_as_criteria_is_refused(api: httpx.AsyncClient, endpoint: Endpoint) -> None:
    wanted = subscription(endpoint.url) | {"criteria": "Observation?code=1"}
    assert (await api.post("Subscription", json=wanted, headers=DOC)).status_code == 422
