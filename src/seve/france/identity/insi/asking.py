"""The port to INSi: a search by traits, which the real teleservice and the simulated one both answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from seve.france.identity.insi.answers import InsiAnswer


@dataclass(frozen=True, slots=True)
class Search:
    """What `rechercherInsAvecTraitsIdentite` takes: one given name, sex M or F, an ISO date, a COG code or ""."""

    family: str
    given: str
    sex: str
    birth_date: str
    birth_place: str = ""


class Insi(Protocol):
    """Whoever answers searches by traits."""

    async def by_traits(self, search: Search) -> InsiAnswer:
        """The answer to one search. Raises UnreadableAnswer, or what its transport raises."""
        ...


async def find(insi: Insi, search: Search, *, given_names: tuple[str, ...]) -> InsiAnswer:
    """Asks with each given name in turn until somebody is found: INSi knows a person by the first one of the register only.

    An answer of several (02) ends the search: another name of the same person would not tell them apart.
    """
    answer = InsiAnswer("01")
    for given in given_names or (search.given,):
        answer = await insi.by_traits(replace(search, given=given))
        if answer.code != "01":
            return answer
    return answer
