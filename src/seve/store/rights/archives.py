"""Archives that people asked for: kept with their task, for a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Pool
    from seve.store.grant import Grant
    from seve.store.tasks import Hold


async def keep(hold: Hold, content: bytes) -> None:
    """Keeps the archive of a task, while it is this holder's."""
    await hold.pool.execute(statements("rights")["keep_archive"], hold.task.id, hold.holder, content)


async def fetch(pool: Pool, grant: Grant, id_: str) -> bytes | None:
    """The archive of a task of this caller's; None when there is none, or their session has ended."""
    session = grant.sight.session if grant.sight else None
    content: bytes | None = await pool.fetchval(statements("rights")["archive"], id_, grant.holder, session)
    return content
