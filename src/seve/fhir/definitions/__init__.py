"""The official definitions: types, search parameters, value sets, code systems, operations, compartments."""

from seve.fhir.definitions.registry import Definitions, core
from seve.fhir.definitions.schema import Binding, Constraint, Element, TypeRef, TypeSchema

__all__ = ["Binding", "Constraint", "Definitions", "Element", "TypeRef", "TypeSchema", "core"]
