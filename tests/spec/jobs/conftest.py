from __future__ import annotations

import pytest_asyncio

from seve.engine.engine import Engine


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def no_jobs(engine: Engine) -> None:
    """An empty queue."""
    await engine.database.pool.execute(
        "TRUNCATE jobs.procrastinate_jobs, jobs.procrastinate_events, jobs.procrastinate_periodic_defers"
    )
