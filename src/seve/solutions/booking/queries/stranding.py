"""Agendas of professionals who have no standing any more."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.booking.model.agendas import diary
from seve.solutions.booking.queries.publishing import agendas

_GROUP = 100


@dataclass(frozen=True, slots=True)
class Stranded:
    """An agenda and whose it is; `role` and `person` are references."""

    id: str
    name: str
    title: str
    role: str


async def stranded(records: Records) -> tuple[Stranded, ...]:
    """Open agendas whose professional or role is not active."""
    held = [diary(one) for one in await agendas(records)]
    gone = await _inactive(records, [str(a.get("reference", "")) for one in held for a in one.actors])
    found = (one for one in held if any(str(a.get("reference", "")) in gone for a in one.actors))
    return tuple(Stranded(one.id, one.name, one.title, one.giver) for one in found)


async def _inactive(records: Records, references: list[str]) -> frozenset[str]:
    found = set[str]()
    for type_ in ("PractitionerRole", "Practitioner"):
        ids = list(dict.fromkeys(r.partition("/")[2] for r in references if r.startswith(f"{type_}/")))
        for at in range(0, len(ids), _GROUP):
            pairs = (("_id", ",".join(ids[at : at + _GROUP])), ("active", "false"), ("_count", str(_GROUP)))
            found |= {f"{type_}/{one['id']}" for one in (await records.search(type_, *pairs)).matches}
    return frozenset(found)


async def open_of(records: Records, role: str) -> tuple[Resource, ...]:
    """Appointments that wait for somebody else."""
    found = await records.search("Appointment", ("actor", role), ("status", "booked,pending"), ("_count", "200"))
    return found.matches
