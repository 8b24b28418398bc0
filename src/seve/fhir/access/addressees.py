"""Whom a resource is for, who therefore sees it though they may not reach its patient: participants of an Appointment,
recipients of a Communication.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seve.fhir import Resource


def addressees(resource: Resource) -> Iterator[str]:
    """References to them, as they are written; patients are none: what is about them is theirs by reach."""
    match resource["resourceType"]:
        case "Appointment":
            found: list[dict[str, Any]] = [p.get("actor", {}) for p in resource.get("participant", [])]
        case "Communication":
            found = resource.get("recipient", [])
        case _:
            return
    for one in found:
        text = one.get("reference", "")
        if text and not text.startswith("#") and "Patient/" not in text:
            yield text
