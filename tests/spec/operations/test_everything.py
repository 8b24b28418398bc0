"""$everything of a patient, an encounter and a group."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.spec.asking import issue, observation, ok


@pytest.fixture
async def people(put: Any) -> None:
    await put("Practitioner", "dr", name=[{"family": "Petit"}])
    for id_ in ("a", "b"):
        await put("Patient", id_)
        await put(
            "Encounter",
            f"e{id_}",
            status="finished",
            subject={"reference": f"Patient/{id_}"},
            **{"class": {"code": "AMB"}},
        )
    for day in (1, 2, 3):
        content = observation(
            "a",
            effectiveDateTime=f"2020-01-0{day}",
            performer=[{"reference": "Practitioner/dr"}],
            encounter={"reference": "Encounter/ea"},
        )
        content.pop("resourceType")
        await put("Observation", f"o{day}", **content)


async def everything(client: httpx.AsyncClient, url: str) -> set[str]:
    bundle = await ok(await client.get(url))
    return {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle.get("entry", ())}


OF_A = {"Patient/a", "Encounter/ea", "Observation/o1", "Observation/o2", "Observation/o3"}


async def test_a_patient_comes_with_the_compartment_and_what_it_refers_to(
    people: None, client: httpx.AsyncClient
) -> None:
    assert await everything(client, "Patient/a/$everything") == OF_A | {"Practitioner/dr"}


async def test_pages_lead_to_all_of_it(people: None, client: httpx.AsyncClient) -> None:
    found, url = set[str](), "Patient/a/$everything?_count=2"
    while url:
        bundle = await ok(await client.get(url))
        found |= {e["resource"]["id"] for e in bundle["entry"] if e["search"]["mode"] == "match"}
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    assert found == {"a", "ea", "o1", "o2", "o3"}


async def test_care_dates_types_and_since_narrow_it(people: None, client: httpx.AsyncClient) -> None:
    assert await everything(client, "Patient/a/$everything?start=2020-01-02&_type=Observation") == {
        "Observation/o2",
        "Observation/o3",
    }
    assert await everything(client, "Patient/a/$everything?end=2020-01-01&_type=Observation,Patient") == {
        "Observation/o1",
        "Patient/a",
    }
    assert await everything(client, "Patient/a/$everything?_since=2100-01-01T00:00:00Z") == set()


async def test_an_encounter_a_group_and_all_patients_have_theirs(
    people: None, put: Any, client: httpx.AsyncClient
) -> None:
    assert await everything(client, "Encounter/ea/$everything") >= {"Encounter/ea", "Observation/o1"}
    await put("Group", "g", type="person", actual=True, member=[{"entity": {"reference": "Patient/b"}}])
    assert await everything(client, "Group/g/$everything") >= {"Patient/b", "Encounter/eb"}
    assert "Patient/a" not in await everything(client, "Group/g/$everything")
    assert await everything(client, "Patient/$everything") >= OF_A | {"Patient/b", "Encounter/eb"}


async def test_what_is_unknown_deleted_or_unreadable_is_refused(people: None, client: httpx.AsyncClient) -> None:
    assert (await client.get("Patient/none/$everything")).status_code == 404
    await client.delete("Patient/b")
    assert (await client.get("Patient/b/$everything")).status_code == 410
    for query in ("foo=1", "_type=Pacient", "_count=0", "_since=never", "start=soon"):
        assert (await client.get(f"Patient/a/$everything?{query}")).status_code == 400, query
    assert issue(await client.get("Patient/$nope"))["diagnostics"] == "engine.refusals.unknown_operation"
