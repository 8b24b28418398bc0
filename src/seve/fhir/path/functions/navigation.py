"""Tree navigation (FHIRPath N1, 5.8). Without recursion: a resource may be nested as deep as it likes."""

from __future__ import annotations

from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.model import children
from seve.fhir.path.values import Items, Node


@function("children")
def _children(call: Call) -> Items:
    found: Items = []
    for item in call.items:
        found += children(item) if type(item) is Node else []
    call.scope.environment.spend(len(found))
    return found


@function("descendants")
def _descendants(call: Call) -> Items:
    found: Items = []
    level = _children(call)
    while level:
        found += level
        level = [inner for item in level for inner in children(item)]
        call.scope.environment.spend(len(level))
    return found
