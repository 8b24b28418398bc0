"""`$versions`: the versions of FHIR that this server speaks, which is one."""

from __future__ import annotations

from seve.engine.operations.registry import Call, Operation
from seve.fhir import Resource

_VERSION = "4.0"


async def versions(call: Call) -> Resource:
    """Parameters with `version` and `default`."""
    del call
    told = [{"name": name, "valueCode": _VERSION} for name in ("version", "default")]
    return {"resourceType": "Parameters", "parameter": told}


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions", versions),)
