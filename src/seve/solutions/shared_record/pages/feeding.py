"""Who feeds the records (N04), for officers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import View, Visit
from seve.solutions.shared_record.queries.feeding import Feeder, feeders


@dataclass(frozen=True)
class Shown(View):
    """The software that feeds, the most active first."""

    template: ClassVar[str] = "feeding.html"
    feeders: tuple[Feeder, ...]


async def show(visit: Visit) -> Shown:
    """What the audit trail tells."""
    return Shown(await feeders(visit.records))
