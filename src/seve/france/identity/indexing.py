"""Which resources index data that are shared with others by an INS (`trust.sharing_verdict` says whether an identity allows it).

A document (DocumentReference, Composition) that carries a matricule is indexed by it: in `subject`, in the patient that its source
knew (`context.sourcePatientInfo`), or in a contained Patient. A Consent that opens a shared record lets a whole record be indexed.
"""

from __future__ import annotations

from collections.abc import Iterator

from seve.fhir import Resource
from seve.fhir.access.openings import channel
from seve.france.identity.ins import Matricule, matricules, read

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
    return bool(channel(resource)) and resource.get("status") in _OPENS


def _found(document: Resource) -> Iterator[Matricule]:
    for place in (document.get("subject"), document.get("context", {}).get("sourcePatientInfo")):
        if place and (found := read(place.get("identifier", {}))):
            yield found
    for contained in document.get("contained", ()):
        if contained.get("resourceType") == "Patient":
            yield from matricules(contained)
