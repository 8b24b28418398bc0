"""The patients that may be the one described, best first, each with its grade and score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.matching.candidates import candidates
from seve.engine.identity.matching.grading import Grade, Likeness, likeness
from seve.engine.identity.matching.portraits import Portrait
from seve.engine.identity.matching.scoring import shipped
from seve.fhir import Resource
from seve.fhir.codec.json import parse

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant
    from seve.store.search.running import Found

_ORDER: dict[Grade, int] = {"certain": 0, "probable": 1, "possible": 2, "certainly-not": 3}


@dataclass(frozen=True, slots=True)
class Match:
    """A stored patient and how likely it is the one described."""

    found: Found
    likeness: Likeness


async def matches(engine: Engine, grant: Grant, patient: Resource, *, apart_from: str = "") -> list[Match]:
    """All that are possible at least. Merged and inactive records are left out, and the one with the id `apart_from`.

    Two certain ones are not both certain: then the store has a duplicate, and a person must look; both become probable.
    """
    portrait = Portrait.of(patient)
    found = list[Match]()
    for candidate in (await candidates(engine, grant, patient, portrait)).values():
        stored = parse(candidate.body.encode())
        if candidate.id == apart_from or stored.get("active") is False:
            continue
        alike = likeness(portrait, Portrait.of(stored), shipped())
        if alike.grade != "certainly-not":
            found.append(Match(candidate, alike))
    found.sort(key=lambda match: (_ORDER[match.likeness.grade], -match.likeness.score, match.found.id))
    return _without_rivals(found)


def _without_rivals(found: list[Match]) -> list[Match]:
    certain = [match for match in found if match.likeness.grade == "certain"]
    if len(certain) < 2:
        return found
    lowered = [
        Match(match.found, Likeness("probable", match.likeness.score, match.likeness.levels)) for match in certain
    ]
    return [*lowered, *found[len(certain) :]]
