"""How each of the seven classes of content (N01; `seve.france.documents.classes` says which) is searched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from seve.fhir import Resource
from seve.fhir.access.openings import OWN, TAGS
from seve.france.documents.classes import CONTENT_CLASSES, ContentClass, class_codes, content_class, types_shown
from seve.france.documents.systems import CLASSES as CLASS_SYSTEM

CLASSES = CONTENT_CLASSES
REIMBURSED_MONTHS = 24
"""How long a reimbursement shows (N01)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries of one class come from: a type, the search parameters of its date and of its author, and what else is asked."""

    type: str
    date: str
    author: str = ""
    query: tuple[tuple[str, str], ...] = ()


def _documents(class_: ContentClass) -> tuple[Source, ...]:
    """Those of a type that the class shows; those of a type in no table, by their class."""
    known = _document(("type", _either(types_shown(class_))))
    by_class = _either((CLASS_SYSTEM, code) for code in class_codes(class_))
    return (known, _document(("category", by_class), _UNKNOWN)) if by_class else (known,)


def _reports() -> Iterator[Source]:
    """Reports, and what belongs to none of the seven: a document is never out of sight."""
    yield _document(("type", _either([*types_shown("reports"), *types_shown(None)])))
    others = [code for class_ in CLASSES if class_ != "reports" for code in class_codes(class_)]
    yield _document(("category:not", _either((CLASS_SYSTEM, code) for code in others)), _UNKNOWN)


def _document(*query: tuple[str, str]) -> Source:
    return Source("DocumentReference", "date", "author", (*query, *IN_FORCE))


def _either(codes: Iterable[tuple[str, str]]) -> str:
    return ",".join(f"{system}|{code}" for system, code in codes)


IN_FORCE = (("status", "current"), ("_tag:not", f"{TAGS}|{OWN}"))
"""Documents of the shared record that were not replaced: not those that stay with who made them."""
_KNOWN = [one for class_ in (*CLASSES, None) for one in types_shown(class_)]
_UNKNOWN = ("type:not", _either(_KNOWN))
_RIGHT = ("status:not", "entered-in-error")
SOURCES: dict[ContentClass, tuple[Source, ...]] = {
    "reimbursements": (
        Source("ExplanationOfBenefit", "created"),
        Source("Claim", "created"),
        *_documents("reimbursements"),
    ),
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
        *_documents("treatments"),
    ),
    "reports": tuple(_reports()),
    "results": (
        Source("Observation", "date", "performer", (_RIGHT,)),
        Source("DiagnosticReport", "date", "performer", (_RIGHT,)),
        Source("ImagingStudy", "started", "performer"),
        *_documents("results"),
    ),
    "certificates": _documents("certificates"),
    "directives": _documents("directives"),
}  # fmt: skip


def sources(class_: ContentClass | None) -> tuple[Source, ...]:
    """Those of one class; of the whole record, with all documents at once, for None."""
    if class_:
        return SOURCES[class_]
    return (*_without_documents(), Source("DocumentReference", "date", "author", IN_FORCE))


def class_of(resource: Resource) -> ContentClass:
    """The class that shows a resource; reports for what none of the seven has."""
    return content_class(resource) or "reports"


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
