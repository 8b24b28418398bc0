"""Names, numbers and addresses that belong to nobody: from lists, and from ranges that are kept for fiction."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any
from unicodedata import combining, normalize

from seve.territory.model.epidemiology import Sex
from seve.territory.people.person import Home
from seve.territory.streams import weighted
from seve.territory.tables import table

# Ranges that Arcep keeps for audiovisual works (decision 2018-0881, national numbering plan)
_MOBILE, _LINE = "+33 6 39 98", "+33 2 61 91"


def family(random: Random) -> str:
    """Frequent ones more often."""
    names = table("names")["families"]
    return names[int(len(names) * random.random() ** 1.7)]


def given(random: Random, sex: Sex, *, birth: date) -> tuple[str, ...]:
    """One to three given names of their time."""
    names = _given(sex, birth.year)
    found = dict.fromkeys(random.choice(names) for _ in range(random.choice((1, 2, 2, 3))))
    return tuple(found)


@cache
def _given(sex: Sex, year: int) -> list[str]:
    times = {int(since): names for since, names in table("names")["given"][sex].items()}
    for since, until in pairwise((*sorted(times), 9999)):
        if since <= year < until:
            return times[since]
    return times[min(times)]


def mobile(random: Random) -> str:
    """A mobile number."""
    return f"{_MOBILE} {random.randrange(100):02d} {random.randrange(100):02d}"


def line(random: Random) -> str:
    """A number of the north-west."""
    return f"{_LINE} {random.randrange(100):02d} {random.randrange(100):02d}"


def email(given_name: str, family_name: str, *, number: int) -> str:
    """In a domain that never exists (RFC 2606)."""
    return f"{ascii_(given_name)}.{ascii_(family_name)}{number % 97}@exemple.invalid"


def ascii_(text: str) -> str:
    """Small letters without accents, all else a hyphen."""
    plain = "".join(c for c in normalize("NFKD", text.lower()) if not combining(c))
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def home(random: Random) -> Home:
    """An address in one of the communes, by their population."""
    places = table("places")
    commune = weighted(random, _communes())
    streets = places["streets"]
    number, kind, name = random.randint(1, 140), random.choice(streets["kinds"]), random.choice(streets["names"])
    return Home(f"{number} {kind} {name}", random.choice(commune["postcodes"]), commune["name"], commune["insee"])


@cache
def _communes() -> list[tuple[dict[str, Any], float]]:
    return [(row, row["population"]) for row in table("places")["commune"]]


@cache
def _birth_places() -> list[tuple[str, float]]:
    return [(code, weight) for code, weight in table("places")["births"]["places"]]


def birth_place(random: Random) -> str:
    """A COG code: a commune, or a country as 99xxx."""
    return weighted(random, _birth_places())
