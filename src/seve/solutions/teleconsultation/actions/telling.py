"""Saying to all who look at a visit that something of it was written: they ask for it themselves, under their own rights."""

from __future__ import annotations

from seve.sdk import Visit
from seve.solutions.teleconsultation.model.signals import CHANGED
from seve.solutions.teleconsultation.queries.rooms import Room


def waiting_room(call: str) -> str:
    """Who waits for a call to begin."""
    return f"wait/{call}"


def call_room(call: str) -> str:
    """Who is in a call."""
    return f"call/{call}"


async def changed(visit: Visit, room: Room) -> None:
    """The waiting room, the call and the professional's line."""
    for name in (waiting_room(room.id), call_room(room.id), f"{room.line}/desk"):
        await visit.rooms.tell(name, CHANGED)
