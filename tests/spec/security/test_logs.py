"""A canary patient lives through a varied load on a real server with access control: the canary is in no log."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from seve.engine.identity.tokens import digest, new_token
from seve.store.dumping import connect
from seve.store.embedded import Embedded
from seve.testing.serving import free_port

pytestmark = pytest.mark.xdist_group("wire")

CANARIES = ("Canarizyx", "canarizyx", "285076912345678", "1931-02-17", "s3cr3t-zyx", "Motdepassezyx")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Path, Path]]:
    """The base, the data directory, and the file with everything the server says."""
    with tempfile.TemporaryDirectory(prefix="seve-logs-") as folder:
        data, said, port = Path(folder) / "data", Path(folder) / "said", free_port()
        environment = {**os.environ, "SEVE_PORT": str(port), "SEVE_DATA": str(data), "SEVE_WORKERS": "1"}
        command = [str(Path(sys.executable).parent / "seve"), "serve"]
        with said.open("wb") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
        base = f"http://127.0.0.1:{port}"
        try:
            _wait_for(base)
            yield base, data, said
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _wait_for(base: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"{base}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


async def _enter(data: Path) -> tuple[str, str]:
    """The tokens of an application and of a browser, both of one machine that reaches everybody it registers."""
    connection = await connect(Embedded(data / "postgres").url())
    try:
        await connection.execute("INSERT INTO account (id, name) VALUES ('a', 'a')")
        await connection.execute(
            "INSERT INTO client (id, name, state, method, grant_types, redirect_uris, scopes, purpose, owner) "
            "VALUES ('app', 'app', 'approved', 'none', '{}', '{}', 'user/*.cruds', 'essai', 'essai')"
        )
        tokens = new_token(), new_token()
        for token, client in zip(tokens, ("app", ""), strict=True):
            await connection.execute(
                "INSERT INTO session (token, account, kind, role, person, organization, profession, related, delegated_by, "
                "purpose, client, scopes, patient, csrf, idle_seconds, expires, until) VALUES ($1, 'a', 'machine', "
                "'Device/a', '', 'Organization/a', '', '{}', '', 'TREAT', $2, $3, '', decode(repeat('00', 32), 'hex'), "
                "0, now() + interval '1 hour', now() + interval '1 hour')",
                digest(token),
                client,
                "system/*.cruds" if client else None,
            )
        return tokens
    finally:
        await connection.close()


def _load(base: str, token: str, cookie: str) -> list[int]:
    """Good and bad requests of every kind, each with a canary somewhere in it."""
    canary = CANARIES[0]
    patient = (
        f'{{"resourceType":"Patient","name":[{{"family":"{canary}"}}],"birthDate":"1931-02-17",'
        '"identifier":[{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"285076912345678"}]}'
    )
    mine = {"authorization": f"Bearer {token}", "content-type": "application/fhir+json"}
    api = httpx.Client(base_url=f"{base}/fhir", headers=mine, timeout=30)
    web = httpx.Client(base_url=base, cookies={"seve": cookie}, timeout=30)
    done = [api.post("/Patient", content=patient)]
    place = done[0].headers.get("location", "/Patient/none")
    done += [api.get(place), api.put(place.partition("/_history")[0], content=patient), api.delete(place)]
    done += [
        api.post("/Patient", content=body) for body in (patient[:-9], patient.replace("name", "nom"), f"<{canary}/>")
    ]
    done += [
        api.post("", content=f'{{"resourceType":"Bundle","type":"{t}","entry":[{{"resource":{patient}}}]}}')
        for t in ("batch", "transaction", canary)
    ]
    for path in (
        f"/Patient?name={canary}",
        f"/Patient/{canary}",
        f"/{canary}",
        f"/Patient?_sort={canary}",
        f"/Patient/${canary}",
    ):
        done += [api.request(method, path) for method in ("GET", "POST", "PUT", "PATCH", "DELETE", canary)]
    done += [api.get(f"/Patient?name={canary}%FF"), api.get("/Patient", headers={"accept": canary, "prefer": canary})]
    done += [
        api.get("/Patient", headers={"authorization": f"Bearer {canary}"}),
        api.get("/Patient", headers={"host": f"{canary}.example"}),
    ]
    done += [
        web.get(path)
        for path in (f"/r/Patient?q=name={canary}", f"/r/Patient/{canary}", f"/{canary}", f"/signin?next=/{canary}")
    ]
    origin = {"origin": base}
    login = {"login": canary, "password": "Motdepassezyx", "code": "s3cr3t-zyx"}
    done += [
        web.post(path, data=login, headers=origin)
        for path in ("/signin/password", "/signin/code", "/signin/recover", "/signout")
    ]
    form = {
        "grant_type": "authorization_code",
        "code": "s3cr3t-zyx",
        "client_id": canary,
        "client_secret": "s3cr3t-zyx",
    }
    done += [web.post(f"/oauth/{path}", data=form) for path in ("token", "revoke", "introspect", "authorize")]
    done += [web.post("/oauth/register", content=f'{{"client_name":"{canary}"')]
    api.close()
    web.close()
    return [answer.status_code for answer in done]


def test_no_log_names_a_patient_or_a_secret(server: tuple[str, Path, Path]) -> None:
    base, data, said = server
    token, cookie = asyncio.run(_enter(data))
    statuses = _load(base, token, cookie)
    assert {200, 201, 400, 401, 404, 405, 421} <= set(statuses)
    _break(data, base, token)
    logs = [
        said,
        *(
            file
            for file in data.rglob("*")
            if file.is_file() and ("log" in file.name or file.suffix == ".log") and "pg_wal" not in file.parts
        ),
    ]
    assert said.stat().st_size
    assert len(logs) > 1, "the log of PostgreSQL is looked through, too"
    for file in logs:
        text = file.read_bytes().decode(errors="replace")
        for canary in (*CANARIES, token, cookie):
            assert canary not in text, f"{canary} stands in {file}"


def _break(data: Path, base: str, token: str) -> None:
    """Errors that PostgreSQL tells with the row they are about."""

    async def spoil(sql: str) -> None:
        connection = await connect(Embedded(data / "postgres").url())
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    mine = {"authorization": f"Bearer {token}", "content-type": "application/fhir+json"}
    asyncio.run(spoil("ALTER TABLE version ADD CONSTRAINT no_canary CHECK (body NOT LIKE '%Canarizyx%') NOT VALID"))
    body = '{"resourceType":"Patient","name":[{"family":"Canarizyx"}],"birthDate":"1931-02-17"}'
    answer = httpx.post(f"{base}/fhir/Patient", content=body, headers=mine)
    assert answer.status_code == 500
    assert "Canarizyx" not in answer.text
    asyncio.run(spoil("ALTER TABLE version DROP CONSTRAINT no_canary"))
