"""What a solution hears of: `jobs.py` names it in `EVENTS`. Its work is called for each change of a type, as the platform's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.access import open_grant
from seve.engine.subscriptions.handlers import subscribe
from seve.fhir.subscriptions.notifications import Told
from seve.fhir.subscriptions.topics import TOPICS
from seve.sdk.chores import Chores

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.sdk.manifest import Manifest
    from seve.sdk.solution import Solution


@dataclass(frozen=True, slots=True)
class Event:
    """`topic` is a FHIR type, or the name of a topic that says more (`document-published`). At least once for each change, in order, in
    one of the server's processes, from when the solution first asked, also for what was while no server ran. What raises is
    called again: refusals that stay are the work's own to take.
    """

    topic: str
    work: Callable[[Chores, Told], Awaitable[None]]


async def listen(engine: Engine, solutions: Iterable[Solution]) -> None:
    """Has the events of solutions told in this process. Raises UnknownTopic."""
    for solution in solutions:
        for event in solution.events:
            await _subscribe(engine, event, solution.manifest)


async def _subscribe(engine: Engine, event: Event, manifest: Manifest) -> None:
    async def hear(told: Told) -> None:
        await event.work(Chores(engine, open_grant(), manifest), told)

    await subscribe(engine, f"{TOPICS}{event.topic}", hear, solution=manifest.id)
