"""Which resources index data that are shared with others by an INS, and whether an identity allows it (`trust.sharing_verdict`).

A document (DocumentReference, Composition) that carries a matricule is indexed by it: in `subject`, in the patient that its source
knew (`context.sourcePatientInfo`), or in a contained Patient. A Consent that opens a shared record lets a whole record be indexed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from seve.fhir import Resource
from seve.france.identity.ins import Matricule, matricules, read

OPENING: Final = "https://seve.example/record-opening"
"""The category of a Consent on the opening of a shared record; its code is the channel."""
TAGS: Final = "https://seve.example/records"
OWN: Final = "own"
"""The tag of a document that stays with who made it, and is none of the shared record."""
_DOCUMENTS = frozenset({"Composition", "DocumentReference"})
_OPENS = frozenset({"active", "proposed"})


def indexed(resource: Resource) -> tuple[Matricule, ...]:
    """The matricules by which a document is indexed; none for a resource of another type."""
    if resource["resourceType"] not in _DOCUMENTS:
        return ()
    return tuple(_found(resource))


def subject(resource: Resource) -> str:
    """Whose record a document or a decision on opening concerns: the reference as it is written, "" without one."""
    told = resource.get("patient" if resource["resourceType"] == "Consent" else "subject", {})
    return str(told.get("reference", ""))


def opens(resource: Resource) -> bool:
    """Whether a Consent opens a shared record, or says that it will be opened."""
    return _is_decision(resource) and resource.get("status") in _OPENS


def feeds(before: Resource | None, after: Resource) -> bool:
    """Whether a change puts something into the shared record, if it is open: a document that is new there, or has other content."""
    if after["resourceType"] != "DocumentReference" or _is_own(after):
        return False
    return (
        before is None or _is_own(before) or any(before.get(part) != after.get(part) for part in ("subject", "content"))
    )


def kept(document: Resource) -> Resource:
    """The same document, that stays with who made it."""
    if _is_own(document):
        return document
    meta: dict[str, Any] = document.get("meta", {})
    return {**document, "meta": {**meta, "tag": [*meta.get("tag", ()), {"system": TAGS, "code": OWN}]}}


def is_open(consents: list[Resource]) -> bool:
    """Whether a record is open, by all Consents of its patient: the last decision holds."""
    decisions = sorted(filter(_is_decision, consents), key=lambda one: one.get("dateTime", ""))
    return bool(decisions) and decisions[-1].get("status") == "active"


def _is_decision(resource: Resource) -> bool:
    categories: list[dict[str, Any]] = resource.get("category", []) if resource["resourceType"] == "Consent" else []
    return any(coding.get("system") == OPENING for one in categories for coding in one.get("coding", ()))


def _is_own(document: Resource) -> bool:
    return any((tag.get("system"), tag.get("code")) == (TAGS, OWN) for tag in document.get("meta", {}).get("tag", ()))


def _found(document: Resource) -> Iterator[Matricule]:
    for place in (document.get("subject"), document.get("context", {}).get("sourcePatientInfo")):
        if place and (found := read(place.get("identifier", {}))):
            yield found
    for contained in document.get("contained", ()):
        if contained.get("resourceType") == "Patient":
            yield from matricules(contained)
