"""In whose name a task works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.engine.access import background_grant

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant
    from seve.store.tasks import Task


def background(engine: Engine, task: Task) -> Grant:
    """The grant of who asked for a task, as it is now."""
    return background_grant(task.owner, task.origin, engine.parameters, base_url=engine.base_url)
