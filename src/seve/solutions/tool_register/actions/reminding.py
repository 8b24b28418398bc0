"""What runs out: a maker is told once, thirty days before a proof or the yearly check of a published tool ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import msgspec

from seve.sdk import Changed, Chores, Job, NotFound, wording
from seve.solutions.tool_register.model.tools import Tool, entry
from seve.solutions.tool_register.queries.declarations import declaration
from seve.solutions.tool_register.queries.entries import every_entry

BEFORE: Final = timedelta(days=30)


class Nothing(msgspec.Struct, frozen=True):
    """It looks at the whole register."""


async def remind(chores: Chores, _: Nothing) -> None:
    """Tells of each day that is thirty days away or nearer, and notes in the entry that it was told."""
    today = chores.now.astimezone(wording.ZONE).date()
    for tool in await every_entry(chores.records):
        if tool.state == "published" and (days := _coming(tool, today)):
            await _remind(chores, tool, days)


async def _remind(chores: Chores, tool: Tool, days: tuple[str, ...]) -> None:
    """The note first, from the version that was read: of two that are at work at once, one tells."""
    try:
        requester = (await declaration(chores.records, tool.declaration)).requester
        if requester:
            await chores.records.update(entry(replace(tool, told=(*tool.told, *days))))
            await chores.notify_practice(requester, "tool_ending", day=date.fromisoformat(days[0]))
    except (NotFound, Changed):  # it has no maker's account, or was just written: the next round looks again
        return


def _coming(tool: Tool, today: date) -> tuple[str, ...]:
    end = (today + BEFORE).isoformat()
    return tuple(one for one in tool.ends() if today.isoformat() <= one <= end and one not in tool.told)


REMIND: Final = Job("remind", Nothing, remind, schedule="15 6 * * *")
