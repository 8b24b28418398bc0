"""Composition/$document."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.spec.asking import observation, ok

from seve.engine.engine import Engine


@pytest.fixture
async def composition(put: Any, engine: Engine) -> None:
    await put("Patient", "a")
    await put("Practitioner", "dr")
    content = observation("a")
    content.pop("resourceType")
    await put("Observation", "o", **content)
    await put(
        "Composition",
        "c",
        status="final",
        type={"text": "letter"},
        date="2020-01-01",
        title="Letter",
        subject={"reference": f"{engine.base_url}/Patient/a"},
        author=[{"reference": "Practitioner/dr"}],
        section=[{"title": "Weight", "section": [{"title": "Inner", "entry": [{"reference": "Observation/o"}]}]}],
    )


async def test_a_document_begins_with_its_composition_and_holds_what_it_refers_to(
    composition: None, client: httpx.AsyncClient
) -> None:
    bundle = await ok(await client.get("Composition/c/$document"))
    assert bundle["type"] == "document"
    found = [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]]
    assert found[0] == "Composition/c"
    assert sorted(found[1:]) == ["Observation/o", "Patient/a", "Practitioner/dr"]
    assert bundle["identifier"]["value"].startswith("urn:uuid:")
    outcome = await ok(await client.post("Bundle/$validate", json=bundle))
    assert [i for i in outcome["issue"] if i["severity"] == "error" and i["diagnostics"].startswith("engine")] == []


async def test_it_is_stored_only_when_asked(composition: None, client: httpx.AsyncClient) -> None:
    bundle = await ok(await client.get("Composition/c/$document"))
    assert (await client.get(f"Bundle/{bundle['id']}")).status_code == 404
    stored = await ok(await client.get("Composition/c/$document?persist=true"))
    assert (await ok(await client.get(f"Bundle/{stored['id']}")))["type"] == "document"


async def test_a_composition_that_is_not_there_has_no_document(composition: None, client: httpx.AsyncClient) -> None:
    assert (await client.get("Composition/none/$document")).status_code == 404
    assert (await client.get("Composition/$document")).status_code == 400
    assert len((await ok(await client.get("Composition/$document?id=Composition/c")))["entry"]) == 4
    await client.delete("Composition/c")
    assert (await client.get("Composition/c/$document")).status_code == 410
