"""Jobs as rows: put into the queue with what they are about, and looked at. Who works on them is `seve.jobs`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool

State: TypeAlias = Literal["todo", "doing", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """A job as operators see it: not its payload. `reason` is that of its last failure."""

    id: int
    name: str
    queue: str
    attempts: int
    due: datetime | None
    lock: str
    changed: datetime | None
    reason: str


async def enqueue(
    connection: Connection,
    name: str,
    payload: bytes,
    *,
    queue: str = "default",
    lock: str = "",
    wait_seconds: float = 0.0,
) -> int:
    """Puts a job into the queue in the connection's transaction; its number. `payload` is a JSON object; jobs of one `lock` are
    worked on one after the other.
    """
    arguments = (queue, name, lock or None, None, payload.decode(), wait_seconds)
    number: int = await connection.fetchval(statements("job")["enqueue"], *arguments)
    return number


async def counts(pool: Pool) -> dict[str, int]:
    """How many there are of each state."""
    return {row["status"]: row["number"] for row in await pool.fetch(statements("job")["counts"])}


async def of_state(pool: Pool, state: State, *, limit: int) -> list[Row]:
    """Those of a state, the latest first."""
    rows = await pool.fetch(statements("job")["of_status"], state, limit)
    return [
        Row(
            row["id"],
            row["task_name"],
            row["queue_name"],
            row["attempts"],
            row["scheduled_at"],
            row["lock"],
            row["changed"],
            row["reason"],
        )
        for row in rows
    ]


async def last_runs(pool: Pool) -> dict[str, int]:
    """When jobs with a schedule were last put into the queue, in seconds since 1970."""
    return {row["task_name"]: row["at"] for row in await pool.fetch(statements("job")["scheduled"])}


async def fail(pool: Pool, id_: int, *, reason: str) -> None:
    """Notes why a job failed."""
    await pool.execute(statements("job")["fail"], id_, reason)


async def retry(connection: Connection, id_: int) -> bool:
    """Has a job that failed for good worked on again; False when there is none."""
    return await connection.fetchval(statements("job")["retry"], id_) is not None


async def discard(connection: Connection, id_: int) -> bool:
    """Forgets a job that waits or failed; False when there is none."""
    return await connection.fetchval(statements("job")["discard"], id_) is not None


async def keep_slip(connection: Connection, id_: str, sealed: bytes) -> None:
    """Keeps what a job needs and may not show, in the connection's transaction."""
    await connection.execute(statements("job")["keep_slip"], id_, sealed)


async def slip(pool: Pool, id_: str) -> bytes | None:
    """What was kept; None once it is torn."""
    found: bytes | None = await pool.fetchval(statements("job")["slip"], id_)
    return found


async def tear_slip(pool: Pool, id_: str) -> None:
    """Removes it."""
    await pool.execute(statements("job")["tear_slip"], id_)
