"""Patients, their rights, what they are asked for, and the checks of their identity."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import NotFound, Records, Visit, whose
from seve.solutions.admission.model import checks, costs
from seve.solutions.admission.model.checks import Check

_TASKS = "https://seve.example/CodeSystem/admission-task|identity-check"


async def patient(records: Records, reference: str) -> Resource:
    """Raises NotFound."""
    return await records.read("Patient", reference.rpartition("/")[2])


async def patients(records: Records, references: list[str]) -> dict[str, Resource]:
    """Several, by reference; who can't be seen is left out."""
    ids = sorted({one.rpartition("/")[2] for one in references})
    found = await records.every("Patient", ("_id", ",".join(ids))) if ids else ()
    return {f"Patient/{one['id']}": one for one in found}


async def their_own(visit: Visit, reference: str) -> None:
    """Raises NotFound unless the patient is the visitor, or somebody whom they represent."""
    if reference.rpartition("/")[2] not in [one.id for one in await whose(visit)]:
        raise NotFound


async def coverages(records: Records, reference: str) -> tuple[Resource, ...]:
    """Every Coverage of a patient."""
    return await records.every("Coverage", ("beneficiary", reference))


async def bill(records: Records, stay: Resource) -> Resource | None:
    """The Invoice of a stay, None before there is one; the latest that was not cancelled."""
    found = await records.every("Invoice", ("patient", str(stay["subject"]["reference"])), ("_sort", "-date"))
    ours = (one for one in found if costs.stay_of(one) == f"Encounter/{stay['id']}" and one["status"] != "cancelled")
    return next(ours, None)


async def waiting(records: Records) -> tuple[Check, ...]:
    """Checks that nobody decided yet, the oldest first."""
    found = await records.every("Task", ("code", _TASKS), ("status", "requested"), ("_sort", "authored-on"))
    return tuple(checks.read(one) for one in found)


async def of_stay(records: Records, stay: Resource) -> tuple[Check, ...]:
    """Checks of a stay, the latest first."""
    found = await records.every(
        "Task",
        ("patient", str(stay["subject"]["reference"])),
        ("code", _TASKS),
        ("_sort", "-authored-on"),
    )
    ours = f"Encounter/{stay['id']}"
    return tuple(one for one in map(checks.read, found) if one.stay == ours)
