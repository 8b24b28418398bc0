"""People whose story is known, woven into the territory: their records are made as everybody's, from facts that are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seve.territory.generating import Terms, Wishes, recorded
from seve.territory.papers import house_file
from seve.territory.people.person import Home, Person, Relative
from seve.territory.places.admissions import expected
from seve.territory.places.agendas import booked
from seve.territory.places.world import world
from seve.territory.tables import table
from seve.territory.traces.record import Record

_TOURS = "37261"


def known(terms: Terms) -> Iterator[Record]:
    """The record of each of them."""
    rows, people = table("people"), dict[str, Person]()
    for order, row in enumerate(rows["person"], 1):
        people[row["id"]] = _person(row, order)
    for tie in rows["tie"]:
        who = people[tie["relative"]]
        relative = Relative(
            tie["kin"], who.family, who.given[0], who.sex, who.birth, who.id, who.phone, tie.get("related", "")
        )
        people[tie["of"]].relatives.append(relative)
    helpers = dict[str, Relative]()
    for row in rows["relative"]:
        relative = Relative(row["kin"], row["family"], row["given"], row["sex"], row["birth"], phone=row["phone"])
        people[row["of"]].relatives.append(relative)
        if row.get("is_helper"):
            helpers[row["of"]] = relative
    for rank, row in enumerate(rows["person"]):
        who = people[row["id"]]
        found = recorded(terms, who, wishes=_wishes(row, helpers.get(row["id"])))
        found.resources += booked(world(terms.seed), who, doctor=row["doctor"], rank=rank, after=terms.until)
        found.resources += expected(world(terms.seed), who, after=terms.until)
        house_file.keep(found, world(terms.seed), until=terms.until)
        yield found


def _person(row: dict[str, Any], order: int) -> Person:
    insee = row.get("insee", _TOURS)
    commune = next(c for c in table("places")["commune"] if c["insee"] == insee)
    home = Home(row["line"], commune["postcodes"][0], commune["name"], insee)
    return Person(
        row["id"], row["sex"], row["birth"], row["family"], "", tuple(row["given"]), home, _TOURS, 990 + order % 10,
        row.get("phone", "+33 2 61 91 00 08"),
    )  # fmt: skip


def _wishes(row: dict[str, Any], helper: Relative | None) -> Wishes:
    return Wishes(
        onsets=row["onsets"],
        doctor=row["doctor"],
        has_pharmacy=row.get("has_pharmacy", True),
        extra=tuple(row.get("extra", ())),
        allergy=tuple(row["allergy"]) if "allergy" in row else None,
        in_ehpad=row.get("in_ehpad", False),
        in_ward=row.get("in_ward", False),
        helper=helper,
        specialists=row.get("specialists", {}),
    )
