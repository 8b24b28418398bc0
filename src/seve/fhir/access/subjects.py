"""Whose data a resource is.

The Patient compartment of R4 (2.6) also holds what a patient performed, asserted or received. That a mother measured her
child's temperature must not show the child's data to who reaches the mother: the subject decides, and only a resource
without a subject of its own belongs to all the patients that its compartment names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seve.fhir import Resource
from seve.fhir.search.references import target

_SUBJECTS = ("subject", "patient", "for", "beneficiary", "individual", "candidate", "securityContext")


def subjects(resource: Resource, *, compartments: list[str], base_url: str = "") -> list[str]:
    """The ids of the patients whose data this is, each once; `compartments` are those that the search index found."""
    if resource["resourceType"] == "Patient":
        return [resource["id"]] if "id" in resource else []
    for name in _SUBJECTS:
        if found := list(dict.fromkeys(_patients(resource.get(name), base_url))):
            return found
    if resource["resourceType"] == "Bundle":
        return _of_document(resource, base_url)
    return compartments


def _patients(value: Any, base_url: str) -> Iterator[str]:
    for reference in value if isinstance(value, list) else (value,):
        text = reference.get("reference") if isinstance(reference, dict) else None
        pointed = target(text, base_url) if text else None
        if pointed and pointed.type == "Patient" and pointed.id:
            yield pointed.id


def _of_document(bundle: Resource, base_url: str) -> list[str]:
    """A document Bundle is about the subject of its Composition, the first entry (R4, 3.3.1)."""
    entries: list[dict[str, Any]] = bundle.get("entry", [])
    first: Resource | None = entries[0].get("resource") if entries else None
    if bundle.get("type") != "document" or first is None or first["resourceType"] != "Composition":
        return []
    return list(dict.fromkeys(_patients(first.get("subject"), base_url)))
