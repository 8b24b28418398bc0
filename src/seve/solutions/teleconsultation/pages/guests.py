"""Guests without an account: their page, which has the call and nothing of the record, and what the others in it do about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import Again, Answer, To, View, Visit
from seve.solutions.teleconsultation.actions import guests
from seve.solutions.teleconsultation.pages.call import done
from seve.solutions.teleconsultation.pages.frame import BASE
from seve.solutions.teleconsultation.queries import guests as reads
from seve.solutions.teleconsultation.queries import rooms


@dataclass(frozen=True)
class Entered(View):
    """The call as a guest has it: picture and sound. No patient is named; `name` is the guest's own."""

    template: ClassVar[str] = "guest.html"
    name: str
    kind: str
    professional: str
    is_running: bool
    call: str
    socket: str
    ice: str


async def show(visit: Visit) -> Entered:
    """Raises NotFound for a link that leads nowhere (any more)."""
    found = await reads.invited(visit)
    return Entered(
        name=found.guest.name,
        kind=found.guest.kind,
        professional=found.professional,
        is_running=found.is_running,
        call=found.guest.id,
        socket=f"{BASE}/guest/{visit.path['link']}/socket",
        ice=json.dumps(visit.rooms.ice_servers(visit.now)) if found.is_running else "[]",
    )


async def invite(visit: Visit) -> To | Again:
    """One more, by name."""
    room = await rooms.room(visit, visit.path["call"])
    form = visit.form
    deed = guests.invite(visit, room, form["name"], kind=form["kind"], is_spoken=form["spoken"] == "1")
    return await done(visit, room, deed)


def answering(*, is_yes: bool) -> Answer:
    """The patient's side says yes or no."""

    async def answer(visit: Visit) -> To | Again:
        room = await rooms.room(visit, visit.path["call"])
        return await done(visit, room, guests.answer(visit, room, visit.path["id"], is_yes=is_yes))

    return answer


async def withdraw(visit: Visit) -> To | Again:
    """From now on the link leads nowhere."""
    room = await rooms.room(visit, visit.path["call"])
    return await done(visit, room, guests.withdraw(visit, room, visit.path["id"]))
