"""Makers of digital tools: each declares their own, sees nobody else's, and writes no entry of the register."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from seve.engine.identity.principal import MAKER
from seve.fhir import Resource
from seve.fhir.access.kinds import DECLARATION
from seve.store.access.authors import is_author

from .world import World, observation, patient, professional


def declaration(name: str = "Visio", **more: Any) -> Resource:
    tool = {
        "resourceType": "DeviceDefinition",
        "id": "tool",
        "deviceName": [{"name": name, "type": "user-friendly-name"}],
    }
    return {
        "resourceType": "Task", "status": "requested", "intent": "order", "code": {"coding": [DECLARATION]},
        "contained": [tool], "focus": {"reference": "#tool"}, **more,
    }  # fmt: skip


@pytest.fixture
async def makers(world: World) -> World:
    for name in ("ours", "theirs"):
        await world.put({"resourceType": "Organization", "id": name, "name": name}, *professional(name, name))
        await world.sign_in(
            name,
            role=f"PractitionerRole/{name}-role",
            person=f"Practitioner/{name}",
            organization=f"Organization/{name}",
            profession=MAKER,
            purpose="HOPERAT",
        )
    return world


async def declared(api: httpx.AsyncClient, reader: str = "ours") -> Resource:
    answer = await api.post("Task", json=declaration(), headers={"x-reader": reader})
    assert answer.status_code == 201, answer.text
    made: Resource = answer.json()
    return made


async def test_a_maker_declares_and_changes_and_nobody_else_sees_it(api: httpx.AsyncClient, makers: World) -> None:
    del makers
    made = await declared(api)
    path = f"Task/{made['id']}"
    changed = await api.put(path, json={**made, **declaration("Autre nom")}, headers={"x-reader": "ours"})
    assert changed.status_code == 200
    for reader in ("theirs", "doc", "ana", "officer"):
        headers = {"x-reader": reader}
        assert (await api.get(path, headers=headers)).status_code == 404, reader
        assert (await api.get(f"Task?_id={made['id']}", headers=headers)).json().get("entry", []) == [], reader
    assert (await api.get(path, headers={"x-reader": "ours"})).status_code == 200


async def test_a_maker_can_not_write_what_another_declared(api: httpx.AsyncClient, makers: World) -> None:
    del makers
    made = await declared(api)
    answer = await api.put(f"Task/{made['id']}", json={**made, **declaration("Volé")}, headers={"x-reader": "theirs"})
    assert answer.status_code in (403, 404)
    stored = (await api.get(f"Task/{made['id']}", headers={"x-reader": "open"})).json()
    assert stored["contained"][0]["deviceName"][0]["name"] == "Visio"


async def test_only_makers_declare_and_nobody_writes_the_register_itself(api: httpx.AsyncClient, makers: World) -> None:
    del makers
    for reader in ("doc", "nurse", "ana", "officer"):
        answer = await api.post("Task", json=declaration(), headers={"x-reader": reader})
        assert answer.status_code == 403, reader
    entry = {"resourceType": "DeviceDefinition", "id": "entry", "onlineInformation": "https://visio.example"}
    assert (await api.put("DeviceDefinition/entry", json=entry, headers={"x-reader": "open"})).status_code == 201
    for reader in ("ours", "theirs", "doc", "ana", "officer"):
        headers = {"x-reader": reader}
        assert (await api.get("DeviceDefinition/entry", headers=headers)).status_code == 200, reader
        assert (await api.post("DeviceDefinition", json=entry, headers=headers)).status_code == 403, reader
        assert (await api.put("DeviceDefinition/entry", json=entry, headers=headers)).status_code == 403, reader


async def test_a_maker_adds_no_other_task_and_reads_nothing_of_a_patient(api: httpx.AsyncClient, makers: World) -> None:
    await makers.put(patient("ana"), observation("pulse", "ana"))
    headers = {"x-reader": "ours"}
    plain = {"resourceType": "Task", "status": "requested", "intent": "order"}
    assert (await api.post("Task", json=plain, headers=headers)).status_code == 403
    for path in ("Patient/ana", "Observation/pulse"):
        assert (await api.get(path, headers=headers)).status_code == 404, path


async def test_who_created_a_declaration_is_told_by_the_store_and_not_by_what_it_says(
    api: httpx.AsyncClient, makers: World
) -> None:
    made = await declared(api)
    pool = makers.engine.database.pool
    forged = {**made, "requester": {"reference": "PractitionerRole/theirs-role"}}
    assert (await api.put(f"Task/{made['id']}", json=forged, headers={"x-reader": "ours"})).status_code == 200
    assert (await api.put(f"Task/{made['id']}", json=made, headers={"x-reader": "open"})).status_code == 200
    assert await is_author(pool, f"Task/{made['id']}", "PractitionerRole/ours-role")
    assert not await is_author(pool, f"Task/{made['id']}", "PractitionerRole/theirs-role")
    assert not await is_author(pool, "Task/nothing-here", "PractitionerRole/ours-role")
