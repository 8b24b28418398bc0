"""`Patient/$unmerge`: undoes the last merge of a patient, exactly, or not at all."""

from __future__ import annotations

from seve.engine.access.telling import tell_operation
from seve.engine.identity.merging.patients import reference_of
from seve.engine.identity.merging.unmerge import unmerge
from seve.engine.operations.registry import Call, Operation
from seve.engine.outcomes import outcome
from seve.fhir import Resource
from seve.kernel.refusals import Issue


async def run(call: Call) -> Resource:
    """Parameters: `outcome`, `provenance`."""
    source = reference_of(call.engine, call.one("source-patient"), name="source-patient")
    done = await unmerge(call.engine, call.grant, source=source)
    for patient in (done.source, done.target):
        id_ = patient.removeprefix("Patient/")
        await tell_operation(call.engine, call.grant, "unmerge", type_="Patient", id_=id_, query="")
    fields = {"source": done.source, "target": done.target, "count": done.restored}
    issue = Issue("information", "informational", "engine/identity/merging.outcomes.unmerged", fields)
    reference = {"reference": f"Provenance/{done.provenance}"}
    parameters = [
        {"name": "outcome", "resource": outcome([issue])},
        {"name": "provenance", "valueReference": reference},
    ]
    return {"resourceType": "Parameters", "parameter": parameters}


OPERATIONS = (Operation("https://seve.example/OperationDefinition/Patient-unmerge", run),)
