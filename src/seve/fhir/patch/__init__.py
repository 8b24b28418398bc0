"""Patches of a resource: JSON Patch (RFC 6902), FHIRPath Patch (R4, 3.1.5), XML Patch (RFC 5261)."""

from __future__ import annotations

from typing import Literal

from seve.fhir import Json, Resource
from seve.fhir.patch.fhirpath_patch import apply_fhirpath_patch
from seve.fhir.patch.json_patch import apply_json_patch
from seve.fhir.patch.refusals import PatchRefused
from seve.fhir.patch.xml_patch import apply_xml_patch

__all__ = ["PatchRefused", "apply"]


def apply(resource: Resource, *, kind: Literal["json", "fhirpath", "xml"], document: Json) -> Resource:
    """A new resource; the one given is left as it was. Raises PatchRefused that names the operation."""
    if kind == "json":
        return apply_json_patch(resource, document)
    if kind == "xml":
        return apply_xml_patch(resource, document)
    return apply_fhirpath_patch(resource, document)
