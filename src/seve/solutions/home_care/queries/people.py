"""For whom: patients who are about to leave or just left, and those whom a visitor represents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visit, whose, wording

_STAY: Final = "IMP,ACUTE,NONAC,SS"
_LATELY: Final = timedelta(days=7)
_MOST: Final = "50"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody in hospital, or who left within a week: their id and name, and since when or until when they were there."""

    id: str
    name: str
    since: str
    until: str


async def leaving(records: Records, *, now: datetime) -> tuple[Leaving, ...]:
    """Stays that the visitor sees, those that ended first."""
    since = (now - _LATELY).isoformat(timespec="seconds")
    pairs = (("class", _STAY), ("status", "arrived,in-progress,onleave"))
    ended = (("class", _STAY), ("status", "finished"), ("date", f"ge{since}"))
    found = [*(await records.search("Encounter", *ended, ("_count", _MOST))).matches]
    found += (await records.search("Encounter", *pairs, ("_count", _MOST))).matches
    made = dict[str, Leaving]()
    for stay in found:
        id_ = str(stay.get("subject", {}).get("reference", "")).partition("/")[2]
        patient = await _patient(records, id_)
        if patient is not None and id_ not in made:
            period = stay.get("period", {})
            made[id_] = Leaving(id_, wording.name_of(patient), period.get("start", ""), period.get("end", ""))
    return tuple(made.values())


async def patient(visit: Visit, id_: str) -> Resource:
    """Whom a request is for. Raises NotFound for who is not theirs to see."""
    if visit.visitor.role == "patient":
        known = await whose(visit)
        if id_ not in [one.id for one in known]:
            raise NotFound
    return await visit.records.read("Patient", id_)


async def names(records: Records, references: Iterable[str]) -> dict[str, str]:
    """Patients' names, of those whom the visitor may know."""
    made = dict[str, str]()
    for one in dict.fromkeys(references):
        found = await _patient(records, one.partition("/")[2])
        if found is not None:
            made[one] = wording.name_of(found)
    return made


async def _patient(records: Records, id_: str) -> Resource | None:
    try:
        return await records.read("Patient", id_)
    except NotFound:
        return None
