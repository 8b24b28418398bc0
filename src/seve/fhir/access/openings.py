"""Whether a person's shared record is open: Consents of a category of ours, of which the last decision holds.

A Consent because what opens a record is the agreement of its holder: `patient` agrees, `performer` took it down, `dateTime` says
when, `provision.period.start` from when. Its scope is treatment, so that it opens the record and nobody's way into it.

A document (DocumentReference) belongs to the shared record unless it has the tag `own`: then it stays with who made it, and is for the
staff of the organisation that keeps it when its `custodian` names one of this server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource

Channel: TypeAlias = Literal["patient", "doctor", "pharmacist", "desk", "automatic"]
State: TypeAlias = Literal["none", "proposed", "active", "rejected", "inactive"]
SYSTEM: Final = "https://seve.example/record-opening"
TAGS: Final = "https://seve.example/records"
OWN: Final = "own"


@dataclass(frozen=True, slots=True)
class Opening:
    """What was decided last; `at` a FHIR instant and `by` a reference, both "" when nothing was; `opens` the day that a notice tells."""

    state: State = "none"
    channel: str = ""
    at: str = ""
    by: str = ""
    opens: str = ""

    @property
    def is_open(self) -> bool:
        """Whether documents may be put into the record."""
        return self.state == "active"


def channel(resource: Resource) -> str:
    """Through which channel a Consent decides on opening; "" for any other resource."""
    if resource["resourceType"] != "Consent":
        return ""
    return next((one["code"] for one in _codings(resource) if one.get("system") == SYSTEM and one.get("code")), "")


def latest(consents: Iterable[Resource]) -> Opening:
    """What holds among the decisions on one record."""
    found = sorted((one for one in consents if channel(one)), key=instant)
    if not found:
        return Opening()
    last: dict[str, Any] = found[-1]
    by = next((one.get("reference", "") for one in last.get("performer", ())), "")
    opens = last.get("provision", {}).get("period", {}).get("start", "")
    return Opening(last["status"], channel(last), last.get("dateTime", ""), by, opens[:10])


def instant(consent: Resource) -> float:
    """When it was decided, in seconds since 1970; a day is its first second in UTC, and what has no date to the day is 0."""
    try:
        at = datetime.fromisoformat(consent.get("dateTime", ""))
    except ValueError:
        return 0.0
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def is_shared(document: Resource) -> bool:
    """Whether a DocumentReference belongs to the shared record."""
    tags: list[dict[str, Any]] = document.get("meta", {}).get("tag", [])
    return not any(one.get("system") == TAGS and one.get("code") == OWN for one in tags)


def keeper(document: Resource) -> str:
    """The reference of who keeps a document (`custodian`) that is of no shared record; "" for every other resource, and when nobody says so."""
    if document["resourceType"] != "DocumentReference" or is_shared(document):
        return ""
    return document.get("custodian", {}).get("reference", "")


def kept(document: Resource) -> Resource:
    """The same document, kept by who made it."""
    meta = document.get("meta", {})
    return {**document, "meta": {**meta, "tag": [*meta.get("tag", ()), {"system": TAGS, "code": OWN}]}}


def feeds(before: Resource | None, after: Resource) -> bool:
    """Whether a change puts something into the shared record: a new document or other content, not what is only filed anew."""
    if after["resourceType"] != "DocumentReference" or not is_shared(after):
        return False
    if before is None or not is_shared(before):
        return True
    return any(before.get(part) != after.get(part) for part in ("subject", "content"))


def _codings(consent: Resource) -> Iterator[dict[str, Any]]:
    for concept in consent.get("category", ()):
        yield from concept.get("coding", ())
