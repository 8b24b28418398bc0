"""One's appointments in one's own calendar: a private link that is read by the calendar, and can be withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from seve.sdk import Document, NotFound, To, View, Visit, Whose, wording
from seve.solutions.booking.actions import feeding
from seve.solutions.booking.model import appointments, calendars
from seve.solutions.booking.pages.frame import BASE, done, say
from seve.solutions.booking.pages.visits import event_of
from seve.solutions.booking.queries import appointments as reads
from seve.solutions.booking.queries import feeds, people

_PAST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A link that is in force: of whom, since when, and its address."""

    id: str
    name: str
    since: str
    address: str


@dataclass(frozen=True)
class Feeds(View):
    """The links, and whom one may make one for."""

    template: ClassVar[str] = "feeds.html"
    lines: tuple[Line, ...]
    people: tuple[Whose, ...]
    done: str


async def show(visit: Visit) -> Feeds:
    """All links of the visitor, and of whom they represent."""
    everybody, lines = await people.everybody(visit), list[Line]()
    for one in everybody:
        for found in await feeds.of(visit.records, f"Patient/{one.id}"):
            since = wording.day(found.get("sent", ""), visit.language)
            address = f"{visit.site}{BASE}/feed/{feeding.link(visit, found)}"
            lines.append(Line(found["id"], one.name, since, address))
    return Feeds(tuple(lines), everybody, done(visit))


async def make(visit: Visit) -> To:
    """One more link."""
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
    """What the calendar reads. It says when and where, never with whom or what for: calendars are shown to others. Raises NotFound."""
    type_, _, id_ = visit.linked.partition("/")
    found = await visit.records.read("Communication", id_) if type_ == "Communication" else {}
    if not feeds.is_feed(found) or found.get("status") != "in-progress":
        raise NotFound
    since = visit.now - timedelta(days=_PAST_DAYS)
    held = await reads.of_patient(visit.records, found["subject"]["reference"], since=since)
    title = say(visit, "calendar.plain")
    kept = [one for one in held if one["status"] in appointments.OPEN | appointments.AGREED]
    events = [event for one in kept if (event := event_of(one, title))]
    return Document(calendars.written(events, name=title, now=visit.now), calendars.MEDIA_TYPE, "rendez-vous.ics")
