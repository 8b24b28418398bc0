"""What a timeline or a list says of a resource: title, time, author, software, class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seve.fhir import Resource
from seve.kernel.texts import Language
from seve.sdk import wording
from seve.solutions.shared_record.model.contents import ContentClass, class_of

_DATES = (
    "effectiveDateTime", "authoredOn", "whenHandedOver", "occurrenceDateTime", "performedDateTime", "recordedDate", "started",
    "onsetDateTime", "date", "created", "dateAsserted", "issued",
)  # fmt: skip
_PERIODS = ("period", "effectivePeriod", "performedPeriod", "billablePeriod")
_AUTHORS = (
    "author",
    "performer",
    "requester",
    "recorder",
    "asserter",
    "informationSource",
    "participant",
    "provider",
    "insurer",
)
_TITLES = (
    "code",
    "vaccineCode",
    "medicationCodeableConcept",
    "medicationReference",
    "type",
    "description",
    "serviceType",
    "class",
)
_MASK = "MASQUE_PS"
_LATER = "INVISIBLE_PATIENT"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a record. `at` is a FHIR date or "", `author` a reference or "", `author_said` the name that stands beside it,
    `software` who fed it or "", `value` what was measured or found.
    """

    type: str
    id: str
    class_: ContentClass
    title: str
    at: str
    author: str
    author_said: str
    software: str
    value: str
    is_masked: bool
    is_announced_later: bool
    is_unusual: bool

    @property
    def reference(self) -> str:
        """`Observation/1`."""
        return f"{self.type}/{self.id}"


def entry(resource: Resource, language: Language) -> Entry:
    """What there is to say of a resource."""
    author, said = author_of(resource)
    labels = labels_of(resource)
    return Entry(
        type=resource["resourceType"],
        id=resource["id"],
        class_=class_of(resource),
        title=title_of(resource),
        at=time_of(resource),
        author=author,
        author_said=said,
        software=software_of(resource),
        value=value_of(resource, language),
        is_masked=_MASK in labels,
        is_announced_later=_LATER in labels,
        is_unusual=bool(unusual(resource)),
    )


def title_of(resource: Resource) -> str:
    """What people would call it; the id when it says nothing."""
    if resource["resourceType"] == "DocumentReference" and resource.get("description"):
        return str(resource["description"])
    for key in _TITLES:
        value = resource.get(key)
        if found := value if isinstance(value, str) else wording.coded(value):
            return found
    return str(resource["id"])


def time_of(resource: Resource) -> str:
    """When it happened: a FHIR date or instant, "" when it is not told."""
    for key in _DATES:
        if isinstance(resource.get(key), str):
            return str(resource[key])
    for key in _PERIODS:
        period: dict[str, Any] = resource.get(key, {})
        if start := period.get("start") or period.get("end"):
            return str(start)
    return ""


def author_of(resource: Resource) -> tuple[str, str]:
    """Who says so: a reference, and the name that stands beside it."""
    for key in _AUTHORS:
        value: Any = resource.get(key)
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict):
            inner: dict[str, Any] = one.get("actor") or one.get("individual") or one
            return str(inner.get("reference", "")), str(inner.get("display", ""))
    return "", ""


def software_of(resource: Resource) -> str:
    """Which software fed it, as `meta.source` says: the host of an address, the last part of a name."""
    source = str(resource.get("meta", {}).get("source", "")).partition("#")[0]
    if "://" in source:
        return source.partition("://")[2].partition("/")[0]
    return source.rpartition(":")[2]


def labels_of(resource: Resource) -> frozenset[str]:
    """The codes of its security labels."""
    found: list[dict[str, Any]] = [*resource.get("meta", {}).get("security", ())]
    for concept in resource.get("securityLabel", ()):
        found += concept.get("coding", ())
    return frozenset(coding.get("code", "") for coding in found)


def value_of(resource: Resource, language: Language) -> str:
    """What was found: a quantity, a code, the parts of a panel, a conclusion; for a medicine how it is taken."""
    if found := _single(resource, language):
        return found
    parts = [(wording.coded(one.get("code")), _single(one, language)) for one in resource.get("component", ())]
    if told := ", ".join(f"{name} {value}" for name, value in parts if value):
        return told
    dosages: list[dict[str, Any]] = [*resource.get("dosageInstruction", ()), *resource.get("dosage", ())]
    return "; ".join(one["text"] for one in dosages if one.get("text")) or str(resource.get("conclusion", ""))


def unusual(resource: Resource) -> str:
    """The code that says a result is out of its range (H, L, HH, LL, A); "" when none does."""
    for concept in resource.get("interpretation", ()):
        for code in wording.codes(concept):
            if code in ("H", "L", "HH", "LL", "A", "AA", "HU", "LU"):
                return code
    return ""


def _single(resource: Resource, language: Language) -> str:
    found = wording.quantity(resource.get("valueQuantity"), language) or wording.coded(
        resource.get("valueCodeableConcept")
    )
    if "valueInteger" in resource:
        return str(resource["valueInteger"])
    return found or str(resource.get("valueString", ""))
