"""`Patient/$merge`: two records of one person become one (the operation of R5, on R4's resources)."""

from __future__ import annotations

from typing import Any

from seve.engine.access.telling import tell_operation
from seve.engine.identity.merging.merge import Merged, merge
from seve.engine.identity.merging.patients import reference_of
from seve.engine.operations.registry import Call, Operation
from seve.engine.outcomes import outcome
from seve.fhir import Resource
from seve.kernel.refusals import Issue


async def run(call: Call) -> Resource:
    """Parameters: `input`, `outcome`, `result` (the target as it is, or with `preview` would be), `provenance`."""
    source = reference_of(call.engine, call.one("source-patient"), name="source-patient")
    target = reference_of(call.engine, call.one("target-patient"), name="target-patient")
    done = await merge(
        call.engine,
        call.grant,
        source=source,
        target=target,
        result=call.one("result-patient"),
        is_preview=call.one("preview", default=False),
    )
    for reference in (source, target):  # the answer shows the one and tells of the other
        id_ = reference.removeprefix("Patient/")
        await tell_operation(call.engine, call.grant, "merge", type_="Patient", id_=id_, query="")
    return {"resourceType": "Parameters", "parameter": _answer(call, done)}


def _answer(call: Call, done: Merged) -> list[dict[str, Any]]:
    plan = done.plan
    fields = {"source": plan.source, "target": plan.target, "count": len(plan.changed)}
    key = f"engine/identity/merging.outcomes.{'merged' if done.provenance else 'previewed'}"
    parts: list[dict[str, Any]] = [
        {"name": "input", "resource": call.request.resource or {"resourceType": "Parameters"}},
        {"name": "outcome", "resource": outcome([Issue("information", "informational", key, fields)])},
        {"name": "result", "resource": plan.result},
    ]
    if done.provenance:
        reference = {"reference": f"Provenance/{done.provenance}"}
        parts.append({"name": "provenance", "valueReference": reference})
    return parts


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Patient-merge", run),)
