"""Somebody of the territory, before any disease: who they are, where they live, and with whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from seve.territory.model.epidemiology import Sex

Kin: TypeAlias = Literal["mother", "father", "spouse", "daughter", "son"]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a household lives: a line as on an envelope, and the codes of its commune."""

    line: str
    postcode: str
    city: str
    insee: str


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody of the same family. `id` is that of their Patient, "" when they are none here."""

    kin: Kin
    family: str
    given: str
    sex: Sex
    birth: date
    id: str = ""
    phone: str = ""
    related: str = ""
    """The id of the RelatedPerson, "" for one made of the patient's."""


@dataclass(slots=True)
class Person:
    """`id` is that of the Patient; `family` the name of birth, `usual` the one that is borne, "" for that of birth."""

    id: str
    sex: Sex
    birth: date
    family: str = ""
    usual: str = ""
    given: tuple[str, ...] = ()
    home: Home = field(default=Home("", "", "", ""))
    birth_place: str = ""
    order: int = 1
    phone: str = ""
    email: str = ""
    language: str = "fr"
    relatives: list[Relative] = field(default_factory=list[Relative])

    @property
    def name(self) -> str:
        """As one is called."""
        return f"{self.given[0]} {self.usual or self.family}"

    def children(self) -> list[Relative]:
        """Daughters and sons, the eldest first."""
        return sorted((r for r in self.relatives if r.kin in ("daughter", "son")), key=lambda r: r.birth)
