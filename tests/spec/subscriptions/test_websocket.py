"""Websockets: bound by a token, handshake, events, replay of what came while nobody was there."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from tests.spec.asking import PATIENT, make, observation, ok

from seve.engine.engine import Engine
from seve.engine.subscriptions import sockets
from seve.engine.subscriptions.refusals import CannotCall
from seve.engine.subscriptions.service import EventService
from seve.rest.websockets import PATH, EventSockets
from seve.store.subscriptions import registrations

from .receiving import events_of, subscription, told


class Connection:
    """A websocket in process: what the server is sent and what it says."""

    def __init__(self, app: EventSockets, path: str = PATH) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._in.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": path, "headers": []}
        self._task = asyncio.create_task(app(scope, self._in.get, self.out.put))

    async def say(self, text: str) -> None:
        await self._in.put({"type": "websocket.receive", "text": text})

    async def heard(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.out.get(), 10)

    async def bundle(self) -> dict[str, Any]:
        return json.loads((await self.heard())["text"])

    async def leave(self) -> None:
        await self._in.put({"type": "websocket.disconnect", "code": 1000})
        await self._task


async def token(client: httpx.AsyncClient) -> str:
    found = await ok(await client.get("Subscription/$get-ws-binding-token"))
    named = {one["name"]: one for one in found["parameter"]}
    assert named["websocket-url"]["valueUrl"].endswith("/fhir/$websocket")
    return named["token"]["valueString"]


async def bound(client: httpx.AsyncClient, app: EventSockets) -> Connection:
    connection = Connection(app)
    assert (await connection.heard())["type"] == "websocket.accept"
    await connection.say(f"bind-with-token {await token(client)}")
    assert told(await connection.bundle())["type"] == "handshake"
    return connection


async def test_a_bound_socket_hears_of_events_and_the_next_one_of_what_came_meanwhile(
    client: httpx.AsyncClient, service: EventService
) -> None:
    app = EventSockets(service.sockets)
    assert (await make(client, subscription()))["status"] == "active"
    anne = await make(client, PATIENT)
    connection = await bound(client, app)
    first = await make(client, observation(anne["id"]))
    [event] = events_of(await connection.bundle())
    assert event["focus"]["reference"] == f"Observation/{first['id']}"
    await connection.leave()
    second = await make(client, observation(anne["id"]))
    again = await bound(client, app)
    [event] = events_of(await again.bundle())
    assert (event["event-number"], event["focus"]["reference"]) == ("2", f"Observation/{second['id']}")
    await again.leave()


async def test_the_socket_that_was_bound_last_hears_and_the_one_before_does_not(
    client: httpx.AsyncClient, service: EventService
) -> None:
    app = EventSockets(service.sockets)
    await make(client, subscription())
    before, last = await bound(client, app), await bound(client, app)
    anne = await make(client, PATIENT)
    await make(client, observation(anne["id"]))
    assert events_of(await last.bundle())
    assert before.out.empty()
    await before.leave()
    await last.leave()


async def test_who_sends_and_asked_before_the_socket_was_bound_does_not_close_it(
    client: httpx.AsyncClient, service: EventService, engine: Engine
) -> None:
    app, id_ = EventSockets(service.sockets), (await make(client, subscription()))["id"]
    before = await bound(client, app)
    [asked] = await registrations.read(engine.database.pool, [id_])
    await before.leave()
    last = await bound(client, app)
    await service.sockets.deliver(asked, {"resourceType": "Bundle", "id": "late"}, ())
    assert (await last.bundle())["id"] == "late"
    await last.leave()


async def test_a_socket_of_a_subscription_that_was_bound_elsewhere_since_is_closed(
    client: httpx.AsyncClient, service: EventService, engine: Engine
) -> None:
    id_ = (await make(client, subscription()))["id"]
    connection = await bound(client, EventSockets(service.sockets))
    await registrations.bind(engine.database.pool, id_, holder="another process's")
    [asked] = await registrations.read(engine.database.pool, [id_])
    with pytest.raises(CannotCall):
        await service.sockets.deliver(asked, {"resourceType": "Bundle"}, ())
    assert (await connection.heard())["type"] == "websocket.close"
    await connection.leave()


async def test_what_one_socket_did_not_take_is_due_to_the_next_at_once(
    client: httpx.AsyncClient, service: EventService, engine: Engine
) -> None:
    app, id_ = EventSockets(service.sockets), (await make(client, subscription()))["id"]
    anne = await make(client, PATIENT)
    await make(client, observation(anne["id"]))
    await registrations.failed(engine.database.pool, id_, reason="websocket", wait_seconds=3_600)
    connection = await bound(client, app)
    assert events_of(await connection.bundle())
    await connection.leave()


@pytest.mark.parametrize("wrong", ["", "x", "éé", "AAAA"])
async def test_a_token_that_is_not_ours_ends_the_connection(wrong: str, service: EventService) -> None:
    connection = Connection(EventSockets(service.sockets))
    await connection.heard()
    await connection.say(f"bind-with-token {wrong}")
    assert (await connection.heard())["type"] == "websocket.close"


async def test_an_old_token_ends_the_connection(
    client: httpx.AsyncClient, service: EventService, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make(client, subscription())
    monkeypatch.setattr(sockets, "TOKEN_SECONDS", -1)
    old, _ = sockets.sealed_token(engine.events.secrets, [made["id"]])
    connection = Connection(EventSockets(service.sockets))
    await connection.heard()
    await connection.say(f"bind-with-token {old}")
    assert (await connection.heard())["type"] == "websocket.close"


async def test_who_does_not_bind_is_sent_away_and_another_path_is_no_socket(service: EventService) -> None:
    silent = Connection(EventSockets(service.sockets, bind_seconds=0.05))
    assert (await silent.heard())["type"] == "websocket.accept"
    assert (await silent.heard())["type"] == "websocket.close"
    elsewhere = Connection(EventSockets(service.sockets), "/fhir/other")
    assert (await elsewhere.heard())["type"] == "websocket.close"
