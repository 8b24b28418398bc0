"""$export (Bulk Data Access v2, 2.1)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import httpx
import pytest
from tests.spec.operations.conftest import ASYNC, Bulk

from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.engine.tasks.refusals import TaskNotFound
from seve.engine.tasks.runner import Runner
from seve.store.grant import Grant

CODE = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}


def observation(patient: str) -> dict[str, Any]:
    return {"status": "final", "code": CODE, "subject": {"reference": f"Patient/{patient}"}}


def ids(lines: list[dict[str, Any]]) -> set[str]:
    return {f"{line['resourceType']}/{line['id']}" for line in lines}


@pytest.fixture
async def people(put: Any) -> None:
    for id_ in ("a", "b", "c"):
        await put("Patient", id_, gender="female", name=[{"family": f"F{id_}"}])
        await put("Observation", f"o{id_}", **observation(id_))
    await put("Practitioner", "dr", name=[{"family": "Petit"}])


async def test_a_system_export_gives_every_resource_as_it_is_stored(
    people: None, bulk: Bulk, client: httpx.AsyncClient
) -> None:
    manifest = await bulk.run("$export")
    assert manifest["request"].endswith("/$export")
    assert manifest["requiresAccessToken"] is False
    assert manifest["deleted"] == manifest["error"] == []
    lines = await bulk.lines(manifest["output"])
    assert ids(lines) == {
        "Patient/a", "Patient/b", "Patient/c", "Observation/oa", "Observation/ob", "Observation/oc", "Practitioner/dr",
    }  # fmt: skip
    stored = (await client.get("Patient/a")).json()
    assert stored in lines
    assert max(line["meta"]["lastUpdated"] for line in lines) <= manifest["transactionTime"]


async def test_an_export_must_be_asked_for_asynchronously(client: httpx.AsyncClient) -> None:
    answer = await client.get("$export")
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["diagnostics"] == "engine.tasks.asynchronous_only"


@pytest.mark.parametrize(
    "query",
    [
        "_outputFormat=text/csv",
        "_type=Pacient",
        "_since=yesterday",
        "_typeFilter=Patient",
        "_type=Patient&_typeFilter=Observation?code=x",
        "_typeFilter=Patient?nonsense=x",
        "_typeFilter=Patient?_sort=name",
        "_elements=Patient.name.family",
        "includeAssociatedData=LatestProvenanceResources",
        "patient=Patient/a",
        "_nonsense=1",
    ],
)
async def test_what_an_export_cannot_honour_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"$export?{query}", headers=ASYNC)
    assert answer.status_code == 400, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_patients_are_named_by_post_only_and_must_exist(people: None, client: httpx.AsyncClient) -> None:
    assert (await client.get("Patient/$export?patient=Patient/a", headers=ASYNC)).status_code == 400
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "patient", "valueReference": {"reference": "Patient/x"}}],
    }
    assert (await client.post("Patient/$export", json=body, headers=ASYNC)).status_code == 400
    assert (await client.get("Observation/$export", headers=ASYNC)).status_code == 404


@pytest.mark.parametrize("format_", ["application/fhir%2Bndjson", "application/fhir+ndjson", "ndjson"])
async def test_types_filters_and_elements_narrow_an_export(people: None, put: Any, bulk: Bulk, format_: str) -> None:
    await put("Patient", "d", gender="male", active=True)
    manifest = await bulk.run(
        f"$export?_outputFormat={format_}&_type=Patient,Practitioner&_elements=id,Patient.gender"
        "&_typeFilter=Patient?gender=male,Patient?family=Fa"
    )
    lines = await bulk.lines(manifest["output"])
    assert ids(lines) == {"Patient/a", "Patient/d", "Practitioner/dr"}
    assert {key for line in lines if line["resourceType"] == "Patient" for key in line} == {
        "resourceType", "id", "meta", "gender",
    }  # fmt: skip


async def test_a_patient_export_gives_their_compartments(people: None, bulk: Bulk) -> None:
    lines = await bulk.lines((await bulk.run("Patient/$export"))["output"])
    assert ids(lines) == {f"{kind}{id_}" for kind in ("Patient/", "Observation/o") for id_ in "abc"}
    named = {
        "resourceType": "Parameters",
        "parameter": [{"name": "patient", "valueReference": {"reference": "Patient/b"}}],
    }
    assert ids(await bulk.lines((await bulk.run("Patient/$export", named))["output"])) == {
        "Patient/b",
        "Observation/ob",
    }


async def test_a_group_export_gives_its_active_members_those_of_groups_within_too(
    people: None, put: Any, bulk: Bulk
) -> None:
    inner = [{"entity": {"reference": "Patient/b"}}, {"entity": {"reference": "Group/outer"}}]
    await put("Group", "inner", type="person", actual=True, member=inner)
    outer = [
        {"entity": {"reference": "Patient/a"}},
        {"entity": {"reference": "Patient/c"}, "inactive": True},
        {"entity": {"reference": "Group/inner"}},
    ]
    await put("Group", "outer", type="person", actual=True, member=outer)
    lines = await bulk.lines((await bulk.run("Group/outer/$export?_type=Patient,Observation"))["output"])
    assert ids(lines) == {"Patient/a", "Patient/b", "Observation/oa", "Observation/ob"}


async def test_a_group_without_patients_gives_nothing_and_an_unknown_one_is_not_found(
    put: Any, bulk: Bulk, client: httpx.AsyncClient
) -> None:
    await put("Group", "empty", type="person", actual=True)
    assert (await bulk.run("Group/empty/$export"))["output"] == []
    assert (await client.get("Group/none/$export", headers=ASYNC)).status_code == 404
    stranger = {
        "resourceType": "Parameters",
        "parameter": [{"name": "patient", "valueReference": {"reference": "Patient/a"}}],
    }
    await put("Patient", "a")
    assert (await client.post("Group/empty/$export", json=stranger, headers=ASYNC)).status_code == 400


async def test_since_gives_what_changed_afterwards_and_what_was_deleted(
    people: None, put: Any, bulk: Bulk, client: httpx.AsyncClient
) -> None:
    before = (await bulk.run("$export"))["transactionTime"]
    assert await bulk.lines((await bulk.run(f"$export?_since={before}"))["output"]) == []
    await put("Patient", "a", active=False)
    await client.delete("Observation/ob")
    await client.delete("Practitioner/dr")
    await client.delete("Patient/c")
    await put("Patient", "c", active=True)
    manifest = await bulk.run(f"$export?_since={before}")
    assert ids(await bulk.lines(manifest["output"])) == {"Patient/a", "Patient/c"}
    gone = [e["request"] for b in await bulk.lines(manifest["deleted"]) for e in b["entry"]]
    assert sorted(e["url"] for e in gone) == ["Observation/ob", "Practitioner/dr"]
    assert {e["method"] for e in gone} == {"DELETE"}
    of_patients = await bulk.run(f"Patient/$export?_since={before}")
    assert [e["request"]["url"] for b in await bulk.lines(of_patients["deleted"]) for e in b["entry"]] == [
        "Observation/ob"
    ]


async def test_an_export_shows_the_moment_of_its_kick_off(
    people: None, put: Any, client: httpx.AsyncClient, engine: Engine
) -> None:
    bulk = Bulk(client)
    place = await bulk.start("$export?_type=Patient")
    await asyncio.sleep(0.01)
    await put("Patient", "a", active=False)
    await put("Patient", "z")
    await client.delete("Patient/b")
    assert await Runner(engine).step()
    manifest = await bulk.done(place)
    lines = await bulk.lines(manifest["output"])
    assert ids(lines) == {"Patient/a", "Patient/b", "Patient/c"}
    assert {line["meta"]["versionId"] for line in lines} == {"1"}


async def test_a_task_of_nobody_or_of_somebody_else_is_not_found(people: None, bulk: Bulk, engine: Engine) -> None:
    assert (await bulk.client.get("_task/none")).status_code == 404
    assert (await bulk.client.delete("_task/none")).status_code == 404
    place = await bulk.start("$export")
    file = (await bulk.done(place))["output"][0]["url"]
    for url in (place, file):
        path = url.removeprefix(engine.base_url + "/")
        with pytest.raises(TaskNotFound):
            await perform(engine, Grant(holder="somebody else"), Request("GET", path))
    assert (await bulk.client.get(f"{place}/99")).status_code == 404
    assert (await bulk.client.get(f"{place}/nonsense")).status_code == 404
    assert (await bulk.client.get(f"{place}/0/0")).status_code == 404
    assert (await bulk.client.post(place, json={"resourceType": "Basic", "code": {}})).status_code in (400, 405)


async def test_a_removed_export_is_gone_with_its_files(people: None, bulk: Bulk) -> None:
    place = await bulk.start("$export")
    manifest = await bulk.done(place)
    assert (await bulk.client.delete(place)).status_code == 202
    assert (await bulk.client.get(place)).status_code == 404
    assert (await bulk.client.get(manifest["output"][0]["url"])).status_code == 404
    assert (await bulk.client.delete(place)).status_code == 404


async def test_an_export_that_is_removed_while_it_runs_stops(
    people: None, client: httpx.AsyncClient, engine: Engine
) -> None:
    bulk = Bulk(client)
    place = await bulk.start("$export")
    work = asyncio.create_task(Runner(engine).step())
    await asyncio.sleep(0.05)
    assert (await client.get(place)).status_code == 202
    assert (await client.get(f"{place}/0")).status_code == 404
    assert (await client.delete(place)).status_code == 202
    async with asyncio.timeout(10):
        assert await work
    assert (await client.get(place)).status_code == 404
    assert await engine.database.pool.fetchval("SELECT count(*) FROM task_output") == 0


async def test_a_killed_export_is_taken_up_by_another_server_and_ends_equal(
    people: None, client: httpx.AsyncClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seve.engine.tasks.exporting._WINDOW", 1)
    bulk = Bulk(client)
    expected, place = await bulk.start("$export"), await bulk.start("$export")
    assert await Runner(engine).step()
    killed = asyncio.create_task(Runner(engine).step())
    while (
        await engine.database.pool.fetchval("SELECT count(*) FROM task_output") < 9
    ):  # 7 of the first, 2 of the second
        await asyncio.sleep(0)
    killed.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await killed
    # A killed process could not have let go of it.
    await engine.database.pool.execute("UPDATE task SET state = 'running', holder = 'dead' WHERE state = 'queued'")
    assert not await Runner(engine).step(), "its lease is not over"
    assert await Runner(engine, lease_seconds=0).step()
    found = [await bulk.lines((await bulk.done(p))["output"]) for p in (expected, place)]
    assert found[0] == found[1]
    assert len(found[0]) == 7


async def test_a_task_that_kills_whoever_works_on_it_is_given_up(client: httpx.AsyncClient, engine: Engine) -> None:
    place = await Bulk(client).start("$export")
    await engine.database.pool.execute("UPDATE task SET attempts = 5")
    assert await Runner(engine).step()
    answer = await client.get(place)
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["diagnostics"] == "engine.tasks.given_up"


async def test_a_finished_task_is_forgotten_after_a_day(people: None, bulk: Bulk, engine: Engine) -> None:
    place = await bulk.start("$export")
    await bulk.done(place)
    await engine.database.pool.execute("UPDATE task SET updated = now() - interval '25 hours'")
    async with asyncio.timeout(10):
        while (await bulk.client.get(place)).status_code != 404:
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_twenty_thousand_resources_stream_in_pieces(
    bulk: Bulk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seve.engine.tasks.exporting._FILE", 8_000)
    for start in range(0, 20_000, 2_000):
        entry = [
            {
                "resource": {"resourceType": "Basic", "code": {"text": f"{start + i}"}},
                "request": {"method": "POST", "url": "Basic"},
            }
            for i in range(2_000)
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entry}
        answer = await bulk.client.post("", json=bundle, headers={"Prefer": "return=minimal"}, timeout=60)
        assert answer.status_code == 200
    manifest = await bulk.run("$export?_type=Basic")
    assert sum(file["count"] for file in manifest["output"]) == 20_000
    assert len(manifest["output"]) == 2
    found, largest = 0, 0
    for file in manifest["output"]:
        path = file["url"].removeprefix(engine.base_url + "/")
        answer = await perform(engine, Grant(holder="open"), Request("GET", path))
        assert answer.stream is not None
        async for piece in answer.stream:
            largest = max(largest, len(piece))
            found += piece.count(b"\n")
    assert found == 20_000
    assert largest < 2**20
