"""The newest task of a kind that somebody asked for: what their page tells the progress of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.store import tasks
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Pool
    from seve.store.grant import Grant
    from seve.store.tasks import Task


async def latest(pool: Pool, grant: Grant, kind: str) -> Task | None:
    """The task; None when there is none."""
    id_: str | None = await pool.fetchval(statements("rights")["latest_task"], grant.holder, kind)
    return await tasks.read(pool, grant, id_) if id_ else None
