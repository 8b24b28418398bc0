"""The Provenance of a merge: every resource that it changed, at the version before and the version after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from seve.fhir import Resource

SYSTEM = "urn:seve:identity"
MERGE, UNMERGE = "merge", "unmerge"


@dataclass(frozen=True, slots=True)
class Change:
    """A resource (`Type/id`) that went from one version to another."""

    reference: str
    before: int
    after: int


def provenance(activity: str, changes: Iterable[Change], *, holder: str, source: str, target: str) -> Resource:
    """The Provenance; `target` of the element are the versions after, `entity` those before, in the same order."""
    made = list(changes)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "resourceType": "Provenance",
        "target": [{"reference": f"{one.reference}/_history/{one.after}"} for one in made],
        "occurredDateTime": now,
        "recorded": now,
        "activity": {"coding": [{"system": SYSTEM, "code": activity}], "text": f"{source} → {target}"},
        "agent": [{"who": {"display": holder}}],
        "entity": [
            {"role": "revision", "what": {"reference": f"{one.reference}/_history/{one.before}"}} for one in made
        ],
    }


def is_of(resource: Resource, activity: str) -> bool:
    """Whether it is the Provenance of this activity."""
    codings = resource.get("activity", {}).get("coding", ())
    return any((coding.get("system"), coding.get("code")) == (SYSTEM, activity) for coding in codings)


def patients(resource: Resource) -> tuple[str, str]:
    """Source and target of the merge that a Provenance tells of."""
    source, _, target = resource["activity"]["text"].partition(" → ")
    return source, target


def changes(resource: Resource) -> Iterator[Change]:
    """What a Provenance recorded."""
    for after, before in zip(resource["target"], resource["entity"], strict=True):
        reference, version = _split(after)
        yield Change(reference, _split(before["what"])[1], version)


def _split(reference: dict[str, Any]) -> tuple[str, int]:
    bare, _, version = reference["reference"].partition("/_history/")
    return bare, int(version)
