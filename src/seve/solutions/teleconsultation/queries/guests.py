"""Who was invited into a call without an account, and the visit that a link leads to."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visit
from seve.solutions.teleconsultation.model import guests, visits
from seve.solutions.teleconsultation.model.guests import SYSTEM, Guest
from seve.solutions.teleconsultation.queries import rooms

_MOST = "50"


@dataclass(frozen=True, slots=True)
class Invited:
    """What the holder of a link may know: as whom they come, into which call, with which professional."""

    guest: Guest
    call: str
    professional: str
    is_running: bool


async def of_call(records: Records, call: str) -> tuple[Guest, ...]:
    """Those whose invitation stands, agreed to or not yet."""
    found = await records.search("Communication", ("identifier", f"{SYSTEM}|{call}"), ("_count", _MOST))
    return guests.guests(found.matches)


async def invitation(records: Records, call: str, id_: str) -> Resource:
    """Raises NotFound for one of another call."""
    found = await records.read("Communication", id_)
    if guests.call_of(found) != call or id_ not in [one.id for one in await of_call(records, call)]:
        raise NotFound
    return found


async def invited(visit: Visit) -> Invited:
    """Who holds the link. Raises NotFound once it was withdrawn, refused, or the visit is over."""
    type_, _, id_ = visit.linked.partition("/")
    found = await visit.records.read("Communication", id_) if type_ == "Communication" else {}
    call = guests.call_of(found)
    guest = (
        next((one for one in await of_call(visit.records, call) if one.id == id_ and one.is_agreed), None)
        if call
        else None
    )
    if guest is None:
        raise NotFound
    appointment = await visit.records.read("Appointment", call)
    encounter = await rooms.encounter_of(visit.records, call)
    status = str(encounter["status"]) if encounter else "planned"
    if status not in ("planned", "in-progress") or not visits.is_at_hand(appointment, visit.now):
        raise NotFound
    names = await rooms.names(visit.records, [visits.professional_of(appointment)])
    return Invited(guest, call, next(iter(names.values()), ""), status == "in-progress")
