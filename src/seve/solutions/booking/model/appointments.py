"""Appointments: how they are made, what they are called, who may do what with them when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.extensions import BASE, own, replaced

Mode: TypeAlias = Literal["site", "video", "home"]
Deed: TypeAlias = Literal["arrive", "absent", "done", "confirm", "cancel", "move", "back"]

OPEN: Final = frozenset({"pending", "booked", "arrived", "checked-in"})
"""Appointments that are still to happen."""
AGREED: Final = frozenset({"booked", "arrived", "checked-in", "fulfilled", "noshow"})
_DEEDS: Final[Mapping[str, tuple[Deed, ...]]] = {
    "pending": ("confirm", "cancel"),
    "booked": ("confirm", "arrive", "absent", "move", "cancel"),
    "arrived": ("done", "back"),
    "checked-in": ("done", "back"),
    "noshow": ("back",),
    "fulfilled": ("back",),
}
STATUS_OF: Final[Mapping[Deed, str]] = {
    "arrive": "arrived",
    "absent": "noshow",
    "done": "fulfilled",
    "confirm": "booked",
    "cancel": "cancelled",
    "back": "booked",
}
_PATIENTS: Final[tuple[Deed, ...]] = ("confirm", "move", "cancel")
_REASONS: Final = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
_TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0276"
HOLD_MINUTES: Final = 30
"""How long a freed time is kept for who waited, before the next one is asked."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who comes: a patient of the store by reference, or somebody who is not in it, by what was said of them."""

    name: str
    birth_date: str
    reference: str = ""
    phone: str = ""
    given: str = ""
    family: str = ""

    @property
    def is_stored(self) -> bool:
        """Whether the store has them."""
        return bool(self.reference)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is asked for: a time of an agenda, for a reason."""

    schedule: str
    start: datetime
    minutes: int
    reason: str
    words: str
    mode: str
    note: str = ""


def new(
    taken: Taken, who: Who, *, givers: Iterable[Mapping[str, Any]], now: datetime, status: str = "booked"
) -> Resource:
    """An Appointment. `givers` are the actors of the agenda: who gives the time claims it, its place only tells where."""
    found: Resource = {
        "resourceType": "Appointment",
        "status": status,
        "extension": [
            extension("agenda", valueReference={"reference": f"Schedule/{taken.schedule}"}),
            extension("reason", valueCode=taken.reason),
            *([extension("mode", valueCode=taken.mode)] if taken.mode else []),
        ],
        "appointmentType": {"coding": [{"system": _TYPES, "code": "ROUTINE"}]},
        "description": taken.words,
        "start": instant(taken.start),
        "end": instant(taken.start + timedelta(minutes=taken.minutes)),
        "minutesDuration": taken.minutes,
        "created": instant(now),
        "participant": [_patient(who), *(giver(one) for one in givers)],
    }
    if taken.note:
        found["comment"] = taken.note
    if not who.is_stored:
        found["contained"] = [_contained(who)]
    return found


def extension(name: str, **value: object) -> dict[str, Any]:
    """An extension of ours on an Appointment."""
    return {"url": f"{BASE}appointment-{name}", **value}


def value_of(appointment: Resource, name: str) -> Any:
    """The value of one of our extensions, None without."""
    said = (
        part for one in own(appointment, f"appointment-{name}") for key, part in one.items() if key.startswith("value")
    )
    return next(said, None)


def put(appointment: Resource, name: str, **value: object) -> Resource:
    """With one of our extensions set; without a value it is taken away."""
    return replaced(appointment, [f"appointment-{name}"], [extension(name, **value)] if value else [])


def schedule_of(appointment: Resource) -> str:
    """The id of the agenda, "" when it came from elsewhere."""
    return str((value_of(appointment, "agenda") or {}).get("reference", "")).rpartition("/")[2]


def starts(appointment: Resource) -> datetime | None:
    """When it begins."""
    return datetime.fromisoformat(appointment["start"]) if "start" in appointment else None


def ends(appointment: Resource) -> datetime | None:
    """When it ends."""
    return datetime.fromisoformat(appointment["end"]) if "end" in appointment else None


def patient_of(appointment: Resource) -> Who:
    """Who comes; without a name when the appointment tells none."""
    for one in appointment.get("participant", ()):
        actor: Mapping[str, Any] = one.get("actor", {})
        reference = str(actor.get("reference", ""))
        if reference.startswith("#"):
            return _who_contained(appointment, reference[1:])
        if reference.startswith("Patient/"):
            name, _, birth = str(actor.get("display", "")).rpartition(" · ")
            return Who(name or birth, birth if name else "", reference)
    return Who("", "")


def initials(name: str) -> str:
    """“A. D.” of “Ana Durand”."""
    return " ".join(f"{part[0]}." for part in name.split())


def giver_of(appointment: Resource) -> tuple[str, str]:
    """Who gives the time: reference and name."""
    for kind in ("PractitionerRole/", "Practitioner/", "HealthcareService/", "Location/"):
        for one in appointment.get("participant", ()):
            actor = one.get("actor", {})
            if str(actor.get("reference", "")).startswith(kind):
                return str(actor["reference"]), str(actor.get("display", ""))
    return "", ""


def place_of(appointment: Resource) -> str:
    """The name of the place, as the appointment tells it."""
    found = (one.get("actor", {}) for one in appointment.get("participant", ()))
    return next((str(a.get("display", "")) for a in found if str(a.get("reference", "")).startswith("Location/")), "")


def deeds(appointment: Resource, *, now: datetime, by_practice: bool) -> tuple[Deed, ...]:
    """What may be done with it now. Patients confirm, move and cancel what is still to come; nobody is absent before the time."""
    possible = _DEEDS.get(appointment["status"], ())
    start = starts(appointment)
    if not by_practice:
        is_to_come = start is not None and start > now
        is_said = bool(value_of(appointment, "confirmed"))
        return tuple(d for d in _PATIENTS if is_to_come and d in possible and not (d == "confirm" and is_said))
    is_begun = start is not None and start <= now
    return tuple(d for d in possible if d != "confirm" and (d != "absent" or is_begun))


def done(appointment: Resource, deed: Deed, *, why: str = "") -> Resource:
    """Its next version."""
    changed: Resource = {**appointment, "status": STATUS_OF[deed]}
    if deed == "cancel":
        code = {"patient": "pat", "practice": "prov"}.get(why, "other")
        changed["cancelationReason"] = {"coding": [{"system": _REASONS, "code": code}]}
    if deed == "confirm":
        changed = put(put(put(changed, "hold"), "refused"), "confirmed", valueBoolean=True)
    return changed


def moved(appointment: Resource, taken: Taken, *, givers: Iterable[Mapping[str, Any]]) -> Resource:
    """The same appointment at another time. Of another agenda, it is with whom that one is of."""
    changed: Resource = {
        **appointment,
        "start": instant(taken.start),
        "end": instant(taken.start + timedelta(minutes=taken.minutes)),
        "minutesDuration": taken.minutes,
    }
    if schedule_of(appointment) != taken.schedule:
        people = [one for one in appointment["participant"] if is_patient(one)]
        changed["participant"] = [*people, *(giver(one) for one in givers)]
        changed = put(changed, "agenda", valueReference={"reference": f"Schedule/{taken.schedule}"})
    return put(put(changed, "confirmed"), "seat")


def waiting(
    who: Who,
    *,
    givers: Iterable[Mapping[str, Any]],
    schedule: str,
    reason: str,
    words: str,
    period: tuple[datetime, datetime],
    seen: Iterable[datetime],
    now: datetime,
) -> Resource:
    """A place in the line for a time that may be freed (status `waitlist`). Who waits has `seen` the times that are free now."""
    return {
        "resourceType": "Appointment",
        "status": "waitlist",
        "extension": [
            extension("agenda", valueReference={"reference": f"Schedule/{schedule}"}),
            extension("reason", valueCode=reason),
            *(extension("refused", valueInstant=instant(one)) for one in seen),
        ],
        "description": words,
        "created": instant(now),
        "requestedPeriod": [{"start": instant(period[0]), "end": instant(period[1])}],
        "participant": [_patient(who), *({**giver(one), "required": "information-only"} for one in givers)],
    }


def instant(moment: datetime) -> str:
    """As FHIR writes it, to the second."""
    return moment.isoformat(timespec="seconds")


def _patient(who: Who) -> dict[str, Any]:
    display = f"{who.name} · {who.birth_date}" if who.birth_date else who.name
    reference = who.reference or "#patient"
    return {"actor": {"reference": reference, "display": display}, "required": "required", "status": "accepted"}


def is_patient(participant: Mapping[str, Any]) -> bool:
    """Whether a participant is who comes."""
    return str(participant.get("actor", {}).get("reference", "")).startswith(("Patient/", "#"))


def giver(actor: Mapping[str, Any]) -> dict[str, Any]:
    """An actor of an agenda as a participant: a place only tells where."""
    is_place = str(actor.get("reference", "")).startswith(("Location/", "HealthcareService/"))
    return {"actor": dict(actor), "required": "information-only" if is_place else "required", "status": "accepted"}


def _contained(who: Who) -> Resource:
    found: Resource = {
        "resourceType": "Patient",
        "id": "patient",
        "name": [{"family": who.family, "given": [who.given]}],
        "birthDate": who.birth_date,
    }
    if who.phone:
        found["telecom"] = [{"system": "phone", "value": who.phone}]
    return found


def _who_contained(appointment: Resource, id_: str) -> Who:
    for one in appointment.get("contained", ()):
        if one.get("id") == id_:
            name = (one.get("name") or [{}])[0]
            given, family = " ".join(name.get("given", ())), name.get("family", "")
            phone = next((t.get("value", "") for t in one.get("telecom", ())), "")
            return Who(f"{given} {family}".strip(), one.get("birthDate", ""), "", phone, given, family)
    return Who("", "")
