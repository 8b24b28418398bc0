"""Appointments in one's own calendar: a private link that is read by the calendar, and can be withdrawn. Of a patient, and of who gives
the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from seve.fhir import Resource
from seve.fhir.extensions import value
from seve.sdk import Document, NotFound, To, View, Visit, Whose, wording
from seve.solutions.booking.actions import feeding
from seve.solutions.booking.model import appointments, calendars
from seve.solutions.booking.model.calendars import Event
from seve.solutions.booking.pages.frame import BASE, done, say
from seve.solutions.booking.pages.visits import event_of
from seve.solutions.booking.queries import appointments as reads
from seve.solutions.booking.queries import feeds, people

_PAST_DAYS, _AHEAD_DAYS = 60, 400


@dataclass(frozen=True, slots=True)
class Line:
    """A link that is in force: of whom, since when, and its address."""

    id: str
    name: str
    since: str
    address: str


@dataclass(frozen=True)
class Feeds(View):
    """The links, and whom one may make one for; a practice makes its own."""

    template: ClassVar[str] = "feeds.html"
    lines: tuple[Line, ...]
    people: tuple[Whose, ...]
    done: str
    is_practice: bool


async def show(visit: Visit) -> Feeds:
    """All links of the visitor, and of whom they represent."""
    if visit.visitor.role == "professional":
        return await _practice(visit)
    everybody, lines = await people.everybody(visit), list[Line]()
    for one in everybody:
        lines += [_line(visit, found, one.name) for found in await feeds.of(visit.records, f"Patient/{one.id}")]
    return Feeds(tuple(lines), everybody, done(visit), is_practice=False)


async def make(visit: Visit) -> To:
    """One more link."""
    if visit.visitor.role == "professional":
        await feeding.make_for_practice(visit, has_initials=visit.form["initials"] == "1")
    else:
        whom = await people.chosen(visit, visit.form["for"])
        await feeding.make(visit, f"Patient/{whom.id}")
    return To("/calendar", {"done": "made"})


async def withdraw(visit: Visit) -> To:
    """From now on the link leads nowhere. Raises NotFound, Changed."""
    found = await visit.records.read("Communication", visit.path["id"])
    if not feeds.is_feed(found):
        raise NotFound
    await feeding.withdraw(visit, found)
    return To("/calendar", {"done": "withdrawn"})


async def calendar(visit: Visit) -> Document:
    """What the calendar reads. It says when, never with whom or what for: calendars are shown to others. A practice may have chosen to
    see initials. Raises NotFound.
    """
    type_, _, id_ = visit.linked.partition("/")
    found = await visit.records.read("Communication", id_) if type_ == "Communication" else {}
    if not feeds.is_feed(found) or found.get("status") != "in-progress":
        raise NotFound
    title = say(visit, "calendar.plain")
    events = [one for held in await _held(visit, found) if (one := _event(held, found, title))]
    return Document(calendars.written(events, name=title, now=visit.now), calendars.MEDIA_TYPE, "rendez-vous.ics")


async def _practice(visit: Visit) -> Feeds:
    found = await feeds.of_practice(visit.records, visit.visitor.acts_as)
    words = {True: say(visit, "calendar.with_initials"), False: say(visit, "calendar.without_names")}
    lines = tuple(_line(visit, one, words[_has_initials(one)]) for one in found)
    return Feeds(lines, (), done(visit), is_practice=True)


def _line(visit: Visit, found: Resource, name: str) -> Line:
    since = wording.day(found.get("sent", ""), visit.language)
    return Line(found["id"], name, since, f"{visit.site}{BASE}/feed/{feeding.link(visit, found)}")


async def _held(visit: Visit, feed: Resource) -> tuple[Resource, ...]:
    """The appointments of a link. Raises NotFound when who gives the time has no standing any more."""
    since = visit.now - timedelta(days=_PAST_DAYS)
    role = str(feed.get("sender", {}).get("reference", ""))
    if not role.startswith("PractitionerRole/"):
        return await reads.of_patient(visit.records, feed["subject"]["reference"], since=since)
    found = await visit.records.read("PractitionerRole", role.partition("/")[2])
    if not found.get("active", True):
        raise NotFound
    actors = filter(None, (role, str(found.get("practitioner", {}).get("reference", ""))))
    return await reads.between(visit.records, actors, since, visit.now + timedelta(days=_AHEAD_DAYS))


def _event(appointment: Resource, feed: Resource, title: str) -> Event | None:
    if appointment["status"] not in appointments.OPEN | appointments.AGREED:
        return None
    initials = appointments.initials(appointments.patient_of(appointment).name) if _has_initials(feed) else ""
    return event_of(appointment, f"{title} {initials}".strip())


def _has_initials(feed: Resource) -> bool:
    return bool(value(feed, feeding.INITIALS, "Boolean"))
