"""What pages share: words, moments, and appointments as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from seve.fhir import Resource
from seve.sdk import Visit, wording
from seve.solutions.booking.model import appointments
from seve.solutions.booking.model.appointments import Deed

PACKAGE = "solutions/booking"
BASE = "/booking"
_DONE = frozenset(
    {
        "booked", "moved", "cancelled", "confirmed", "answered", "waiting", "left", "made", "withdrawn", "arrived", "absent", "done",
        "back", "saved", "removed", "closed", "opened",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment as a page shows it. `deeds` are what the visitor may do with it."""

    id: str
    version: str
    status: str
    when: datetime | None
    day: str
    time: str
    minutes: int
    what: str
    who: str
    birth_date: str
    phone: str
    giver: str
    place: str
    mode: str
    note: str
    schedule: str
    reason: str
    deeds: tuple[Deed, ...]
    is_confirmed: bool
    has_answers: bool


def card(visit: Visit, appointment: Resource) -> Card:
    """One appointment for the visitor."""
    when, who = appointments.starts(appointment), appointments.patient_of(appointment)
    by_practice = visit.visitor.role == "professional"
    end = appointments.ends(appointment)
    return Card(
        id=appointment["id"],
        version=appointment["meta"]["versionId"],
        status=appointment["status"],
        when=when,
        day=weekday(visit, when) if when else "",
        time=wording.time_of(when, visit.language) if when else "",
        minutes=int((end - when).total_seconds()) // 60 if when and end else 0,
        what=str(appointment.get("description", "")),
        who=who.name,
        birth_date=wording.day(who.birth_date, visit.language) if who.birth_date else "",
        phone=who.phone,
        giver=appointments.giver_of(appointment)[1],
        place=appointments.place_of(appointment),
        mode=str(appointments.value_of(appointment, "mode") or ""),
        note=str(appointment.get("comment", "")),
        schedule=appointments.schedule_of(appointment),
        reason=str(appointments.value_of(appointment, "reason") or ""),
        deeds=appointments.deeds(appointment, now=visit.now, by_practice=by_practice),
        is_confirmed=bool(appointments.value_of(appointment, "confirmed")),
        has_answers=any(one.get("resourceType") == "QuestionnaireResponse" for one in appointment.get("contained", ())),
    )


def weekday(visit: Visit, moment: datetime, *, zone: ZoneInfo = wording.ZONE) -> str:
    """“lundi 23 novembre 2026”."""
    local = moment.astimezone(zone)
    return f"{say(visit, f'weekdays.d{local.isoweekday()}')} {wording.day(local.date(), visit.language)}"


def say(visit: Visit, key: str, **fields: object) -> str:
    """A sentence of this package."""
    return visit.say(f"{PACKAGE}.{key}", **fields)


def done(visit: Visit) -> str:
    """A word of success after what was done."""
    said = visit.query.get("done", "")
    return say(visit, f"done.{said}") if said in _DONE else ""


def moment(written: str) -> datetime | None:
    """An instant as links and forms carry it (ISO 8601 with its zone); None for what is none."""
    try:
        found = datetime.fromisoformat(written.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo is not None and 2000 <= found.year <= 2199 else None


def carried(at: datetime) -> str:
    """An instant for links: local time with its offset, so that the second of two 02:30s is another than the first."""
    return at.astimezone(wording.ZONE).isoformat(timespec="minutes")
