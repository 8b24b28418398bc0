"""Background jobs, for officers: what waits, what runs, what was given up and why; begin again, discard."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.store import jobs
from seve.web.record.room import Room, back

if TYPE_CHECKING:
    from seve.store.jobs import Row, State

_MOST = 100
_STATES: tuple[State, ...] = ("failed", "doing", "todo")


class JobPages:
    """`/desk/jobs`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(self, request: Request) -> Response:
        """Each state with its latest jobs."""
        held = await self._room.enter(request, "officer")
        pool = self._room.engine.database.pool
        rows: dict[State, list[Row]] = {state: await jobs.of_state(pool, state, limit=_MOST) for state in _STATES}
        counts = await jobs.counts(pool)
        runs = {name: datetime.fromtimestamp(at, UTC) for name, at in (await jobs.last_runs(pool)).items()}
        return self._room.render(
            request,
            "jobs.html",
            held=held,
            rows=rows,
            counts={state: counts.get(state, 0) for state in _STATES},
            runs=runs,
            problem="",
        )

    async def change(self, request: Request) -> Response:
        """Has a job begin again, or discards it; it stands in the trail."""
        await self._room.enter(request, "officer")
        held, form = await self._room.pages.sent(request)
        engine, written = self._room.engine, form["job"]
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 19 else 0
        is_retry = form["action"] == "retry"
        async with engine.database.transaction() as connection:
            found = await (jobs.retry if is_retry else jobs.discard)(connection, number)
        trace = self._room.grant(request, held).trace
        if found and trace is not None:
            act = trace.act("job", "U" if is_retry else "D", detail=f'{{"job": {number}}}')
            await engine.ledger.record([act])
        done = ("retried" if is_retry else "discarded") if found else "gone"
        return back("/desk/jobs", done=done)
