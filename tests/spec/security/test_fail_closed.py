"""What is missing, lost or wrong closes doors. Nothing of a patient leaves, and the answer says what to do."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from tests.spec.access.world import actor, consent, observation, purpose

from seve.main.asgi import Application
from seve.store.database import Database

from .conftest import Whole, running

CANARY = "Canari-Zyx"
CLOSED = (401, 403, 404, 500, 503)
WAYS = (
    "/fhir/Patient/ana",
    "/fhir/Observation/secret",
    "/fhir/Observation?subject=Patient/ana",
    "/fhir/Patient/ana/$everything",
    "/fhir/Patient/ana/_history",
    "/fhir/Patient?_has:Observation:subject:code=4548-4",
    "/fhir/Observation?_include=Observation:subject",
    "/fhir/AuditEvent?patient=Patient/ana",
)
PAGES = ("/r/Patient/ana", "/r/Observation?q=subject=Patient/ana", "/r/Observation/secret/_history", "/security", "/")


async def plant(whole: Whole) -> None:
    """Data that a doctor and a patient see when all is well."""
    await whole.world.put(observation("secret", "ana", note=[{"text": CANARY}]))


async def seen(client: httpx.AsyncClient, *paths: str) -> list[httpx.Response]:
    """The answers in which something of the patient stands."""
    answers = [await client.get(path) for path in paths]
    return [answer for answer in answers if CANARY in answer.text or "Durand" in answer.text]


async def check_closed(whole: Whole) -> None:
    """No reader gets anything, whatever the way in, and each answer of the API is a refusal with a sentence."""
    for name in ("doc-app", "app"):
        client = await token_kept(whole, name)
        for path in WAYS:
            answer = await client.get(path)
            assert CANARY not in answer.text
            assert "Durand" not in answer.text
            if answer.status_code == 200:
                bundle = answer.json()
                assert bundle.get("total", 0) == 0
                assert not [e for e in bundle.get("entry", ()) if e["resource"]["resourceType"] != "OperationOutcome"]
            else:
                assert answer.status_code in CLOSED
                assert answer.json()["issue"][0]["details"]["text"]
    browser = KEPT[id(whole), "doc"]
    assert not await seen(browser, *PAGES)


KEPT: dict[tuple[int, str], httpx.AsyncClient] = {}


async def token_kept(whole: Whole, name: str) -> httpx.AsyncClient:
    return KEPT[id(whole), name]


@pytest.fixture(autouse=True)
async def planted(whole: Whole) -> AsyncIterator[None]:
    """Everybody is signed in and sees the canary, before anything breaks."""
    await plant(whole)
    KEPT.clear()
    for name in ("doc-app", "app"):
        client = KEPT[id(whole), name] = await whole.api(name)
        assert await seen(client, *WAYS[:2])
    browser = KEPT[id(whole), "doc"] = await whole.browser("doc")
    assert await seen(browser, "/r/Patient/ana")
    yield
    for name in ("doc-app", "app"):  # and again when it is mended
        answer = await KEPT[id(whole), name].get("/fhir/metadata")
        assert answer.status_code == 200


@asynccontextmanager
async def broken(database: Database, does: str, mends: str) -> AsyncGenerator[None]:
    await database.pool.execute(does)
    try:
        yield
    finally:
        await database.pool.execute(mends)


async def test_without_the_table_of_sessions_nobody_is_anybody(whole: Whole, database: Database) -> None:
    async with broken(database, "ALTER TABLE session RENAME TO away", "ALTER TABLE away RENAME TO session"):
        await check_closed(whole)
    assert await seen(KEPT[id(whole), "doc-app"], *WAYS)


async def test_emptied_sessions_are_no_sessions(whole: Whole, database: Database) -> None:
    """The bug of the field where a purged session meant “all data”."""
    await database.pool.execute("TRUNCATE session CASCADE")
    await check_closed(whole)


async def test_a_session_that_ended_unheard_shows_nothing_even_while_it_is_held(
    whole: Whole, database: Database
) -> None:
    """The listener's connection is cut and the row changed behind its back: each statement asks for itself."""
    await database.pool.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")  # no trigger tells of it
        await connection.execute("UPDATE session SET ended = now()")
    await check_closed(whole)


async def test_without_policies_professionals_see_no_one(whole: Whole, database: Database) -> None:
    await database.pool.execute("DELETE FROM habilitation")
    doctor = KEPT[id(whole), "doc-app"]
    assert not await seen(doctor, *WAYS)
    assert not await seen(KEPT[id(whole), "doc"], *PAGES)
    assert await seen(KEPT[id(whole), "app"], "/fhir/Patient/ana"), "a patient's own record is not a matter of policy"


async def test_without_the_table_of_policies_nothing_is_answered(whole: Whole, database: Database) -> None:
    async with broken(database, "ALTER TABLE habilitation RENAME TO gone", "ALTER TABLE gone RENAME TO habilitation"):
        assert not await seen(KEPT[id(whole), "doc-app"], *WAYS)


async def test_without_the_index_of_reach_nothing_is_answered(whole: Whole, database: Database) -> None:
    async with broken(database, "ALTER TABLE reach RENAME TO gone", "ALTER TABLE gone RENAME TO reach"):
        for name in ("doc-app", "app"):
            assert not await seen(KEPT[id(whole), name], *WAYS)
    await database.pool.execute("TRUNCATE reach")
    assert not await seen(KEPT[id(whole), "doc-app"], *WAYS)


async def test_what_the_trail_does_not_take_is_neither_shown_nor_written(whole: Whole, database: Database) -> None:
    before = await database.pool.fetchval("SELECT count(*) FROM version")
    async with broken(database, "ALTER TABLE audit RENAME TO gone", "ALTER TABLE gone RENAME TO audit"):
        await check_closed(whole)
        doctor = KEPT[id(whole), "doc-app"]
        json_ = {"content-type": "application/fhir+json"}
        body = json.dumps({k: v for k, v in observation("x", "ana").items() if k != "id"})
        assert (await doctor.post("/fhir/Observation", content=body, headers=json_)).status_code in (500, 503)
    assert await database.pool.fetchval("SELECT count(*) FROM version") == before
    assert await seen(KEPT[id(whole), "doc-app"], *WAYS)


async def test_of_reads_that_come_together_none_is_shown_before_its_entry_stands(
    whole: Whole, database: Database
) -> None:
    client = KEPT[id(whole), "doc-app"]
    told = "SELECT count(*) FROM audit WHERE content LIKE '[\"read\"%Observation/secret/_history/1%'"
    before: int = await database.pool.fetchval(told)

    async def read() -> tuple[httpx.Response, int]:
        return await client.get("/fhir/Observation/secret"), await database.pool.fetchval(told)

    answers = [await asyncio.gather(*(read() for _ in range(n))) for n in (1, 2, 40)]
    shown = [stands for part in answers for answer, stands in part if CANARY in answer.text]
    assert len(shown) == 43
    assert all(stands - before >= n for n, stands in enumerate(sorted(shown), start=1))
    assert await database.pool.fetchval(told) - before == 43
    full = "ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (false) NOT VALID"
    async with broken(database, full, "ALTER TABLE audit DROP CONSTRAINT full_disk"):
        answers = [await asyncio.gather(*(read() for _ in range(n))) for n in (1, 40)]
        assert all(answer.status_code in CLOSED for part in answers for answer, _ in part)
        assert not any(CANARY in answer.text for part in answers for answer, _ in part)
    assert CANARY in (await client.get("/fhir/Observation/secret")).text


@asynccontextmanager
async def as_role(whole: Whole, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Whole]:
    """Another server on the same store, whose database user has no more rights than it needs."""
    database = whole.world.engine.database
    await database.pool.execute(
        "DROP OWNED BY modest" if await _exists(database) else "CREATE ROLE modest LOGIN PASSWORD 'modest'"
    )
    await database.pool.execute("GRANT USAGE ON SCHEMA public, jobs TO modest")
    await database.pool.execute("GRANT ALL ON ALL TABLES IN SCHEMA public, jobs TO modest")
    await database.pool.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public, jobs TO modest")
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    monkeypatch.setenv("SEVE_DATABASE_URL", urlunsplit(parts._replace(netloc=f"modest:modest@{place}")))
    app = Application()
    async with running(app):
        yield Whole(app, whole.world, whole.data)


async def _exists(database: Database) -> bool:
    return bool(await database.pool.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'modest'"))


async def test_a_server_that_may_not_insert_into_the_trail_answers_nothing(
    whole: Whole, database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with as_role(whole, postgres_url, monkeypatch) as modest:
        doctor = modest.client(authorization=KEPT[id(whole), "doc-app"].headers["authorization"])
        assert await seen(doctor, *WAYS)
        async with broken(database, "REVOKE INSERT ON audit FROM modest", "GRANT INSERT ON audit TO modest"):
            for path in WAYS[:-1]:  # the last is refused to doctors in any case
                answer = await doctor.get(path)
                assert answer.status_code == 503
                assert "seve doctor" in answer.json()["issue"][0]["details"]["text"]
                assert CANARY not in answer.text
            body = json.dumps({k: v for k, v in observation("x", "ana").items() if k != "id"})
            json_ = {"content-type": "application/fhir+json"}
            before = await database.pool.fetchval("SELECT count(*) FROM version")
            assert (await doctor.post("/fhir/Observation", content=body, headers=json_)).status_code == 503
            assert (await doctor.delete("/fhir/Observation/secret")).status_code == 503
            assert await database.pool.fetchval("SELECT count(*) FROM version") == before
        assert await seen(doctor, *WAYS)


async def test_a_database_that_takes_no_writes_shows_nothing_and_says_so(whole: Whole, database: Database) -> None:
    """As a standby in recovery: reading leaves entries, so that there is no reading either."""
    async with database.pool.acquire() as connection:
        await connection.execute("SET default_transaction_read_only = off")  # this one is to mend it
        name = await connection.fetchval("SELECT current_database()")
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
        await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        try:
            await connection.execute(others, name)
            for reader in ("doc-app", "app"):
                assert not await seen(KEPT[id(whole), reader], *WAYS)
            assert not await seen(KEPT[id(whole), "doc"], *PAGES)
            answer = await KEPT[id(whole), "doc-app"].get("/fhir/Patient/ana")
            assert answer.status_code == 503
            assert "seve doctor" in answer.text
        finally:
            await connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
            await connection.execute(others, name)
    await asyncio.sleep(0.2)
    for _ in range(40):  # connections that were cut are found one by one
        await KEPT[id(whole), "doc-app"].get("/fhir/Patient/ana")
    assert await seen(KEPT[id(whole), "doc-app"], *WAYS)


async def test_a_server_without_its_keys_does_not_start(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Root reads whatever its mode; a file in the place of the directory is refused to root too."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "keys").write_text("")
    monkeypatch.setenv("SEVE_DATA", str(elsewhere))
    with pytest.raises(AssertionError, match=r"lifespan\.startup\.failed"):
        async with running(Application()):
            pass
    assert "keys" in capsys.readouterr().err


async def test_keys_lost_while_serving_lose_no_entry(whole: Whole, database: Database) -> None:
    """What was begun under a key goes on under it; what needs another one is refused. Nothing is shown without an entry."""
    keys = whole.data / "keys"
    shutil.move(keys, whole.data / "away")
    try:
        before = await database.pool.fetchval("SELECT count(*) FROM audit")
        answers = [await KEPT[id(whole), "doc-app"].get(path) for path in WAYS[:4]]
        shown = [a for a in answers if CANARY in a.text or "Durand" in a.text]
        assert await database.pool.fetchval("SELECT count(*) FROM audit") >= before + len(shown)
    finally:
        shutil.move(whole.data / "away", keys)


async def test_an_hour_in_which_the_clock_jumps_opens_nothing_that_is_dated(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forward: what was to end has ended. Sessions go by the clock of the database, and are not opened by ours."""
    at = {"start": "2020-01-01", "end": time.strftime("%Y-%m-%d", time.gmtime(time.time() + 3 * 86_400))}
    opened = consent(
        "until-soon", "ana", type="permit", period=at, actor=[actor("Practitioner/other")], purpose=[purpose("TREAT")]
    )
    await whole.world.put(opened)
    await whole.world.engine.database.pool.execute(
        "UPDATE session SET client = 'app', scopes = 'user/*.cruds' WHERE key = $1",
        whole.world.principals["other"].session,
    )
    other = await whole.api("other")
    assert await seen(other, "/fhir/Patient/ana")
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 10 * 86_400 * 10**9)
    assert not await seen(other, "/fhir/Patient/ana")
    monkeypatch.setattr(time, "time_ns", lambda: real() - 15 * 365 * 86_400 * 10**9)
    assert not await seen(other, "/fhir/Patient/ana")


async def test_a_session_that_ends_by_time_ends_though_our_clock_stands_still(whole: Whole, database: Database) -> None:
    await database.pool.execute("UPDATE session SET expires = now() + interval '300 milliseconds'")
    await asyncio.sleep(0.4)
    await check_closed(whole)
