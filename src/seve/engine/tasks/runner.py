"""The runner of each server process: claims tasks, works on one at a time, and takes over those whose process was killed.

Work stores its progress with its results; who takes over goes on from there, so that a killed task ends as if it never was.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from seve.engine.rights.archive import run_archive
from seve.engine.rights.proving import run_verification
from seve.engine.tasks.exporting import run_export
from seve.engine.tasks.following import KEPT_SECONDS
from seve.engine.tasks.importing import run_import
from seve.engine.tasks.refusals import GivenUp, WorkBroken, failure
from seve.engine.tasks.viewing import run_view_export
from seve.kernel.cancelling import check_cancelled, is_cancelled, pause
from seve.kernel.refusals import Refusal
from seve.store import tasks
from seve.store.database import is_unavailable
from seve.store.tasks import Hold, HoldLost

if TYPE_CHECKING:
    from seve.engine.engine import Engine

Work: TypeAlias = Callable[["Engine", Hold], Awaitable[dict[str, Any]]]

KINDS: Mapping[str, Work] = {
    "export": run_export,
    "import": run_import,
    "verify": run_verification,
    "archive": run_archive,
    "view-export": run_view_export,
}

_ATTEMPTS = 5
_LOG = logging.getLogger("seve.tasks")


class Runner:
    """Works in the background until it is cancelled; a task it has then is left for another."""

    def __init__(self, engine: Engine, *, lease_seconds: float = 30.0, poll_seconds: float = 1.0) -> None:
        self._engine = engine
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._holder = secrets.token_hex(8)

    async def run(self) -> None:
        """Never returns; a database that can't be reached is tried again."""
        while True:
            check_cancelled()
            try:
                if not await self.step():
                    await tasks.purge(self._engine.database.pool, older_than_seconds=KEPT_SECONDS)
                    await pause(self._poll_seconds)
            except Exception as error:  # noqa: BLE001 - the runner outlives whatever befalls one task; it is logged
                _log(error)
                await pause(self._lease_seconds)

    async def step(self) -> bool:
        """Works on one task; False when none waits."""
        hold = await tasks.claim(self._engine.database.pool, holder=self._holder, lease_seconds=self._lease_seconds)
        if hold is None:
            return False
        work = asyncio.create_task(self._work(hold))
        pulse = asyncio.create_task(self._beat(hold, work))
        try:
            await work
        except asyncio.CancelledError:
            if not is_cancelled():
                return True  # the work was stopped because the task is no longer ours
            await asyncio.wait({work})
            await hold.release()
            raise
        finally:
            pulse.cancel()
        return True

    async def _work(self, hold: Hold) -> None:
        if hold.task.attempts > _ATTEMPTS:
            await hold.end("failed", failure(GivenUp(attempts=_ATTEMPTS)))
            return
        try:
            await hold.end("done", await KINDS[hold.task.kind](self._engine, hold))
        except HoldLost:
            return
        except Refusal as refusal:
            await hold.end("failed", failure(refusal))
        except Exception as error:
            if is_unavailable(error):
                raise
            await hold.end("failed", failure(WorkBroken(incident=_log(error))))

    async def _beat(self, hold: Hold, work: asyncio.Task[None]) -> None:
        """Says that the work goes on; stops it when the task was removed or taken over."""
        while True:
            await asyncio.sleep(self._lease_seconds / 4)
            try:
                await hold.beat()
            except HoldLost:
                work.cancel()
                return
            except Exception as error:
                if not is_unavailable(error):
                    raise


def _log(error: Exception) -> str:
    """Logs where it happened, without the message, which may quote a person's data. Returns the incident's number."""
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(
        f"{frame.filename.rpartition('/seve/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    _LOG.error("incident %s: %s at %s", incident, type(error).__name__, place)
    return incident
