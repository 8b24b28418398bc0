"""A video visit: an Appointment one of whose service types is v3 ActCode `VR` (virtual), the code that the class of its Encounter has.

Its id names the room. Who may come in: the patient, who represents them, the professional of the appointment, and whom the
professional invited once the call runs. For everybody else there is no room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from seve.fhir import Resource, scheduling

ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACTS: Final = "urn:seve:teleconsultation:act"
"""The system of the acts at a distance: the names of `seve.france.remote`."""
ROOM: Final = "urn:seve:teleconsultation"
"""The system of identifiers that say to which visit a resource belongs: the value is the id of its Appointment."""
LATE: Final = timedelta(minutes=10)
_EARLY, _OVER = timedelta(minutes=30), timedelta(hours=6)
_MINUTES = 20
PartyKind: TypeAlias = Literal["patient", "representative", "professional", "invited"]


@dataclass(frozen=True, slots=True)
class Party:
    """In which capacity somebody is in a room, and the reference they are there by."""

    kind: PartyKind
    reference: str

    @property
    def is_patients(self) -> bool:
        """The patient, or who stands for them."""
        return self.kind in ("patient", "representative")


def is_video(appointment: Resource) -> bool:
    """Whether an appointment is held at a distance."""
    codings = (coding for one in appointment.get("serviceType", ()) for coding in one.get("coding", ()))
    return any(one.get("system") == ACT_CODE and one.get("code") == "VR" for one in codings)


def actors(appointment: Resource, *types: str) -> tuple[str, ...]:
    """The references of the participants of some types."""
    return tuple(one for one in scheduling.actors(appointment) if one.partition("/")[0] in types)


def patient_of(appointment: Resource) -> str:
    """The reference of the patient; "" for an appointment without one."""
    return next(iter(actors(appointment, "Patient")), "")


def professional_of(appointment: Resource) -> str:
    """The reference of the first professional; "" for none."""
    return next(iter(actors(appointment, "PractitionerRole", "Practitioner")), "")


def start_of(appointment: Resource) -> datetime | None:
    """When it begins; None while that is open."""
    return moment(appointment.get("start", ""))


def moment(instant: str) -> datetime | None:
    """A FHIR instant or dateTime with a time; None otherwise."""
    try:
        found = datetime.fromisoformat(instant)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_at_hand(appointment: Resource, now: datetime) -> bool:
    """From half an hour before its start until six hours after it: for as long as there is a room to wait in."""
    start = start_of(appointment)
    is_on = appointment.get("status") in ("booked", "arrived", "checked-in", "fulfilled", "pending", "proposed")
    return is_on and start is not None and start - _EARLY <= now <= start + _OVER


def minutes_late(appointment: Resource, now: datetime) -> int:
    """How many minutes the professional is behind; 0 while that is nothing to speak of."""
    start = start_of(appointment)
    if start is None or now < start + LATE:
        return 0
    return int((now - start).total_seconds() // 60)


def party(
    appointment: Resource,
    *,
    acts_as: Iterable[str],
    represents: Mapping[str, str],
    invited: Iterable[str] = (),
) -> Party | None:
    """In which capacity the visitor comes, None for who has no business here. `acts_as` are all references of the visitor,
    `represents` the patients by RelatedPerson through whom they act, `invited` who was invited into the call.
    """
    own, patient = tuple(filter(None, acts_as)), patient_of(appointment)
    if patient and patient in own:
        return Party("patient", patient)
    if by := next((one for one in actors(appointment, "PractitionerRole", "Practitioner") if one in own), ""):
        return Party("professional", next((one for one in own if one.startswith("PractitionerRole/")), by))
    if by := next((link for link, whom in represents.items() if whom == patient), ""):
        return Party("representative", by)
    if by := next((one for one in invited if one in own), ""):
        return Party("invited", by)
    return None


def unplanned(patient: str, professional: str, *, now: datetime) -> Resource:
    """The appointment of a call that a professional starts at once: proposed, so that it takes no time of the agenda."""
    return {
        "resourceType": "Appointment",
        "status": "proposed",
        "serviceType": [scheduling.VIRTUAL],
        "appointmentType": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "WALKIN"}]},
        "created": now.isoformat(timespec="seconds"),
        "start": now.isoformat(timespec="seconds"),
        "end": (now + timedelta(minutes=_MINUTES)).isoformat(timespec="seconds"),
        "participant": [{"actor": {"reference": one}, "status": "accepted"} for one in (patient, professional)],
    }
