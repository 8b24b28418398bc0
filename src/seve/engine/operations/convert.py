"""`$convert`: a resource in the form that the caller accepts; JSON and XML are the forms there are."""

from __future__ import annotations

from seve.engine.operations.registry import Call, Operation
from seve.fhir import Resource


async def convert(call: Call) -> Resource:
    """The resource given; reading and writing convert it."""
    return call.one("input")


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Resource-convert", convert),)
