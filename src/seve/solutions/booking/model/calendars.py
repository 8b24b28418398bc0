"""Calendars as files (iCalendar, RFC 5545): appointments out, and absences in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
MOST_EVENTS: Final = 400
"""Absences in one file."""
_MOST_BYTES: Final = 1_000_000
_FOLD: Final = 75
_LONGEST_DAYS: Final = 400
_PROPERTY: Final = re.compile(r"([A-Za-z-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.DOTALL)
_DURATION: Final = re.compile(r"P(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:\d{1,5}S)?)?)")

State: TypeAlias = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
Why: TypeAlias = Literal[
    "no_start", "no_end", "not_a_time", "unknown_zone", "repeats", "backwards", "too_long", "past", "too_many"
]


@dataclass(frozen=True, slots=True)
class Event:
    """One appointment as calendars show it. Times are aware; `sequence` grows with each change."""

    id: str
    start: datetime
    end: datetime
    title: str
    state: State = "CONFIRMED"
    sequence: int = 0
    place: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """A time to close, in aware datetimes."""

    start: datetime
    end: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that was not taken: the line at which it begins, its title, and why."""

    line: int
    title: str
    why: Why


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds."""

    absences: tuple[Absence, ...]
    refused: tuple[Refused, ...]


class NotACalendar(ValueError):  # noqa: N818 - it says what a file is not
    """The file is no iCalendar, or too large."""


def written(events: Iterable[Event], *, name: str, now: datetime) -> bytes:
    """A file of events; `name` is that of the calendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Seve//booking//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for event in events:
        lines += _event(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def read(data: bytes, *, zone: ZoneInfo, now: datetime) -> Read:
    """The absences of a file; times without a zone are those of `zone`. Raises NotACalendar."""
    if len(data) > _MOST_BYTES:
        raise NotACalendar
    lines = list(_lines(data))
    if not lines or lines[0][1].strip().upper() != "BEGIN:VCALENDAR":
        raise NotACalendar
    absences, refused = list[Absence](), list[Refused]()
    for number, event in _events(lines):
        title = _plain(event.get("SUMMARY", ("", ""))[1])[:120]
        found = _absence(event, title, zone) if len(absences) < MOST_EVENTS else "too_many"
        if isinstance(found, Absence) and found.end <= now:
            found = "past"
        if isinstance(found, Absence):
            absences.append(found)
        else:
            refused.append(Refused(number, title, found))
    return Read(tuple(absences), tuple(refused))


def _event(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}@seve"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(event.start)}"
    yield f"DTEND:{_utc(event.end)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"SUMMARY:{_escaped(event.title)}"
    yield f"STATUS:{event.state}"
    if event.place:
        yield f"LOCATION:{_escaped(event.place)}"
    if event.link:
        yield f"URL:{event.link}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")


def _plain(text: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: " " if found[1] in "nN" else found[1], text).strip()


def _folded(line: str) -> str:
    """At most 75 bytes a line, the next beginning with a space (3.1); never within a character."""
    parts, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > _FOLD:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += width
    return "\r\n".join(parts)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Unfolded, each with its number in the file."""
    held, at = "", 0
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if line[:1] in (" ", "\t"):
            held += line[1:]
            continue
        if held.strip():
            yield at, held
        held, at = line, number
    if held.strip():
        yield at, held


def _events(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, dict[str, tuple[str, str]]]]:
    """Each event by property: its parameters and its value. What stands inside an event (alarms) is left out."""
    event, began, inner = dict[str, tuple[str, str]](), 0, 0
    for number, line in lines:
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            event, began, inner = {}, number, 0
        elif word == "END:VEVENT" and began:
            yield began, event
            began = 0
        elif began and word.startswith(("BEGIN:", "END:")):
            inner += 1 if word.startswith("BEGIN:") else -1
        elif began and not inner and (found := _PROPERTY.fullmatch(line)):
            event.setdefault(found[1].upper(), (found[2], found[3].strip()))


def _absence(event: dict[str, tuple[str, str]], title: str, zone: ZoneInfo) -> Absence | Why:
    if "RRULE" in event or "RDATE" in event:
        return "repeats"
    if "DTSTART" not in event:
        return "no_start"
    try:
        start = _moment(*event["DTSTART"], zone)
        end = _end(event, start, zone)
    except ZoneInfoNotFoundError:
        return "unknown_zone"
    except (ValueError, OverflowError):
        return "not_a_time"
    if end is None:
        return "no_end"
    if end <= start:
        return "backwards"
    return "too_long" if end - start > timedelta(days=_LONGEST_DAYS) else Absence(start, end, title)


def _end(event: dict[str, tuple[str, str]], start: datetime, zone: ZoneInfo) -> datetime | None:
    if "DTEND" in event:
        return _moment(*event["DTEND"], zone)
    if "DURATION" in event:
        return start + _span(event["DURATION"][1])
    if len(event["DTSTART"][1]) == 8:  # a whole day (3.6.1)
        return _midnight(start.astimezone(zone).date() + timedelta(days=1), zone)
    return None


def _span(written: str) -> timedelta:
    found = _DURATION.fullmatch(written)
    if not found:
        raise ValueError(written)
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def _moment(parameters: str, value: str, zone: ZoneInfo) -> datetime:
    """A date is its first moment. Raises ValueError, ZoneInfoNotFoundError."""
    if len(value) == 8:
        return _midnight(datetime.strptime(value, "%Y%m%d").date(), zone)  # noqa: DTZ007 - a day has no zone
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    named = re.search(r";TZID=\"?([^;\"]+)\"?", parameters, re.IGNORECASE)
    local = ZoneInfo(named[1]) if named else zone
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=local)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
