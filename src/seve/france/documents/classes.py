"""Types and classes of documents, and the part of the shared record that shows a resource (requirement N01)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.france.cda import Code
from seve.france.documents.systems import CLASSES, LOINC, oid_of, url_of

ContentClass: TypeAlias = Literal[
    "reimbursements", "conditions", "treatments", "reports", "results", "certificates", "directives"
]
CONTENT_CLASSES: tuple[ContentClass, ...] = (
    "reimbursements",
    "conditions",
    "treatments",
    "reports",
    "results",
    "certificates",
    "directives",
)
DIRECTIVES = Code("2.16.840.1.113883.6.1", "42348-3", "Directives anticipées")
"""LOINC's type, which the national table has not; its class is that of what patients bring."""
DIRECTIVES_CLASS = "90"
_DIRECTIVE_CODES = frozenset((DIRECTIVES.code, "acd"))
"""The type, and the category of Consent that says the same."""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type (JDV_J07): its code, the code of its class (JDV_J57), and its part of the record, if any."""

    code: Code
    class_code: str
    content: ContentClass | None


@cache
def document_types() -> Mapping[tuple[str, str], DocumentType]:
    """All types by the object identifier of their system and their code."""
    classes = table("classes")
    return {
        (oid, code): DocumentType(
            Code(oid, code, entry.get("label", "")),
            entry["class"],
            entry.get("content") or classes[entry["class"]].get("content"),
        )
        for oid, types in table("types").items()
        for code, entry in types.items()
    }


@cache
def types_shown(content: ContentClass | None) -> tuple[tuple[str, str], ...]:
    """Types (system as FHIR has it, code) of the documents that one part shows; for None those that none of the seven does."""
    found = [(url_of(oid), code) for (oid, code), one in document_types().items() if one.content == content]
    return (*found, (LOINC, DIRECTIVES.code)) if content == "directives" else tuple(found)


def class_codes(content: ContentClass) -> tuple[str, ...]:
    """Classes (JDV_J57) whose documents one part shows when their type is in no table."""
    return tuple(code for code, entry in table("classes").items() if entry.get("content") == content)


def class_label(code: str) -> str:
    """The French name of a class."""
    return table("classes")[code]["label"]


def content_class(resource: Resource) -> ContentClass | None:
    """The part of the record that shows a resource; None for what none of the seven has (identity, administration)."""
    if resource["resourceType"] == "DocumentReference":
        return _of_document(resource)
    if resource["resourceType"] == "Consent":
        codes = {coding.get("code") for concept in resource.get("category", ()) for coding in concept.get("coding", ())}
        return "directives" if codes & _DIRECTIVE_CODES else None
    return _by_type().get(resource["resourceType"])


@cache
def table(name: str) -> Mapping[str, Any]:
    """One of the tables in `tables/`, by its name without `.toml`."""
    file = resources.files("seve.france.documents.tables").joinpath(f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _of_document(resource: Resource) -> ContentClass | None:
    """By its type; by its class when the type is in no table."""
    for coding in resource.get("type", {}).get("coding", ()):
        if coding.get("system", LOINC) == LOINC and coding.get("code") in _DIRECTIVE_CODES:
            return "directives"
        found = document_types().get((oid_of(coding.get("system", "")), coding.get("code", "")))
        if found:
            return found.content
    codes = (code for code in _class_codes(resource) if code in table("classes"))
    return next((table("classes")[code].get("content") for code in codes), None)


def _class_codes(resource: Resource) -> Iterator[str]:
    for concept in resource.get("category", ()):
        for coding in concept.get("coding", ()):
            if coding.get("system") == CLASSES:
                yield coding.get("code", "")


@cache
def _by_type() -> Mapping[str, ContentClass]:
    return {type_: content for content in CONTENT_CLASSES for type_ in table("contents")[content]["types"]}
