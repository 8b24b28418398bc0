"""Observation/$lastn."""

from __future__ import annotations

from typing import Any

import httpx
from tests.spec.asking import make, observation, ok


async def dates(client: httpx.AsyncClient, query: str) -> list[tuple[str, str]]:
    bundle = await ok(await client.get(f"Observation/$lastn?{query}"))
    resources = [e["resource"] for e in bundle.get("entry", ())]
    return [(r["code"]["coding"][0]["code"], r["effectiveDateTime"][8:10]) for r in resources]


async def test_the_latest_of_each_code_come_first_with_their_ties(put: Any, client: httpx.AsyncClient) -> None:
    await put("Patient", "a")
    pulse = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    for day in (1, 3, 2):
        await make(client, observation("a", effectiveDateTime=f"2020-01-0{day}"))
    await make(client, observation("a", effectiveDateTime="2020-01-02", code=pulse))
    await make(client, observation("a", effectiveDateTime="2020-01-02", code=pulse))
    await make(client, observation("b", effectiveDateTime="2020-01-09"))
    assert await dates(client, "patient=Patient/a") == [("29463-7", "03"), ("8867-4", "02"), ("8867-4", "02")]
    assert await dates(client, "patient=a&code=29463-7&max=2") == [("29463-7", "03"), ("29463-7", "02")]
    assert await dates(client, "patient=none") == []


async def test_a_wrong_number_or_search_is_refused(client: httpx.AsyncClient) -> None:
    for query in ("max=0", "max=many", "nonsense=1", "max=1&max=2"):
        assert (await client.get(f"Observation/$lastn?{query}")).status_code == 400, query
