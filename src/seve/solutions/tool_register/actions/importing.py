"""The desk takes in a list: each line becomes a declaration that waits to be checked, under the name of a maker that has no account yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from seve.sdk import Change, Records
from seve.solutions.tool_register.actions.refusals import NotNow
from seve.solutions.tool_register.model.declarations import Declaration, task_of
from seve.solutions.tool_register.model.listing import Line


async def take_in(desk: Records, lines: Sequence[Line], *, now: datetime) -> int:
    """All lines or none; how many. Raises NotNow while a line has a problem."""
    if any(line.problems for line in lines):
        raise NotNow
    changes = [Change("POST", task_of(Declaration("", "", "requested", line.tool), now=now)) for line in lines]
    await desk.transaction(changes)
    return len(changes)
