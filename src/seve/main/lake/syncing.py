"""A lake brought up to the store, window by window; each commits, so that a killed sync goes on after its last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seve.lake.tables.documents import Lake, Row
from seve.lake.tables.state import Followed
from seve.store import feeding
from seve.store.feeding import Change, Mark

if TYPE_CHECKING:
    from seve.main.progress import Progress
    from seve.store.database import Connection

_WINDOW = 20_000


@dataclass(slots=True)
class Synced:
    """What a sync did: documents and deletions added, versions that were removed for good, dead rows that were tidied away."""

    resources: int = 0
    removed: int = 0
    tidied: int = 0

    def __str__(self) -> str:
        parts = [f"{self.resources:,} versions added"]
        parts += [f"{self.removed:,} removed for good"] if self.removed else []
        parts += [f"{self.tidied:,} replaced ones tidied away"] if self.tidied else []
        return ", ".join(parts)


async def sync(connection: Connection, url: str, *, progress: Progress, window: int = _WINDOW) -> Synced:
    """Brings a lake up to the store, `window` versions a commit. Raises LakeRefusal, asyncpg.PostgresError; the same call then
    goes on.
    """
    lake = Lake.begin(url, token=await feeding.token(connection))
    since = _mark(lake.state.followed)
    until = await feeding.horizon(connection, since)
    progress.begin(await feeding.count(connection, since, until))
    done = Synced(removed=lake.remove(await feeding.removals(connection, since, until)))
    rows = _rows(await feeding.late(connection, since, until))
    after = since.cursor
    while last := await feeding.window(connection, after=after, until=until, size=window):
        rows += _rows(await feeding.changes(connection, after=after, last=last, until=until))
        _add(lake, rows, replace(until, cursor=last), is_complete=False)
        done.resources += len(rows)
        progress.advance(window, done)
        after, rows = last, []
    if rows or after != since.cursor or not lake.state.is_complete:
        _add(lake, rows, until, is_complete=True)
        done.resources += len(rows)
    done.tidied = lake.tidy()
    return done


def _add(lake: Lake, rows: Sequence[Row], until: Mark, *, is_complete: bool) -> None:
    followed = Followed(until.cursor, until.barrier, until.late_from)
    lake.add(rows, replace(lake.state, followed=followed, is_complete=is_complete))


def _mark(followed: Followed) -> Mark:
    return Mark(followed.cursor, followed.barrier, followed.late_from)


def _rows(changes: Sequence[Change]) -> list[Row]:
    return [Row(c.type, c.id, c.version, c.patient, c.vid, c.body, c.follows) for c in changes]
