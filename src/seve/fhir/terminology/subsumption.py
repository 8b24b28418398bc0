"""Which of two codes is above the other (R4, 4.7.7), and closure tables (R4, 4.7.14)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from seve.fhir.terminology.concepts import Coding, Concepts, Sources, find
from seve.fhir.terminology.membership import by_system
from seve.fhir.terminology.refusals import NoSubsumption, UnknownCode, UnknownCodeSystem

Outcome: TypeAlias = Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]
Relation: TypeAlias = tuple[Coding, Coding]
"""A concept and one that subsumes it."""


async def subsumes(concepts: Concepts, code_a: str, code_b: str) -> Outcome:
    """How A stands to B. Raises UnknownCode, NoSubsumption."""
    if not concepts.header.has_subsumption:
        raise NoSubsumption(url=concepts.header.url)
    code_a, code_b = await known(concepts, code_a), await known(concepts, code_b)
    if code_a == code_b:
        return "equivalent"
    if code_a in await concepts.ancestors(code_b):
        return "subsumes"
    return "subsumed-by" if code_b in await concepts.ancestors(code_a) else "not-subsumed"


async def known(concepts: Concepts, code: str) -> str:
    """The code as its system writes it. Raises UnknownCode."""
    found = await find(concepts, code)
    if found is None:
        raise UnknownCode(system=concepts.header.url, code=code)
    return found.code


async def relations(sources: Sources, before: Iterable[Coding], added: Iterable[Coding]) -> list[Relation]:
    """What `added` concepts bring to a closure table that holds `before`: each pair once, none between older concepts.

    Raises UnknownCodeSystem, UnknownCode.
    """
    fresh = [coding for coding in dict.fromkeys(added) if coding not in set(before)]
    everything = set(before) | set(fresh)
    found = list[Relation]()
    for system, codes in by_system(sorted(everything)).items():
        new = {code for one, code in fresh if one == system}
        if new:
            found += await _in_system(sources, system, codes, new)
    return found


async def _in_system(sources: Sources, system: str, codes: list[str], new: set[str]) -> list[Relation]:
    concepts = await sources.code_system(system)
    if concepts is None:
        raise UnknownCodeSystem(url=system, version="")
    for code in sorted(new):
        await known(concepts, code)
    found = list[Relation]()
    for code in codes:
        above = (await concepts.ancestors(code)).intersection(codes)
        found += [((system, code), (system, other)) for other in sorted(above) if code in new or other in new]
    return found
