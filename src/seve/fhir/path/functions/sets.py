"""Combining (FHIRPath N1, 5.4)."""

from __future__ import annotations

from seve.fhir.path.equality import distinct
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.values import Items


@function("union", 1)
def _union(call: Call) -> Items:
    return distinct([*call.items, *call.argument(0)])


@function("combine", (1, 2))
def _combine(call: Call) -> Items:
    return [*call.items, *call.argument(0)]
