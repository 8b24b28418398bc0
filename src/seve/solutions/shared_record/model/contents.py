"""The seven classes of content that the shared record has by law (N01), and which resources each is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

from seve.fhir import Resource

ContentClass: TypeAlias = Literal[
    "reimbursements", "conditions", "treatments", "reports", "results", "certificates", "directives"
]
CLASSES: tuple[ContentClass, ...] = get_args(ContentClass)
LOINC = "http://loinc.org"
REIMBURSED_MONTHS = 24
"""How long a reimbursement shows (N01)."""

DOCUMENTS: dict[ContentClass, tuple[str, ...]] = {
    "results": ("11502-2", "18748-4", "11526-1", "18725-2", "26436-6", "18842-5"),
    "certificates": ("87273-9", "64297-5", "64298-3"),
    "directives": ("42348-3", "75320-2", "81334-5"),
    "treatments": ("57833-6", "77603-9", "18776-5"),
}
"""Types of documents (LOINC) by class; all others are reports."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries of one class come from: a type, the search parameters of its date and of its author, and what else is asked."""

    type: str
    date: str
    author: str = ""
    query: tuple[tuple[str, str], ...] = ()


def _documents(class_: ContentClass) -> Source:
    return Source("DocumentReference", "date", "author", (("type", _either(DOCUMENTS[class_])), _NOT_REPLACED))


def _either(codes: tuple[str, ...]) -> str:
    return ",".join(f"{LOINC}|{code}" for code in codes)


_NOT_REPLACED = ("status", "current")
_RIGHT = ("status:not", "entered-in-error")
_OTHERS = tuple(code for codes in DOCUMENTS.values() for code in codes)
SOURCES: dict[ContentClass, tuple[Source, ...]] = {
    "reimbursements": (Source("ExplanationOfBenefit", "created"), Source("Claim", "created")),
    "conditions": (
        Source("Condition", "recorded-date", "asserter", (("verification-status:not", "entered-in-error"),)),
        Source("AllergyIntolerance", "date", "recorder", (("verification-status:not", "entered-in-error"),)),
    ),
    "treatments": (
        Source("MedicationRequest", "authoredon", "requester", (_RIGHT,)),
        Source("MedicationDispense", "whenhandedover", "performer", (_RIGHT,)),
        Source("MedicationStatement", "effective", "source", (_RIGHT,)),
        Source("Immunization", "date", "performer", (_RIGHT,)),
        Source("Procedure", "date", "performer", (_RIGHT,)),
        Source("Encounter", "date", "participant", (_RIGHT,)),
        _documents("treatments"),
    ),
    "reports": (
        Source("DocumentReference", "date", "author", (("type:not", _either(_OTHERS)), _NOT_REPLACED)),
    ),
    "results": (
        Source("Observation", "date", "performer", (_RIGHT,)),
        Source("DiagnosticReport", "date", "performer", (_RIGHT,)),
        Source("ImagingStudy", "started", "performer"),
        _documents("results"),
    ),
    "certificates": (_documents("certificates"),),
    "directives": (_documents("directives"),),
}  # fmt: skip


def sources(class_: ContentClass | None) -> tuple[Source, ...]:
    """Those of one class; of the whole record, with all documents at once, for None."""
    if class_:
        return SOURCES[class_]
    return (*_without_documents(), Source("DocumentReference", "date", "author", (_NOT_REPLACED,)))


def class_of(resource: Resource) -> ContentClass:
    """The class that a resource belongs to."""
    type_, codes = resource["resourceType"], set[object]()
    if type_ == "DocumentReference":
        codes = {coding.get("code") for coding in resource.get("type", {}).get("coding", ())}
    for name in CLASSES:
        is_document = type_ == "DocumentReference"
        if codes.intersection(DOCUMENTS.get(name, ())) if is_document else type_ in [one.type for one in SOURCES[name]]:
            return name
    return "reports"


def reimbursed_since(today: date) -> date:
    """The first day whose reimbursements still show."""
    months = today.year * 12 + today.month - 1 - REIMBURSED_MONTHS
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, 28))


def as_class(text: str) -> ContentClass | None:
    """One of the seven, or None."""
    return next((one for one in CLASSES if one == text), None)


def _without_documents() -> Iterator[Source]:
    for found in SOURCES.values():
        yield from (one for one in found if one.type != "DocumentReference")
