"""Coming to the waiting room, staying there, and going."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import NotForYou, Visit, wording
from seve.solutions.teleconsultation.actions.refusals import NoConsent, NotAtHand, NoWay
from seve.solutions.teleconsultation.actions.telling import changed
from seve.solutions.teleconsultation.model import arrivals, visits
from seve.solutions.teleconsultation.queries.rooms import Room


async def arrive(visit: Visit, room: Room, *, way: str, beside: str, has_agreed: bool) -> Resource:
    """The patient, or who stands for them, is there. Raises NotForYou, NotAtHand, NoConsent, NoWay."""
    chosen = arrivals.way_of(way)
    if not room.party.is_patients:
        raise NotForYou
    if room.status != "planned" or not visits.is_at_hand(room.appointment, visit.now):
        raise NotAtHand
    if chosen is None:
        raise NoWay(expression="way")
    if not has_agreed:
        raise NoConsent(expression="consent")
    made = await visit.records.create(
        arrivals.answers(
            room.id,
            room.patient_reference,
            room.party,
            way=chosen,
            beside=beside.strip(),
            has_agreed=True,
            at=now_of(visit),
        )
    )
    await visit.rooms.enter(room.line, room.id)
    await changed(visit, room)
    return made


async def go(visit: Visit, room: Room) -> None:
    """Leaves the waiting room; the visit stands. Raises NotForYou."""
    if not room.party.is_patients:
        raise NotForYou
    await visit.rooms.leave(room.line, room.id)
    await changed(visit, room)


def now_of(visit: Visit) -> str:
    """The time of the request, as FHIR writes it in the local zone."""
    return visit.now.astimezone(wording.ZONE).isoformat(timespec="milliseconds")
