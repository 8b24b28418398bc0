"""What kind of record a resource is, for policies by profession: its type, or for a document the type of document."""

from __future__ import annotations

from typing import Any

from seve.fhir import Resource
from seve.fhir.search.keys import value_key

_DOCUMENTS = frozenset({"DocumentReference", "Composition"})


def kind_name(resource: Resource) -> str:
    """`Observation`, or `DocumentReference|11488-4`; a document without a code is of the kind `DocumentReference|`."""
    type_ = resource["resourceType"]
    if type_ not in _DOCUMENTS:
        return type_
    codings: list[dict[str, Any]] = resource.get("type", {}).get("coding", [])
    return f"DocumentReference|{next((coding['code'] for coding in codings if 'code' in coding), '')}"


def kind(resource: Resource) -> int:
    """The key of the kind."""
    return value_key(kind_name(resource))
