"""Candidates: the stored patients that share a block with a portrait. Each block is a search, so the grant decides who is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seve.engine.identity.matching.comparing import swapped
from seve.engine.interactions.search import parsed
from seve.engine.requests import Pairs, Request
from seve.fhir import Resource
from seve.france.identity.ins import matricules
from seve.store.search import running
from seve.store.search.running import Found

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.matching.portraits import Portrait
    from seve.store.grant import Grant

BLOCK = 200
"""How many patients one block gives at most; the narrow blocks stand before the wide ones."""


async def candidates(engine: Engine, grant: Grant, patient: Resource, portrait: Portrait) -> dict[str, Found]:
    """By id, every patient in force that a block finds: the same number; the same date with the same name, or alone; the date
    with day and month exchanged; the names with another date; the same telephone.
    """
    found = dict[str, Found]()
    async with engine.database.pool.acquire() as connection:
        for pairs in dict.fromkeys(_blocks(patient, portrait)):
            query = await parsed(engine, Request("GET", "Patient", query=pairs), types=("Patient",))
            page = await running.search(connection, grant, query, count=BLOCK)
            found |= {match.id: match for match in page.matches}
    return found


def _blocks(patient: Resource, portrait: Portrait) -> Iterator[Pairs]:
    for matricule in matricules(patient):
        yield (("identifier", f"{matricule.system}|{_escaped(matricule.value)}"),)
    families = list(dict.fromkeys(name["family"] for name in patient.get("name", ()) if name.get("family")))
    given = next((name["given"][0] for name in patient.get("name", ()) if name.get("given")), "")
    if date := portrait.birth_date:
        for family in families:
            yield (("birthdate", date), ("family", _escaped(family)))
        if given:
            yield (("birthdate", date), ("given", _escaped(given)))
        yield (("birthdate", date),)
        if exchanged := swapped(date):
            yield (("birthdate", exchanged),)
    for family in families if given else ():
        yield (("family", _escaped(family)), ("given", _escaped(given)))
    for value in (point["value"] for point in patient.get("telecom", ()) if point.get("value")):
        yield (("telecom", _escaped(value)),)


def _escaped(text: str) -> str:
    for character in "\\,|$":
        text = text.replace(character, f"\\{character}")
    return text
