"""FHIRPath N1 with FHIR R4's additions: parsed, checked and compiled once, evaluated often."""

from seve.fhir.path.compiled import Compiled, compile, evaluate  # noqa: A004 - the name of the door, as in `re`
from seve.fhir.path.context import Context
from seve.fhir.path.errors import FHIRPathError, FHIRPathSyntaxError
from seve.fhir.path.quantity import Quantity
from seve.fhir.path.temporal import Date, DateTime, Time

__all__ = [
    "Compiled",
    "Context",
    "Date",
    "DateTime",
    "FHIRPathError",
    "FHIRPathSyntaxError",
    "Quantity",
    "Time",
    "compile",
    "evaluate",
]
