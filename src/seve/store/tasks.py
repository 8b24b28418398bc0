"""Long work that clients follow: one row a task, claimed by one server process at a time, with what it gives to download.

An output is a list of `vid`s: versions never change and are never removed, so that nothing is copied out of the record, any
server of a store can give the file, and no second place holds personal data. Only errors are lines of text.

Who works on a task writes with a `Hold`; once the hold is lost (the task was removed, or another took over) each write raises
`HoldLost` and leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool
    from seve.store.grant import Grant

Role: TypeAlias = Literal["output", "deleted", "error"]
DOCUMENTS = 250
"""How many documents, or deletions of one Bundle, are read at a time."""


class HoldLost(Exception):  # noqa: N818 - no error: somebody else goes on, or nobody has to
    """The task was removed, or another process has taken it over."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `request` and `progress` are JSON of the kind's own; `created` is in seconds since 1970."""

    id: str
    kind: str
    owner: str
    origin: str
    state: Literal["queued", "running", "done", "failed"]
    request: dict[str, Any]
    progress: dict[str, Any]
    attempts: int
    created: float


@dataclass(frozen=True, slots=True)
class Output:
    """One part of a file: `vids` of versions, or `lines`. `count` is the number of lines it gives."""

    file: int
    part: int
    role: Role
    type: str
    count: int
    label: str = ""
    vids: Sequence[int] = field(default=())
    lines: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    number: int
    role: Role
    type: str
    label: str
    count: int


async def add(pool: Pool, grant: Grant, *, id_: str, kind: str, request: dict[str, Any]) -> None:
    """A new task that waits for a runner."""
    await pool.execute(statements("task")["add"], id_, kind, grant.holder, grant.origin, json.dumps(request))


async def read(pool: Pool, grant: Grant, id_: str) -> Task | None:
    """A task of this caller's."""
    row = await pool.fetchrow(statements("task")["read"], id_, grant.holder)
    return _task(row) if row else None


async def remove(pool: Pool, grant: Grant, id_: str) -> bool:
    """Forgets a task of this caller's with its outputs; who works on it stops at its next write."""
    return await pool.fetchval(statements("task")["remove"], id_, grant.holder) is not None


async def purge(pool: Pool, *, older_than_seconds: float) -> None:
    """Forgets tasks that ended longer ago than that."""
    await pool.execute(statements("task")["purge"], older_than_seconds)


async def files(pool: Pool, id_: str) -> list[File]:
    """What a task gives to download, in order."""
    rows = await pool.fetch(statements("task")["files"], id_)
    return [File(row["file"], row["role"], row["type"], row["label"], row["count"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of a file: documents or lines as they are stored, or the (type, id) of deleted resources."""

    lines: Sequence[str] = ()
    deleted: Sequence[tuple[str, str]] = ()


async def batches(pool: Pool, id_: str, number: int) -> AsyncIterator[Batch]:
    """A file, a few hundred lines at a time. Ends early when the task is removed meanwhile."""
    after = -1
    while row := await pool.fetchrow(statements("task")["part"], id_, number, after):
        after = row["part"]
        if row["lines"]:
            yield Batch(lines=row["lines"])
        vids: list[int] = row["vids"] or []
        for start in range(0, len(vids), DOCUMENTS):
            yield await _batch(pool, row["role"], vids[start : start + DOCUMENTS])


async def _batch(pool: Pool, role: Role, vids: list[int]) -> Batch:
    if role == "deleted":
        rows = await pool.fetch(statements("task")["identities"], vids)
        return Batch(deleted=[(row["type"], row["id"]) for row in rows])
    return Batch(lines=[row["body"] for row in await pool.fetch(statements("task")["documents"], vids)])


@dataclass(frozen=True, slots=True)
class Hold:
    """A claimed task in the hands of one runner."""

    pool: Pool
    task: Task
    holder: str

    async def advance(self, progress: dict[str, Any], outputs: Sequence[Output] = ()) -> None:
        """Stores outputs and how far the work is, together. Raises HoldLost."""
        async with self.pool.acquire() as connection, connection.transaction():
            text = json.dumps(progress)
            if await connection.fetchval(statements("task")["advance"], self.task.id, self.holder, text) is None:
                raise HoldLost
            for output in outputs:
                await _add_output(connection, self.task.id, output)

    async def beat(self) -> None:
        """Says that the work goes on. Raises HoldLost."""
        if await self.pool.fetchval(statements("task")["beat"], self.task.id, self.holder) is None:
            raise HoldLost

    async def end(self, state: Literal["done", "failed"], progress: dict[str, Any]) -> None:
        """The task is over."""
        await self.pool.execute(statements("task")["end"], self.task.id, self.holder, state, json.dumps(progress))

    async def release(self) -> None:
        """Another runner may go on at once."""
        await self.pool.execute(statements("task")["release"], self.task.id, self.holder)


async def claim(pool: Pool, *, holder: str, lease_seconds: float) -> Hold | None:
    """The oldest task that waits or whose holder has been silent for the time of a lease; None when there is none."""
    row = await pool.fetchrow(statements("task")["claim"], holder, lease_seconds)
    return Hold(pool, _task(row), holder) if row else None


async def _add_output(connection: Connection, id_: str, output: Output) -> None:
    await connection.execute(
        statements("task")["add_output"],
        id_,
        output.file,
        output.part,
        output.role,
        output.type,
        output.label,
        output.count,
        list(output.vids) or None,
        list(output.lines) or None,
    )


def _task(row: asyncpg.Record) -> Task:
    request, progress = json.loads(row["request"]), json.loads(row["progress"])
    return Task(
        row["id"],
        row["kind"],
        row["owner"],
        row["origin"],
        row["state"],
        request,
        progress,
        row["attempts"],
        row["created"],
    )
