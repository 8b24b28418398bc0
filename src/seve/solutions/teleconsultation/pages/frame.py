"""What the pages of one visit have in common."""

from __future__ import annotations

from dataclasses import dataclass

from seve.france.identity.ins import in_force
from seve.sdk import Visit, wording
from seve.sdk.kit import Banner, Person
from seve.solutions.teleconsultation.queries import rooms
from seve.solutions.teleconsultation.queries.rooms import Room

PACKAGE = "solutions/teleconsultation"
BASE = "/teleconsultation"


@dataclass(frozen=True)
class Frame:
    """Of one visit: whom one meets, and, for who takes care, the patient's banner."""

    id: str
    start: str
    patient: str
    professional: str
    party: str
    banner: Banner | None


async def framed(visit: Visit, room: Room) -> Frame:
    """The frame."""
    known = await rooms.names(visit.records, [room.professional])
    is_care = not room.party.is_patients
    return Frame(
        id=room.id,
        start=room.appointment.get("start", ""),
        patient=rooms.patient_name(room.patient),
        professional=known.get(room.professional, ""),
        party=room.party.kind,
        banner=await _banner(visit, room) if is_care else None,
    )


def say(visit: Visit, key: str, **fields: object) -> str:
    """A sentence of this package."""
    return visit.say(f"{PACKAGE}.{key}", **fields)


async def _banner(visit: Visit, room: Room) -> Banner:
    born = room.patient.get("birthDate", "")
    age = wording.age(born, visit.now.date().isoformat())
    ins = in_force(room.patient)
    facts = (
        say(visit, "frame.born", day=wording.day(born, visit.language)) if born else "",
        "" if age is None else say(visit, "frame.age", age=age),
        say(visit, "frame.ins", number=ins.value) if ins else say(visit, "frame.no_ins"),
    )
    return Banner(
        Person(rooms.patient_name(room.patient)),
        tuple(filter(None, facts)),
        await rooms.allergies(visit.records, room.patient_reference),
        f"/shared-record/{room.patient['id']}",
    )
