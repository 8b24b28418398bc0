"""What kind of record a resource is, for policies by profession: its type, or for a document the type of document. A Consent to be
treated or to have a record is another kind than one about who may see what: it lets nobody in. So is a Task on two records that may be one person's.
"""

from __future__ import annotations

from typing import Any

from seve.fhir import Resource
from seve.fhir.search.keys import value_key

_DOCUMENTS = frozenset({"DocumentReference", "Composition"})


def kind_name(resource: Resource) -> str:
    """`Observation`, `Consent|treatment`, `Task|duplicate-patients`, or `DocumentReference|11488-4`; a document without a code is of the kind `DocumentReference|`."""
    type_ = resource["resourceType"]
    if type_ == "Task" and _is_duplicate(resource):
        return "Task|duplicate-patients"
    if type_ == "Consent" and _scope(resource) == {"treatment"}:
        return "Consent|treatment"
    if type_ not in _DOCUMENTS:
        return type_
    codings: list[dict[str, Any]] = resource.get("type", {}).get("coding", [])
    return f"DocumentReference|{next((coding['code'] for coding in codings if 'code' in coding), '')}"


def _is_duplicate(task: Resource) -> bool:
    codings: list[dict[str, Any]] = task.get("code", {}).get("coding", [])
    return any((one.get("system"), one.get("code")) == ("urn:seve:identity", "duplicate-patients") for one in codings)


def _scope(consent: Resource) -> set[Any]:
    return {coding.get("code") for coding in consent.get("scope", {}).get("coding", [])}


def kind(resource: Resource) -> int:
    """The key of the kind."""
    return value_key(kind_name(resource))
