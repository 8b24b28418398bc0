"""The territory itself, the same for everybody: houses, their services, who works there, and who is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random
from typing import Any

from seve.territory.model.epidemiology import Sex
from seve.territory.people import names
from seve.territory.people.person import Home
from seve.territory.places.numbers import finess, rpps
from seve.territory.streams import stream
from seve.territory.tables import table

_BORN = 1975


@dataclass(frozen=True, slots=True)
class House:
    """A place of care. `id` is that of its Organization."""

    id: str
    kind: str
    name: str
    home: Home
    finess: str
    phone: str
    services: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """Its Organization."""
        return f"Organization/{self.id}"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody at work in a house: one PractitionerRole. `words` name it; `service` is "" outside a hospital."""

    id: str
    person: str
    name: str
    family: str
    given: str
    sex: Sex
    rpps: str
    trade: str
    words: str
    house: House
    service: str = ""

    @property
    def reference(self) -> str:
        """The PractitionerRole."""
        return f"PractitionerRole/{self.id}"

    @property
    def practitioner(self) -> str:
        """The Practitioner."""
        return f"Practitioner/{self.person}"


@dataclass(slots=True)
class World:
    """All of it. Lists are in a steady order."""

    houses: list[House] = field(default_factory=list[House])
    roles: list[Role] = field(default_factory=list[Role])

    def house(self, id_: str) -> House:
        """By its id."""
        return next(house for house in self.houses if house.id == id_)

    def of(self, trade: str, *, kinds: Sequence[str] = ()) -> list[Role]:
        """Those of a trade, in houses of these kinds."""
        return [role for role in self.roles if role.trade == trade and (not kinds or role.house.kind in kinds)]

    def near(self, kind: str, home: Home, *, random: Random) -> House:
        """A house of a kind: the one of the commune, else any."""
        found = [house for house in self.houses if house.kind == kind]
        close = [house for house in found if house.home.insee == home.insee]
        return random.choice(close or found)

    def role(self, id_: str) -> Role:
        """By its id."""
        return next(role for role in self.roles if role.id == id_)


@cache
def world(seed: str) -> World:
    """The territory of a seed: its houses are the same for every seed, the names of those who work there differ."""
    made, rows = World(), table("houses")
    for rank, row in enumerate(rows["house"], 1):
        made.houses.append(_house(rank, row, random=stream(seed, "house", row["id"])))
    _known(made, rows)
    for house in made.houses:
        _staff(made, house, rows=rows, random=stream(seed, "staff", house.id))
    return made


def _house(rank: int, row: dict[str, Any], *, random: Random) -> House:
    commune = next(c for c in table("places")["commune"] if c["insee"] == row["insee"])
    home = Home(row["line"], commune["postcodes"][0], commune["name"], commune["insee"])
    return House(
        row["id"], row["kind"], row["name"], home, finess(rank), names.line(random), tuple(row.get("services", ()))
    )


def _known(made: World, rows: dict[str, Any]) -> None:
    """Those whom one may sign in as."""
    for rank, row in enumerate(rows["known"], 1):
        for house, trade, suffix, words in row["roles"]:
            service = "urgences" if trade == "emergency" else "médecine interne" if trade == "internal" else ""
            made.roles.append(
                _role(
                    row["id"],
                    suffix,
                    row=row,
                    rank=rank,
                    trade=trade,
                    words=words,
                    house=made.house(house),
                    service=service,
                )
            )


def _role(
    person: str, suffix: str, *, row: dict[str, Any], rank: int, trade: str, words: str, house: House, service: str
) -> Role:
    profession = table("houses")["trades"].get(trade, {}).get("profession")
    name = f"{'Dr ' if profession == '10' else ''}{row['given']} {row['family']}"
    return Role(
        f"{person}-{suffix}", person, name, row["family"], row["given"], row["sex"], rpps(rank), trade, words, house,
        service,
    )  # fmt: skip


def _staff(made: World, house: House, *, rows: dict[str, Any], random: Random) -> None:
    if house.kind == "hospital":
        posts = [(trade, service) for service in house.services for trade in rows["hospital_teams"][service]]
    else:
        posts = [(trade, "") for trade in rows["teams"][house.kind]]
    there = [role.trade for role in made.roles if role.house is house]
    for at, (trade, service) in enumerate(posts):
        if trade in there and not service:
            there.remove(trade)
            continue
        sex: Sex = "female" if trade == "midwife" or random.random() < 0.55 else "male"
        row = {"family": _family(random), "given": names.given(random, sex, birth=_birth(random))[0], "sex": sex}
        words = rows["trades"][trade]["words"][sex == "female"]
        rank = 100 + 40 * made.houses.index(house) + at
        made.roles.append(
            _role(
                f"pro-{house.id}-{at}",
                "poste",
                row=row,
                rank=rank,
                trade=trade,
                words=words,
                house=house,
                service=service,
            )
        )


def _birth(random: Random) -> date:
    return date(_BORN + random.randint(-12, 15), 1, 1)


def _family(random: Random) -> str:
    """Not a name of those whom one may sign in as: it should be clear who is meant."""
    taken = {row["family"] for row in table("houses")["known"]}
    while (found := names.family(random)) in taken:
        pass
    return found
