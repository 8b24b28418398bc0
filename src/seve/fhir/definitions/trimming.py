"""What a machine needs of a conformance resource: prose for readers of the specification and mappings are left out."""

from __future__ import annotations

from typing import Any

from seve.fhir import Resource

KINDS = (
    "StructureDefinition",
    "SearchParameter",
    "ValueSet",
    "CodeSystem",
    "ConceptMap",
    "OperationDefinition",
    "CompartmentDefinition",
    "NamingSystem",
)
"""The resource types that bring rules into force."""

_PROSE = {
    "text", "contact", "publisher", "meta", "mapping", "purpose", "copyright", "useContext", "jurisdiction", "date",
    "keyword", "xpath", "comment", "requirements", "alias", "orderMeaning", "xpathUsage", "isModifierReason", "extension",
    "example", "differential",
}  # fmt: skip
_KEPT_EXTENSIONS = {
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type",
    "http://hl7.org/fhir/StructureDefinition/regex",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status",
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice",
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet",
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-minValueSet",
    "http://hl7.org/fhir/StructureDefinition/codesystem-subsumes",
}


def trim(resource: Resource) -> Resource:
    """A smaller resource that decides the same: the snapshot stays, or the differential where there is none."""
    kept = {key: _trim(value) for key, value in resource.items() if key not in _PROSE}
    if extensions := _extensions(resource):
        kept["extension"] = extensions
    if resource["resourceType"] == "StructureDefinition" and "snapshot" not in resource and "differential" in resource:
        kept["differential"] = _trim(resource["differential"])
    return kept


def _trim(value: Any) -> Any:
    if isinstance(value, list):
        return [_trim(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_element = "path" in value and "id" in value and "min" in value
    kept = {k: _trim(v) for k, v in value.items() if k not in _PROSE and not (is_element and k == "definition")}
    if extensions := _extensions(value):
        kept["extension"] = extensions
    return kept


def _extensions(value: dict[str, Any]) -> list[Any]:
    return [e for e in value.get("extension", ()) if e.get("url") in _KEPT_EXTENSIONS]
