"""Ending what goes on until it is cancelled. What it awaits may not pass on the exception that says so: connecting may swallow it
(asyncio.wait_for, Python 3.11), a job worker takes it for a request to stop and returns, and its driver may make another error of it.
"""

from __future__ import annotations

import asyncio


def is_cancelled() -> bool:
    """Whether this task was told to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def check_cancelled() -> None:
    """Raises CancelledError in a task that was told to end."""
    if is_cancelled():
        raise asyncio.CancelledError


async def pause(seconds: float) -> None:
    """Sleeps. Raises CancelledError at once in a task that was told to end before."""
    check_cancelled()
    await asyncio.sleep(seconds)
