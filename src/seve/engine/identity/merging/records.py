"""The two Patients of a merge, as they become; pure."""

from __future__ import annotations

from typing import Any

from seve.fhir import Resource
from seve.france.identity.ins import read

REPLACED_BY, REPLACES = "replaced-by", "replaces"


def replacement(patient: Resource) -> str:
    """The record that this one was merged into, `Patient/id`; "" when it was not."""
    links = patient.get("link", ())
    return next((link["other"].get("reference", "") for link in links if link["type"] == REPLACED_BY), "")


def retired(source: Resource, *, target: str) -> Resource:
    """The source: inactive, replaced by the target; all else stays, so that the merge can be read and undone."""
    return {**source, "active": False, "link": [*source.get("link", ()), _link(target, REPLACED_BY)]}


def united(target: Resource, source: Resource, *, source_reference: str) -> Resource:
    """The target with the identifiers of the source that it lacks, each INS among them as old, and the link to the source."""
    own = target.get("identifier", [])
    known = {_key(identifier) for identifier in own}
    added = [_aged(identifier) for identifier in source.get("identifier", ()) if _key(identifier) not in known]
    found = {**target, "link": [*target.get("link", ()), _link(source_reference, REPLACES)]}
    if own or added:
        found["identifier"] = [*own, *added]
    return found


def _link(reference: str, type_: str) -> dict[str, Any]:
    return {"other": {"reference": reference}, "type": type_}


def _key(identifier: dict[str, Any]) -> tuple[str, str]:
    return identifier.get("system", ""), identifier.get("value", "")


def _aged(identifier: dict[str, Any]) -> dict[str, Any]:
    return {**identifier, "use": "old"} if read(identifier) else identifier
