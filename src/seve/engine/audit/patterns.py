"""What is odd in a day of the trail: pure decisions over what was counted, each with the figures behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from seve.fhir import Resource
from seve.fhir.search.keys import fold
from seve.store.audit.watched import Habit

IN_VIEW = frozenset({"VIP", "CEL", "CELEBRITY"})
"""Security labels (v3-ActCode) of persons whose record draws eyes."""

_HOUSE_NUMBER = re.compile(r"^\s*\d+\s*(bis|ter|quater|[a-d])?\b[\s,]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """From where on something is odd."""

    zone: str = "Europe/Paris"
    night_from_hour: int = 22
    night_to_hour: int = 6
    habit_days: int = 28
    """How many days back a habit is formed."""
    known_days: int = 5
    """How many days somebody must have worked before their own habit counts."""
    volume_least: int = 30
    """Fewer patients a day are never odd."""
    volume_without_habit: int = 150
    """More are, for somebody of whom and of whose peers nothing is known."""
    volume_times: float = 3.0
    night_least: int = 5
    night_share: float = 0.1


@dataclass(slots=True)
class Visits:
    """What one agent did about one patient on a day; only those whose entries the officer needs first are kept."""

    count: int = 0
    entries: list[int] = field(default_factory=list[int])
    broken: tuple[int, str] | None = None
    """When the glass was broken, and the reason given."""


@dataclass(slots=True)
class Worked:
    """What one agent did on a day, by patient."""

    role: str
    visits: dict[str, Visits] = field(default_factory=dict[str, Visits])
    night: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class Odd:
    """One odd thing; `fields` fill the sentence of its kind."""

    kind: str
    agent: str
    patient: str
    fields: Mapping[str, Any]
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the people of a day. `persons` are the agents' own resources (a Practitioner for a PractitionerRole)."""

    day: date
    persons: Mapping[str, Resource]
    patients: Mapping[str, Resource]
    team: set[tuple[str, str]]
    habits: Mapping[str, Habit]
    peers: Mapping[str, float]


def odd(agent: str, worked: Worked, known: Known, rules: Rules) -> Iterator[Odd]:
    """All that is odd in an agent's day."""
    for patient, visits in worked.visits.items():
        if (agent, patient) not in known.team:
            yield from _odd_visits(agent, patient, visits, known)
    yield from _odd_volume(agent, worked, known, rules)
    yield from _odd_night(agent, worked, known, rules)


def _odd_visits(agent: str, patient: str, visits: Visits, known: Known) -> Iterator[Odd]:
    """Relations that a colleague of the care team may well have to a patient, but hardly anybody else."""
    person, subject = known.persons.get(agent), known.patients.get(patient)
    entries, day = tuple(visits.entries), known.day.isoformat()
    told = {"agent": agent, "count": visits.count, "day": day}
    if visits.broken:
        at, reason = visits.broken
        yield Odd(
            "broken_glass",
            agent,
            patient,
            {"agent": agent, "day": day, "hour": f"{at:02d} h", "reason": reason},
            entries,
        )
    if subject is None:
        return
    if label := next((c for c in labels(subject) if c in IN_VIEW), ""):
        yield Odd("known_person", agent, patient, {**told, "label": label}, entries)
    if person is None:
        return
    if name := next(iter(families(person) & families(subject)), ""):
        yield Odd("namesake", agent, patient, {**told, "name": name}, entries)
    if place := next(iter(streets(person) & streets(subject)), None):
        yield Odd("neighbour", agent, patient, {**told, "street": place[0], "city": place[1]}, entries)


def _odd_volume(agent: str, worked: Worked, known: Known, rules: Rules) -> Iterator[Odd]:
    habit, count = known.habits.get(agent, Habit()), len(worked.visits)
    own = median(habit.patients) if len(habit.patients) >= rules.known_days else None
    peers = known.peers.get(worked.role)
    usual = max((one for one in (own, peers) if one is not None), default=None)
    most = rules.volume_without_habit if usual is None else max(rules.volume_least, rules.volume_times * usual)
    if count > most:
        told = {"own": _figure(own), "peers": _figure(peers), "count": count}
        yield Odd("volume", agent, "", {"agent": agent, "day": known.day.isoformat(), **told})


def _odd_night(agent: str, worked: Worked, known: Known, rules: Rules) -> Iterator[Odd]:
    habit, count = known.habits.get(agent, Habit()), len(worked.night)
    days = len(habit.patients)
    if count < rules.night_least or days < rules.known_days or habit.nights > rules.night_share * days:
        return
    hours = {"from_hour": f"{rules.night_from_hour} h", "to_hour": f"{rules.night_to_hour} h"}
    told = {"agent": agent, "day": known.day.isoformat(), "count": count, "own": habit.nights, "days": days}
    yield Odd("night", agent, "", {**told, **hours})


def _figure(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def families(person: Resource) -> set[str]:
    """The family names of a person, folded: names in use and of birth."""
    return {fold(name["family"]) for name in person.get("name", ()) if name.get("family")}


def streets(person: Resource) -> set[tuple[str, str]]:
    """The streets where a person lives, without the number, each with its commune. A work address is none."""
    found = set[tuple[str, str]]()
    for address in person.get("address", ()):
        line, place = next(iter(address.get("line", ())), ""), address.get("postalCode") or address.get("city", "")
        street = fold(_HOUSE_NUMBER.sub("", line))
        if street and place and address.get("use") not in ("work", "billing", "old"):
            found.add((street, fold(place)))
    return found


def labels(resource: Resource) -> Iterator[str]:
    """The codes of its security labels."""
    return (one.get("code", "") for one in resource.get("meta", {}).get("security", ()))
