"""One patient's record in the making: what is known of the life, who cares, and the resources so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from seve.fhir import Resource
from seve.territory.marks import META, to
from seve.territory.model.courses import Body
from seve.territory.model.life import Life, Span
from seve.territory.people.person import Person
from seve.territory.places.world import House, Role

Act: TypeAlias = "Callable[[Record, datetime], None]"


@dataclass(slots=True)
class Carers:
    """Who cares for somebody. `doctor` is the médecin traitant when `is_chosen`, else whom they see when they must."""

    doctor: Role
    is_chosen: bool
    pharmacy: House
    nurse: Role
    specialists: dict[str, Role]
    seen: dict[str, date] = field(default_factory=dict[str, date])

    def specialist(self, trade: str, at: date) -> Role:
        """The one of a trade, from now on among those who care."""
        role = self.specialists[trade]
        self.seen[role.reference] = at
        return role


@dataclass(slots=True)
class Record:
    """`resources` in the order in which they were made; each is about the patient and within their life."""

    person: Person
    life: Life
    span: Span
    random: Random
    carers: Carers
    body: Body
    resources: list[Resource] = field(default_factory=list[Resource])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    conditions: dict[str, str] = field(default_factory=dict[str, str])
    in_ehpad: bool = False
    is_indexed: bool = False
    """Whether the identity is qualified, so that the INS may stand in documents and the shared record is open."""
    avoided: set[str] = field(default_factory=set[str])

    @property
    def subject(self) -> dict[str, Any]:
        """A reference to the patient."""
        return to(f"Patient/{self.person.id}", self.person.name)

    @property
    def end(self) -> date:
        """The last day told: that of death, or of the time told."""
        return self.life.death or self.span.until

    @property
    def begin(self) -> date:
        """The first day told."""
        return max(self.span.since, self.person.birth)

    def add(self, type_: str, letter: str, *, body: dict[str, Any], meta: dict[str, Any] = META) -> str:
        """Adds a resource; answers its reference. Ids count within a patient, by kind."""
        number = self.counts.get(letter, 0) + 1
        self.counts[letter] = number
        id_ = f"{self.person.id}-{letter}{number}"
        self.resources.append({"resourceType": type_, "id": id_, "meta": meta, **body})
        return f"{type_}/{id_}"

    def age(self, at: date) -> int:
        """Whole years on that day."""
        return self.life.age(at)


@dataclass(slots=True)
class Agenda:
    """What is to happen, in any order; it happens in the order of time, and not after death."""

    record: Record
    planned: list[tuple[datetime, int, Act]] = field(default_factory=list[tuple[datetime, int, Act]])

    def plan(self, at: date, act: Act, *, is_open_all_hours: bool = False) -> None:
        """On that day, at an hour at which houses are open."""
        record = self.record
        random = record.random
        if is_open_all_hours:
            moment = datetime(at.year, at.month, at.day, int(random.random() * 24), int(random.random() * 12) * 5)  # noqa: DTZ001 - French time
        else:
            at = at + timedelta(days=1) if at.weekday() == 6 else at
            moment = datetime(at.year, at.month, at.day, 8 + int(random.random() * 11), int(random.random() * 12) * 5)  # noqa: DTZ001 - see above
        if record.begin <= at <= record.end - timedelta(days=1):
            self.planned.append((moment, len(self.planned), act))

    def happen(self) -> None:
        """Runs everything."""
        for moment, _, act in sorted(self.planned, key=lambda entry: entry[:2]):
            act(self.record, moment)
