"""Whose records a visitor may look at without asking anybody: their own, and those of the people whom they represent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.rights.people import name_of
from seve.sdk.refusals import NotFound

if TYPE_CHECKING:
    from seve.fhir import Resource
    from seve.sdk.visit import Visit


@dataclass(frozen=True, slots=True)
class Whose:
    """A patient by id and name; `is_own` when it is the visitor."""

    id: str
    name: str
    is_own: bool


async def whose(visit: Visit) -> tuple[Whose, ...]:
    """The visitor first, then those they represent (children, adults under protection); nobody for who is no patient.

    The manifest of the solution reads Patient and RelatedPerson.
    """
    found = list[Whose]()
    for reference, is_own in [(visit.visitor.acts_as, True), *[(one, False) for one in await _represented(visit)]]:
        patient = await _patient(visit, reference)
        if patient is not None and patient["id"] not in [one.id for one in found]:
            found.append(Whose(patient["id"], name_of(patient), is_own))
    return tuple(found)


async def _represented(visit: Visit) -> list[str]:
    links = [await _read(visit, reference) for reference in visit.visitor.related]
    return [str(one["patient"].get("reference", "")) for one in links if one is not None]


async def _patient(visit: Visit, reference: str) -> Resource | None:
    return await _read(visit, reference) if reference.startswith("Patient/") else None


async def _read(visit: Visit, reference: str) -> Resource | None:
    type_, _, id_ = reference.partition("/")
    try:
        return await visit.records.read(type_, id_)
    except NotFound:
        return None
