"""Appointments whose professional may not practise any more: who has to be told and found another, for the officer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import View, Visit
from seve.solutions.booking.queries import stranding
from seve.solutions.booking.queries.stranding import Stranded


@dataclass(frozen=True)
class Stranding(View):
    """By agenda: how many appointments are open. The officer sees numbers, not who comes."""

    template: ClassVar[str] = "stranded.html"
    lines: tuple[Stranded, ...]


async def show(visit: Visit) -> Stranding:
    """Agendas of those who are struck off, or left."""
    return Stranding(await stranding.stranded(visit.records))
