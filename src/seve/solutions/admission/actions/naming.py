"""Who arrived unknown gets a name once somebody learns it."""

from __future__ import annotations

from seve.fhir import Resource
from seve.france.identity.traits import StrictTraits
from seve.sdk import NotFound, Visit
from seve.solutions.admission.model import identities, stays
from seve.solutions.admission.queries import people


async def unnamed(visit: Visit, stay: Resource) -> Resource:
    """The patient of a stay, whom nobody knows yet. Raises NotFound once they have a name."""
    patient = await people.patient(visit.records, stays.patient_of(stay))
    if not identities.is_unknown(patient):
        raise NotFound
    return patient


async def name(visit: Visit, stay: Resource, *, family: str, given: str, birth_date: str, sex: str) -> Resource:
    """The patient with a name, provisional. A record that was theirs before is merged elsewhere. Raises NotFound, Changed."""
    patient = await unnamed(visit, stay)
    traits = StrictTraits(family.upper(), given.upper(), birth_date, sex)
    return await visit.records.update(identities.named(patient, traits))
