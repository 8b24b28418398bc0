"""Work in the background: lists of insured people, and opening what is due, each morning."""

from __future__ import annotations

from msgspec import Struct

from seve.sdk import Chores, Job
from seve.solutions.shared_record.actions.opening import LISTS, open_due


class Morning(Struct, frozen=True):
    """Nothing but the day."""


async def _open_due(chores: Chores, morning: Morning) -> None:
    del morning
    await open_due(chores)


DUE = Job("due", Morning, _open_due, schedule="17 4 * * *")
JOBS = (LISTS, DUE)
