"""FHIR R4 as pure functions: codec, validation, FHIRPath, search grammar, patch, terminology rules, definitions.

A resource in memory is its parsed JSON: dictionaries, lists, strings, booleans, integers and `Decimal` (never float),
as `seve.fhir.codec.json` makes it. Nothing here reads a database, a socket or the clock.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Any parsed JSON value."""

Resource: TypeAlias = dict[str, Any]
"""A FHIR resource as parsed JSON, with its `resourceType`."""
