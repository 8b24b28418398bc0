"""What an Appointment says beyond FHIR: of which agenda it takes time, for which reason, where, and on which seat of a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from seve.fhir import Resource
from seve.fhir.extensions import replaced, simple, value

HOLDING: Final = frozenset({"pending", "booked", "arrived", "checked-in", "fulfilled"})
"""The statuses whose time is taken."""
VIRTUAL: Final = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR", "display": "virtual"}]
}
"""The service type of a visit by video: the code that the class of its Encounter has."""
_NAMES = ("appointment-agenda", "appointment-reason", "appointment-mode", "appointment-seat")


@dataclass(frozen=True, slots=True)
class Asked:
    """The agenda is a reference (`Schedule/1`, "" when it takes no agenda's time), the reason a code of that agenda, `mode` one
    of MODES or "".
    """

    agenda: str
    reason: str = ""
    mode: str = ""
    seat: int = 0


def asked(appointment: Resource) -> Asked:
    """What an Appointment says."""
    agenda = value(appointment, "appointment-agenda", "Reference") or {}
    return Asked(
        agenda.get("reference", ""),
        value(appointment, "appointment-reason", "Code") or "",
        value(appointment, "appointment-mode", "Code") or "",
        seat_of(appointment),
    )


def actors(appointment: Resource) -> list[str]:
    """The references of those who take part."""
    return [str(one.get("actor", {}).get("reference", "")) for one in appointment.get("participant", [])]


def seat_of(appointment: Resource) -> int:
    """Its seat; 0 for all but groups."""
    return value(appointment, "appointment-seat", "UnsignedInt") or 0


def with_asked(appointment: Resource, said: Asked) -> Resource:
    """The Appointment that says so. A visit by video also has the service type that others know it by (v3 ActCode `VR`)."""
    made = [simple("appointment-agenda", "Reference", {"reference": said.agenda})] if said.agenda else []
    made += [simple("appointment-reason", "Code", said.reason)] if said.reason else []
    made += [simple("appointment-mode", "Code", said.mode)] if said.mode else []
    made += [simple("appointment-seat", "UnsignedInt", said.seat)] if said.seat else []
    changed = replaced(appointment, _NAMES, made)
    types = [one for one in appointment.get("serviceType", ()) if one != VIRTUAL] + [VIRTUAL] * (said.mode == "video")
    changed.pop("serviceType", None)
    return {**changed, "serviceType": types} if types else changed
