"""Jobs: in the transaction of what they are about, tried again, one after the other for a key, dead letters with their reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from seve.engine.engine import Engine
from seve.engine.refusals import TooCostly
from seve.jobs.declaring import Job
from seve.jobs.working import work_off, working
from seve.store import jobs


class Note(msgspec.Struct):
    """What the test's jobs are about."""

    text: str = ""


def declared(work: Callable[[Engine, Note], Awaitable[None]], **more: object) -> Job[Note]:
    return Job("test.note", Note, work, first_wait_seconds=0.0, **more)  # type: ignore[arg-type] # each test gives what it is about


async def put(engine: Engine, job: Job[Note], *texts: str) -> None:
    async with engine.database.transaction() as connection:
        for text in texts:
            await job.enqueue(connection, Note(text))


async def test_a_job_is_done_once_what_it_is_about_is_committed(engine: Engine, postgres_url: str) -> None:
    done: list[str] = []

    async def work(_: Engine, note: Note) -> None:
        done.append(note.text)

    job = declared(work)
    await put(engine, job, "bonjour")
    await work_off(engine, postgres_url, [job])
    assert done == ["bonjour"]
    assert await jobs.counts(engine.database.pool) == {}


async def test_a_transaction_that_is_rolled_back_leaves_no_job(engine: Engine) -> None:
    async def work(_: Engine, note: Note) -> None:
        del note

    async def broken() -> None:
        async with engine.database.transaction() as connection:
            await declared(work).enqueue(connection, Note("rien"))
            raise TooCostly(limit=1)

    with pytest.raises(TooCostly):
        await broken()
    assert await jobs.counts(engine.database.pool) == {}


async def test_a_job_that_fails_is_tried_again_then_kept_with_its_reason(
    engine: Engine, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    tried = 0

    async def work(_: Engine, note: Note) -> None:
        nonlocal tried
        tried += 1
        raise ValueError(note.text)

    job = declared(work, attempts=3)
    await put(engine, job, "Mme Durand")
    while tried < 3:
        await work_off(engine, postgres_url, [job])
    [dead] = await jobs.of_state(engine.database.pool, "failed", limit=10)
    assert tried == 3
    assert dead.reason.startswith("ValueError, incident ")
    assert "Durand" not in dead.reason
    async with engine.database.transaction() as connection:
        assert await jobs.retry(connection, dead.id)
    while tried < 6:
        await work_off(engine, postgres_url, [job])
    assert "Durand" not in caplog.text
    async with engine.database.transaction() as connection:
        assert await jobs.discard(connection, dead.id)
        assert not await jobs.discard(connection, dead.id)
    assert await engine.database.pool.fetchval("SELECT count(*) FROM job_failure") == 0


async def test_what_is_refused_for_good_is_not_tried_again(engine: Engine, postgres_url: str) -> None:
    tried = 0

    async def work(_: Engine, note: Note) -> None:
        nonlocal tried
        del note
        tried += 1
        raise TooCostly(limit=7)

    job = declared(work)
    await put(engine, job, "")
    await work_off(engine, postgres_url, [job])
    [dead] = await jobs.of_state(engine.database.pool, "failed", limit=10)
    assert (tried, "7" in dead.reason) == (1, True)


async def test_jobs_of_one_key_are_worked_on_one_after_the_other(engine: Engine, postgres_url: str) -> None:
    under_way, most, done = 0, 0, list[str]()

    async def work(_: Engine, note: Note) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        done.append(note.text)
        under_way -= 1

    job = declared(work, lock=lambda _: "one")
    await put(engine, job, *"abcde")
    while len(done) < 5:
        await work_off(engine, postgres_url, [job])
    assert (most, "".join(done)) == (1, "abcde")


async def test_a_worker_is_woken_by_the_commit(engine: Engine, postgres_url: str) -> None:
    done, seen = list[str](), asyncio.Event()

    async def work(_: Engine, note: Note) -> None:
        done.append(note.text)
        seen.set()

    job = declared(work)
    async with working(engine, postgres_url, [job]):
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await put(engine, job, "vite")
        await asyncio.wait_for(seen.wait(), 10)
    assert done == ["vite"]
    assert time.monotonic() - began < 4  # the fallback asks every five seconds


async def test_a_job_with_a_schedule_is_put_into_the_queue_by_the_worker(engine: Engine, postgres_url: str) -> None:
    seen = asyncio.Event()

    async def work(_: Engine, note: Note) -> None:
        assert note == Note()
        seen.set()

    async with working(engine, postgres_url, [declared(work, schedule="* * * * * *")]):  # the sixth place: each second
        await asyncio.wait_for(seen.wait(), 15)
    assert "test.note" in await jobs.last_runs(engine.database.pool)


async def test_who_works_off_the_queue_keeps_no_schedule(engine: Engine, postgres_url: str) -> None:
    async def work(_: Engine, note: Note) -> None:
        del note

    await work_off(engine, postgres_url, [declared(work, schedule="* * * * *")])  # due within the last minute, always
    assert await jobs.counts(engine.database.pool) == {}
    assert await jobs.last_runs(engine.database.pool) == {}
