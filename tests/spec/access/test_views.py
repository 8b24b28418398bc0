"""A view shows what its caller may read, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx

from .world import World, consent, observation

VIEW = {
    "resourceType": "ViewDefinition",
    "resource": "Observation",
    "select": [{"column": [{"path": "id", "name": "id"}]}],
}


async def rows(api: httpx.AsyncClient, reader: str, **more: Any) -> list[str]:
    body = {"resourceType": "Parameters", "parameter": [{"name": "viewResource", "resource": {**VIEW, **more}}]}
    answer = await api.post("$viewdefinition-run?_format=json", json=body, headers={"x-reader": reader})
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()]


async def test_a_view_has_rows_of_what_its_caller_may_read_only(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    assert await rows(api, "ana") == ["a1"]
    assert await rows(api, "doc") == ["a1"]
    assert await rows(api, "other") == []
    assert await rows(api, "doc", where=[{"path": "id = 'b1'"}]) == []


async def test_what_is_shut_is_in_no_view(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    await world.put(consent("c1", "ana", type="deny"))
    assert await rows(api, "doc") == []
    assert await rows(api, "ana") == ["a1"]


async def test_a_resource_out_of_reach_cannot_even_refuse_a_view(api: httpx.AsyncClient, world: World) -> None:
    twice = {"code": {"coding": [{"code": "x"}, {"code": "y"}]}}
    await world.put(observation("a1", "ana"), {**observation("b1", "bob"), **twice})
    column = [{"path": "code.coding.code", "name": "id"}]
    assert len(await rows(api, "doc", select=[{"column": column}])) == 1
