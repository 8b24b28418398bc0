"""Workers: one at most in each server process, bounded; and `seve jobs work`, which is nothing but one.

A worker that was killed leaves its jobs to others, which take them up when it has been silent for a while.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as QueuedJob

from seve.kernel.cancelling import pause
from seve.kernel.refusals import Refusal
from seve.store import jobs

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.jobs.declaring import Job

_CONNECTIONS = 3
_AT_ONCE = 4
_SILENT_SECONDS = 30.0
_LOOK_SECONDS = 10.0
_STOP_SECONDS = 5.0
_LOG = logging.getLogger("seve.jobs")


@asynccontextmanager
async def working(engine: Engine, url: str, declared: Sequence[Job[Any]]) -> AsyncGenerator[None]:
    """Jobs are worked on within."""
    async with app_of(engine, url, declared, keeps_schedules=True).open_async() as app:
        running = [asyncio.create_task(_work(app)), asyncio.create_task(_take_over(app))]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            for task in running:
                with suppress(asyncio.CancelledError):
                    await task


async def work_off(engine: Engine, url: str, declared: Sequence[Job[Any]]) -> None:
    """Works on what is in the queue and due, and returns when nothing is. Schedules are kept by `working` alone."""
    async with app_of(engine, url, declared, keeps_schedules=False).open_async() as app:
        await app.run_worker_async(
            wait=False, install_signal_handlers=False, delete_jobs="successful", concurrency=_AT_ONCE
        )


def app_of(engine: Engine, url: str, declared: Sequence[Job[Any]], *, keeps_schedules: bool) -> App:
    """Procrastinate's view of the declared jobs."""
    options = "-c search_path=jobs -c application_name=seve-jobs"
    connector = PsycopgConnector(conninfo=url, kwargs={"options": options}, min_size=1, max_size=_CONNECTIONS)
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it logs payloads and the messages of exceptions
    app = App(connector=connector)
    for job in declared:
        task = app.task(name=job.name, queue=job.queue, pass_context=True, retry=_Waits(job))(_run(engine, job))
        if keeps_schedules and job.schedule:
            app.periodic(cron=job.schedule)(task)
    return app


class _Waits(BaseRetryStrategy):
    """Procrastinate's question of when to try again, answered by the job."""

    def __init__(self, job: Job[Any]) -> None:
        self._job = job

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        """None: it has failed for good, and stays to be looked at. So does what was refused for a reason that stays."""
        wait = self._job.wait_seconds(job.attempts + 1)
        if wait is None or (isinstance(exception, Refusal) and exception.status < 500):
            return None
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=wait))


def _run(engine: Engine, job: Job[Any]) -> Callable[..., Awaitable[None]]:
    async def run(context: JobContext, **content: Any) -> None:
        content.pop("timestamp", None)  # of a schedule
        try:
            await job.work(engine, msgspec.convert(content, job.payload))
        except Exception as error:
            number = context.job.id
            if number is not None:
                await jobs.fail(engine.database.pool, number, reason=_reason(error))
            raise

    return run


def _reason(error: Exception) -> str:
    """A refusal's sentence; of anything else where it happened goes to the log, without its message, which may quote a person's
    data, and its incident's number here.
    """
    if isinstance(error, Refusal):
        return str(error)
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{f.filename.rpartition('/seve/')[2]}:{f.lineno} {f.name}" for f in reversed(frames))
    _LOG.error("incident %s: %s at %s", incident, type(error).__name__, place)
    return f"{type(error).__name__}, incident {incident}"


async def _work(app: App) -> None:
    """Until it is cancelled; a database that can't be reached is tried again."""
    while True:
        try:
            await app.run_worker_async(
                install_signal_handlers=False,
                delete_jobs="successful",
                concurrency=_AT_ONCE,
                shutdown_graceful_timeout=_STOP_SECONDS,
            )
        except Exception as error:  # noqa: BLE001 - the worker outlives whatever befalls it; it is logged
            _LOG.error("worker: %s", type(error).__name__)
        await pause(_LOOK_SECONDS)


async def _take_over(app: App) -> None:
    """Gives jobs of silent workers back to the queue."""
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_SECONDS):
                await app.job_manager.retry_job(job)
        except Exception as error:  # noqa: BLE001 - as above
            _LOG.error("stalled jobs: %s", type(error).__name__)
        await pause(_LOOK_SECONDS)
