"""Loading by chunks: the same rows as by the API, next to others who write, once."""

import asyncio
import json
import os
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path

import httpx
import pytest
from tests.store.loads import (
    LOCATION,
    OBSERVATION,
    PATIENT,
    RESOURCES,
    bundle,
    document,
    index_rows,
    loaded,
    opened,
    written,
)

from seve.engine.engine import Engine
from seve.main.loading.chunks import Chunk, Document
from seve.main.loading.running import load
from seve.main.loading.work import Terms
from seve.main.progress import Progress
from seve.store import indexes, loading
from seve.testing.plugin import BASE_URL


async def test_a_load_gives_the_same_index_rows_as_writing_by_the_api(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str
) -> None:
    for resource in RESOURCES:
        assert (await client.put(f"{resource['resourceType']}/{resource['id']}", json=resource)).status_code == 201
    by_api = await index_rows(engine.database)
    assert all(by_api[table] for table in by_api), "every table is covered"
    await engine.database.pool.execute("TRUNCATE version, posting, link, text_value, moment, quantity, position, words")
    outcome = await loaded(postgres_url, document(*RESOURCES))
    assert (outcome.counts.created, outcome.refused) == (3, [])
    assert await index_rows(engine.database) == by_api


async def test_what_was_loaded_is_read_and_found(client: httpx.AsyncClient, postgres_url: str) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    read = (await client.get("Patient/p1")).json()
    assert {k: v for k, v in read.items() if k != "meta"} == PATIENT
    assert read["meta"]["versionId"] == "1"
    found = (await client.get("Observation", params={"subject:Patient.name": "lefevre", "_text": "pouls"})).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == ["o1"]


async def test_the_same_content_again_changes_nothing(client: httpx.AsyncClient, postgres_url: str) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    again = await loaded(postgres_url, document(*RESOURCES))
    assert (again.counts.created, again.counts.updated, again.counts.unchanged) == (0, 0, 3)
    assert (await client.get("Patient/p1")).json()["meta"]["versionId"] == "1"


async def test_other_content_becomes_the_next_version_and_the_old_one_is_no_longer_found(
    client: httpx.AsyncClient, postgres_url: str
) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    changed = {**PATIENT, "name": [{"family": "Martin"}]}
    outcome = await loaded(postgres_url, document(changed))
    assert (outcome.counts.created, outcome.counts.updated) == (0, 1)
    assert (await client.get("Patient/p1")).json()["meta"]["versionId"] == "2"
    assert (await client.get("Patient/p1/_history/1")).json()["name"] == PATIENT["name"]
    assert "entry" not in (await client.get("Patient", params={"name": "lefevre"})).json()
    assert len((await client.get("Patient", params={"name": "martin"})).json()["entry"]) == 1


async def test_a_resource_twice_in_one_chunk_makes_two_versions(client: httpx.AsyncClient, postgres_url: str) -> None:
    await loaded(postgres_url, document(PATIENT, {**PATIENT, "gender": "female"}))
    read = (await client.get("Patient/p1")).json()
    assert (read["meta"]["versionId"], read["gender"]) == ("2", "female")
    assert len((await client.get("Patient")).json()["entry"]) == 1


async def test_what_is_refused_is_told_with_its_place_and_the_others_go_on(
    client: httpx.AsyncClient, postgres_url: str
) -> None:
    wrong = {"resourceType": "Patient", "id": "bad", "gendre": "female"}
    outcome = await loaded(postgres_url, document(wrong, PATIENT, {"resourceType": "Observation", "id": "o2"}))
    assert outcome.counts.created == 1
    assert outcome.refused[0].place == "line 1"
    assert "gendre" in outcome.refused[0].reasons[0]
    assert len(outcome.refused) == 2
    assert (await client.get("Patient/bad")).status_code == 404


async def test_broken_syntax_in_a_line_is_refused_alone(client: httpx.AsyncClient, postgres_url: str) -> None:
    data = b'{"resourceType": "Patient",\n' + json.dumps(PATIENT).encode()
    outcome = await loaded(postgres_url, Document("x.ndjson", "ndjson", data, len(data), line=7))
    assert outcome.counts.created == 1
    assert [refused.place for refused in outcome.refused] == ["line 7"]


async def test_references_by_urn_uuid_inside_a_bundle_become_references_to_ids(
    client: httpx.AsyncClient, postgres_url: str
) -> None:
    urn = "urn:uuid:8c1f7a4e-3a53-4a0c-9b0e-0d8f4f9d2a11"
    nameless = {key: value for key, value in PATIENT.items() if key != "id"}
    observation = {**deepcopy(OBSERVATION), "subject": {"reference": urn}}
    await loaded(postgres_url, bundle({"fullUrl": urn, "resource": nameless}, {"resource": observation}))
    read = (await client.get("Observation/o1")).json()
    assert read["subject"]["reference"] == "Patient/" + urn.removeprefix("urn:uuid:")
    found = await client.get("Observation", params={"patient": urn.removeprefix("urn:uuid:")})
    assert len(found.json()["entry"]) == 1


async def test_an_unsound_entry_of_a_bundle_is_refused_and_the_others_go_on(
    client: httpx.AsyncClient, postgres_url: str
) -> None:
    outcome = await loaded(postgres_url, bundle({"resource": {**PATIENT, "id": "x", "nom": 1}}, {"resource": LOCATION}))
    assert [refused.place for refused in outcome.refused] == ["entry[0]"]
    assert (await client.get("Location/l1")).status_code == 200


async def test_a_duplicate_key_refuses_its_bundle(postgres_url: str, engine: Engine) -> None:
    data = (
        b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Location","id":"a","id":"b"}}]}'
    )
    outcome = await loaded(postgres_url, Document("b.json", "json", data, len(data)))
    assert outcome.counts.created == 0
    assert len(outcome.refused) == 1


async def test_a_history_bundle_is_loaded_from_its_oldest_version(client: httpx.AsyncClient, postgres_url: str) -> None:
    newest = {**PATIENT, "gender": "female"}
    request = {"method": "PUT", "url": "Patient/p1"}
    entries = [{"resource": resource, "request": request} for resource in (newest, PATIENT)]
    await loaded(postgres_url, bundle(*entries, type_="history"))
    assert (await client.get("Patient/p1")).json()["gender"] == "female"


async def test_a_document_bundle_is_kept_whole(postgres_url: str, engine: Engine) -> None:
    content = {"resource": PATIENT, "fullUrl": "http://x.example/Patient/p1"}
    outcome = await loaded(postgres_url, bundle(content, type_="document"))
    stored = await engine.database.pool.fetch("SELECT type FROM version")
    assert {row["type"] for row in stored} <= {"Bundle"}
    assert outcome.counts.created + len(outcome.refused) == 1


async def test_a_resource_without_id_is_found_again_by_a_second_load(engine: Engine, postgres_url: str) -> None:
    nameless = {key: value for key, value in PATIENT.items() if key != "id"}
    await loaded(postgres_url, document(nameless, nameless))
    again = await loaded(postgres_url, document(nameless, nameless))
    assert again.counts.unchanged == 2
    assert await engine.database.pool.fetchval("SELECT count(DISTINCT id) FROM version") == 2


async def test_xml_is_loaded(client: httpx.AsyncClient, postgres_url: str) -> None:
    data = b'<Patient xmlns="http://hl7.org/fhir"><id value="x1"/><gender value="male"/></Patient>'
    await loaded(postgres_url, Document("x.xml", "xml", data, len(data)))
    assert (await client.get("Patient/x1")).json()["gender"] == "male"


async def test_a_chunk_that_is_marked_is_passed_over(engine: Engine, postgres_url: str) -> None:
    worker = await opened(postgres_url)
    chunk = Chunk.of([document(*RESOURCES)])
    assert (await worker.load(chunk)).counts.created == 3
    assert (await worker.load(chunk)).counts == loading.Counts()
    await worker.connection.execute("DELETE FROM loaded")
    await worker.connection.close()


async def test_workers_that_load_the_same_resources_at_once_make_consecutive_versions(
    engine: Engine, postgres_url: str
) -> None:
    workers = [await opened(postgres_url) for _ in range(3)]
    patients = [{**PATIENT, "id": f"p{number}"} for number in range(50)]

    async def all_chunks(worker_number: int) -> None:
        for turn in range(4):
            mark = {"system": "https://x.example", "value": f"{worker_number}-{turn}"}
            marked = [{**patient, "identifier": [mark]} for patient in patients]
            if turn % 2:
                marked.reverse()
            await workers[worker_number].load(Chunk.of([document(*marked)]))

    await asyncio.gather(*map(all_chunks, range(3)))
    await workers[0].connection.execute("DELETE FROM loaded")
    for worker in workers:
        await worker.connection.close()
    rows = await engine.database.pool.fetch(
        "SELECT count(*) AS versions, max(version) AS last, count(*) FILTER (WHERE ended IS NULL) AS current FROM version GROUP BY ref"
    )
    assert {(row["versions"], row["last"], row["current"]) for row in rows} == {(12, 12, 1)}


async def _definitions(engine: Engine) -> set[str]:
    rows = await engine.database.pool.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return {row["indexdef"] for row in rows}


async def test_a_load_into_an_empty_store_leaves_every_index_and_nothing_else_behind(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str, tmp_path: Path
) -> None:
    before = await _definitions(engine)
    written(tmp_path / "in", *RESOURCES)
    with Progress("load") as progress:
        report = await load(Terms(postgres_url, BASE_URL), [tmp_path / "in"], progress=progress)
    assert (report.created, report.refused) == (3, 0)
    assert await _definitions(engine) == before
    assert not await engine.database.pool.fetchval("SELECT count(*) FROM loaded")
    assert len((await client.get("Patient", params={"name": "zoe"})).json()["entry"]) == 1


async def test_indexes_that_a_killed_load_left_out_can_be_made_by_another(engine: Engine, postgres_url: str) -> None:
    before = await _definitions(engine)
    async with engine.database.pool.acquire() as connection:
        assert await indexes.drop(connection)
        await loaded(postgres_url, document(*RESOURCES))
        assert await indexes.drop(connection), "a store without its indexes stays so until they are made"
        missing = await indexes.missing(connection)
    assert await indexes.make(postgres_url) == len(missing) > 5
    assert await _definitions(engine) == before


async def test_a_store_with_content_keeps_its_indexes_while_it_is_loaded(engine: Engine, postgres_url: str) -> None:
    await loaded(postgres_url, document(PATIENT))
    async with engine.database.pool.acquire() as connection:
        assert not await indexes.drop(connection)
        assert await indexes.missing(connection) == {}


@pytest.mark.slow
@pytest.mark.crash
async def test_a_killed_load_goes_on_where_it_stopped_without_duplicates(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str, tmp_path: Path
) -> None:
    number = 6_000
    padding = {"extension": [{"url": "http://x.example/padding", "valueString": "y" * 2_000}]}
    patients = [{**PATIENT, **padding, "id": f"k{index}"} for index in range(number)]
    for patient in patients[::7]:
        del patient["id"]
    file = written(tmp_path / "in", *patients)
    command = [sys.executable, "-m", "seve.main.cli", "load", str(file)]
    environment = {**os.environ, "SEVE_DATABASE_URL": postgres_url, "SEVE_DATA": str(tmp_path)}
    first = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while not await engine.database.pool.fetchval("SELECT count(*) FROM loaded"):
        assert first.poll() is None, first.stdout and first.stdout.read()
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    first.kill()
    first.communicate()
    assert await engine.database.pool.fetchval("SELECT count(*) FROM version") < number
    second = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 0, second.stdout + second.stderr
    assert "earlier run" in second.stdout
    assert await engine.database.pool.fetchval("SELECT count(*) FROM version") == number
    assert await engine.database.pool.fetchval("SELECT count(DISTINCT ref) FROM version") == number
    assert (await client.get("Patient", params={"name": "zoe", "_summary": "count"})).json()["total"] == number
