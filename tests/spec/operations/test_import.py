"""$import (SMART Bulk Data Import), from a server of files on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from tests.spec.operations.conftest import ASYNC, Bulk

from seve.engine.engine import Engine
from seve.engine.tasks.runner import Runner


class Files(ThreadingHTTPServer):
    """Serves `content` by path, as its handler says."""

    content: dict[str, bytes]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Files)
        body = self.server.content.get(self.path)
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/patients")
            body = b""
        else:
            self.send_response(404 if body is None else 200)
        if self.path == "/closing":  # as a server of HTTP/1.0 does
            self.send_header("Connection", "close")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (body or b"")[:7], (body or b"")[7:]:
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def files() -> Iterator[Files]:
    server = Files(("127.0.0.1", 0), Handler)
    server.content = {}
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def base(files: Files, engine: Engine) -> Iterator[str]:
    engine.import_hosts = frozenset({"127.0.0.1"})
    yield f"http://127.0.0.1:{files.server_address[1]}"
    engine.import_hosts = frozenset()


def ndjson(*resources: Any) -> bytes:
    return b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in resources) + b"\n"


def asked(*inputs: tuple[str, str], format_: str = "application/fhir+ndjson", storage: str = "https") -> dict[str, Any]:
    parts = [
        {"name": "input", "part": [{"name": "type", "valueCode": t}, {"name": "url", "valueUrl": u}]} for t, u in inputs
    ]
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "inputFormat", "valueCode": format_},
            {"name": "inputSource", "valueUri": "https://other.example"},
            {"name": "storageDetail", "part": [{"name": "type", "valueCode": storage}]},
            *parts,
        ],
    }


async def test_resources_are_read_checked_and_written_and_what_is_wrong_is_told_line_by_line(
    base: str, files: Files, bulk: Bulk, client: httpx.AsyncClient
) -> None:
    good = {"resourceType": "Patient", "id": "a", "gender": "female"}
    without_id = {"resourceType": "Patient", "name": [{"family": "Sans"}]}
    wrong = {"resourceType": "Patient", "id": "b", "gender": "nobody knows"}
    other = {"resourceType": "Basic", "id": "x", "code": {"text": "x"}}
    files.content["/patients"] = ndjson(good, b"{broken", without_id, b"", wrong, other)
    observed = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"}}
    files.content["/observations"] = ndjson({**observed, "subject": {"reference": "Patient/a"}})
    manifest = await bulk.run(
        "$import", asked(("Patient", f"{base}/patients"), ("Observation", f"{base}/observations"))
    )
    assert [(o["type"], o["count"]) for o in manifest["output"]] == [("Patient", 2), ("Observation", 1)]
    outcomes = await bulk.lines(manifest["error"])
    assert [error["inputUrl"] for error in manifest["error"]] == [f"{base}/patients"]
    assert [o["issue"][0]["location"] for o in outcomes] == [["line 2"], ["line 4"], ["line 5"]]
    assert (await client.get("Patient/a")).json()["gender"] == "female"
    assert (await client.get("Patient?name=sans")).json()["total"] == 1
    assert (await client.get("Patient/b")).status_code == 404
    assert (await client.get("Observation?patient=a")).json()["total"] == 1


async def test_a_server_that_ends_the_connection_itself_is_read_to_the_end(base: str, files: Files, bulk: Bulk) -> None:
    files.content["/closing"] = ndjson(*({"resourceType": "Patient", "id": f"p{i}"} for i in range(5)))
    manifest = await bulk.run("$import", asked(("Patient", f"{base}/closing")))
    assert [o["count"] for o in manifest["output"]] == [5]
    assert manifest["error"] == []


async def test_what_is_there_already_stays_at_its_version(
    base: str, files: Files, bulk: Bulk, client: httpx.AsyncClient
) -> None:
    files.content["/patients"] = ndjson({"resourceType": "Patient", "id": "a", "gender": "female"})
    for _ in range(2):
        await bulk.run("$import", asked(("Patient", f"{base}/patients")))
    assert (await client.get("Patient/a")).json()["meta"]["versionId"] == "1"
    files.content["/patients"] = ndjson({"resourceType": "Patient", "id": "a", "gender": "male"})
    await bulk.run("$import", asked(("Patient", f"{base}/patients")))
    assert (await client.get("Patient/a")).json()["meta"]["versionId"] == "2"


async def test_a_file_that_cannot_be_read_is_told_and_the_others_are_imported(
    base: str, files: Files, bulk: Bulk
) -> None:
    files.content["/patients"] = ndjson({"resourceType": "Patient", "id": "a"})
    sources = (("Patient", f"{base}/none"), ("Patient", f"{base}/elsewhere"), ("Patient", f"{base}/patients"))
    manifest = await bulk.run("$import", asked(*sources, ("Patient", "http://127.0.0.1:1/closed")))
    assert [o["count"] for o in manifest["output"]] == [1]
    outcomes = await bulk.lines(manifest["error"])
    assert [o["issue"][0]["diagnostics"] for o in outcomes] == ["engine.tasks.source_unreadable"] * 3


async def test_no_host_may_be_read_unless_the_administrator_names_it(client: httpx.AsyncClient, engine: Engine) -> None:
    answer = await client.post("$import", json=asked(("Patient", "https://example.org/p")), headers=ASYNC)
    assert answer.status_code == 403
    assert "SEVE_IMPORT_HOSTS" in answer.json()["issue"][0]["details"]["text"]
    assert await engine.database.pool.fetchval("SELECT count(*) FROM task") == 0


@pytest.mark.parametrize(
    ("url", "allowed", "status"),
    [
        ("http://example.org/p", "example.org", 400),
        ("ftp://example.org/p", "example.org", 400),
        ("file:///etc/passwd", "example.org", 403),
        ("https://user@evil.example@example.org:444/p", "example.org:443", 403),
        ("https://169.254.169.254/p", "example.org", 403),
        ("https://[::1/p", "example.org", 400),
        ("http://10.0.0.1/p", "10.0.0.1", 400),
    ],
)
async def test_only_https_of_allowed_hosts_is_a_source(
    client: httpx.AsyncClient, engine: Engine, url: str, allowed: str, status: int
) -> None:
    engine.import_hosts = frozenset({allowed})
    try:
        assert (await client.post("$import", json=asked(("Patient", url)), headers=ASYNC)).status_code == status
    finally:
        engine.import_hosts = frozenset()


async def test_an_allowed_name_that_leads_into_a_private_network_is_refused(bulk: Bulk, engine: Engine) -> None:
    engine.import_hosts = frozenset({"localhost"})
    try:
        manifest = await bulk.run("$import", asked(("Patient", "https://localhost:1/p")))
    finally:
        engine.import_hosts = frozenset()
    [told] = await bulk.lines(manifest["error"])
    assert told["issue"][0]["diagnostics"] == "engine.tasks.address_not_allowed"


async def test_an_import_is_asynchronous_by_post_of_ndjson(base: str, client: httpx.AsyncClient) -> None:
    body = asked(("Patient", f"{base}/p"))
    answer = await client.post("$import", json=body)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["diagnostics"] == "engine.tasks.asynchronous_only"
    assert (await client.get("$import", headers=ASYNC)).status_code == 405
    for wrong in (
        asked(("Patient", f"{base}/p"), format_="text/csv"),
        asked(("Patient", f"{base}/p"), storage="aws-s3"),
        asked(),
    ):
        assert (await client.post("$import", json=wrong, headers=ASYNC)).status_code == 400
    assert (await client.post("$import", json=asked(("Patent", f"{base}/p")), headers=ASYNC)).status_code == 404


async def test_a_killed_import_goes_on_where_it_was(
    base: str, files: Files, client: httpx.AsyncClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seve.engine.tasks.importing._BATCH", 5)
    named = [{"resourceType": "Patient", "id": f"p{i}", "active": True} for i in range(100)]
    nameless = [{"resourceType": "Patient", "active": False} for _ in range(100)]
    files.content["/patients"] = ndjson(*(r for pair in zip(named, nameless, strict=True) for r in pair))
    bulk = Bulk(client)
    place = await bulk.start("$import", asked(("Patient", f"{base}/patients")))
    killed = asyncio.create_task(Runner(engine).step())
    while await engine.database.pool.fetchval("SELECT count(*) FROM version") < 20:
        await asyncio.sleep(0)
    killed.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await killed
    assert (await client.get(place)).status_code == 202
    assert await Runner(engine).step()
    manifest = await bulk.done(place)
    assert [o["count"] for o in manifest["output"]] == [200]
    counts = await engine.database.pool.fetchrow("SELECT count(*), max(version) FROM version")
    assert tuple(counts) == (200, 1)
