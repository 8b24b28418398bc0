"""A code as a value set shows it."""

from __future__ import annotations

from seve.fhir.terminology.composition import Composition, Part
from seve.fhir.terminology.concepts import Coding, Concept, Sources, find
from seve.fhir.terminology.expansion import with_listed


async def described(sources: Sources, value_set: Composition | None, coding: Coding) -> Concept | None:
    """The concept of a code, under the name that the value set gives it; None where nothing is known of it."""
    system, code = coding
    part = next((p for p in value_set.includes if p.system == system), Part()) if value_set else Part()
    concepts = await sources.code_system(system, part.version)
    found = await find(concepts, code) if concepts else None
    listed = await _listed(sources, value_set, coding) if value_set else None
    return with_listed(found or Concept(code), listed) if listed is not None else found


async def _listed(sources: Sources, value_set: Composition, coding: Coding) -> dict[str, object] | None:
    system, code = coding
    for part in value_set.includes:
        if part.system == system and part.listed and code in part.listed:
            return dict(part.listed[code])
        for canonical in () if part.system else part.value_sets:
            nested = await sources.value_set(canonical)
            found = await _listed(sources, nested, coding) if nested else None
            if found is not None:
                return found
    return None
