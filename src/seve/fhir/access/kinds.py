"""What kind of record a resource is, for policies by profession: its type, or for a document the type of document. A Consent to be
treated or to have a record is another kind than one about who may see what: it lets nobody in. So is a Task on two records that may be one
person's, and one by which a maker declares a digital tool to be checked. A stay, a form or a task of a hospital's admissions office bears a tag that says so: it is administrative, and another kind than
those about health.
"""

from __future__ import annotations

from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.search.keys import value_key

ADMISSION: Final = {"system": "https://seve.example/CodeSystem/record", "code": "admission"}
"""The tag (`meta.tag`) of what belongs to an admission and says nothing of health."""
DECLARATION: Final = {"system": "urn:seve:tools:task", "code": "tool-declaration"}
"""The code of a Task by which a maker declares a digital tool: it is about nobody."""
_DOCUMENTS = frozenset({"DocumentReference", "Composition"})
_ADMINISTRATIVE = frozenset({"Encounter", "QuestionnaireResponse", "Task"})


def kind_name(resource: Resource) -> str:
    """`Observation`, `Consent|treatment`, `Task|duplicate-patients`, `Task|tool-declaration`, `Encounter|admission`, or
    `DocumentReference|11488-4`; a document without a code is of the kind `DocumentReference|`.
    """
    type_ = resource["resourceType"]
    if type_ == "Task" and _has_code(resource, "urn:seve:identity", "duplicate-patients"):
        return "Task|duplicate-patients"
    if type_ == "Task" and _has_code(resource, DECLARATION["system"], DECLARATION["code"]):
        return "Task|tool-declaration"
    if type_ == "Consent" and _scope(resource) == {"treatment"}:
        return "Consent|treatment"
    if type_ in _ADMINISTRATIVE and is_of_admission(resource):
        return f"{type_}|admission"
    if type_ not in _DOCUMENTS:
        return type_
    codings: list[dict[str, Any]] = resource.get("type", {}).get("coding", [])
    return f"DocumentReference|{next((coding['code'] for coding in codings if 'code' in coding), '')}"


def _has_code(task: Resource, system: str, code: str) -> bool:
    codings: list[dict[str, Any]] = task.get("code", {}).get("coding", [])
    return any((one.get("system"), one.get("code")) == (system, code) for one in codings)


def is_of_admission(resource: Resource) -> bool:
    """Whether it bears the tag."""
    tags: list[dict[str, Any]] = resource.get("meta", {}).get("tag", [])
    return any(one.get("system") == ADMISSION["system"] and one.get("code") == ADMISSION["code"] for one in tags)


def _scope(consent: Resource) -> set[Any]:
    return {coding.get("code") for coding in consent.get("scope", {}).get("coding", [])}


def kind(resource: Resource) -> int:
    """The key of the kind."""
    return value_key(kind_name(resource))
