"""Inviting somebody without an account, agreeing to it, and taking it back."""

from __future__ import annotations

from datetime import timedelta

from seve.sdk import NotForYou, Visit
from seve.solutions.teleconsultation.actions.arriving import now_of
from seve.solutions.teleconsultation.actions.refusals import CantInvite, NotRunning, NoWords
from seve.solutions.teleconsultation.actions.telling import changed
from seve.solutions.teleconsultation.model import encounters, guests, visits
from seve.solutions.teleconsultation.model.guests import KINDS, LONGEST, Guest
from seve.solutions.teleconsultation.queries import guests as reads
from seve.solutions.teleconsultation.queries.rooms import Room

PURPOSE = "guest"
_LASTS = timedelta(hours=6)


async def invite(visit: Visit, room: Room, name: str, *, kind: str, is_spoken: bool) -> None:
    """The professional names them. Raises NoWords, CantInvite, NotRunning, NotForYou."""
    if room.party.kind != "professional":
        raise NotForYou
    if room.status not in ("planned", "in-progress"):
        raise NotRunning
    words = " ".join(name.split())[:LONGEST]
    if not words or kind not in KINDS:
        raise NoWords(expression="name")
    if len(await reads.of_call(visit.records, room.id)) >= encounters.MOST - 2:
        raise CantInvite
    made = guests.invitation(
        room.id,
        room.patient_reference,
        room.party.reference,
        name=words,
        kind=kind,
        is_spoken=is_spoken,
        at=now_of(visit),
    )
    await visit.records.create(made)
    await changed(visit, room)


async def answer(visit: Visit, room: Room, id_: str, *, is_yes: bool) -> None:
    """The patient's side agrees, or does not (any more). Raises NotFound, NotForYou."""
    if not room.party.is_patients:
        raise NotForYou
    await reads.invitation(visit.records, room.id, id_)
    said = guests.answer(room.id, room.patient_reference, room.party.reference, to=id_, is_yes=is_yes, at=now_of(visit))
    await visit.records.create(said)
    await changed(visit, room)


async def withdraw(visit: Visit, room: Room, id_: str) -> None:
    """Who invited them takes it back. Raises NotFound, NotForYou, Changed."""
    if room.party.kind != "professional":
        raise NotForYou
    found = await reads.invitation(visit.records, room.id, id_)
    await visit.records.update({**found, "status": "stopped"})
    await changed(visit, room)


def link(visit: Visit, room: Room, guest: Guest) -> str:
    """The same each time: it is made of the invitation, and ends with the room."""
    start = visits.start_of(room.appointment) or visit.now
    return visit.doors.links.sign(PURPOSE, f"Communication/{guest.id}", until=start + _LASTS)
