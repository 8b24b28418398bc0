"""Where references lead without asking anyone: contained resources, entries of the same Bundle, the type a reference names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seve.fhir.definitions import core


def reference_text(value: Any) -> str | None:
    """The text of a reference: a Reference's `reference`, or a uri or canonical itself."""
    if isinstance(value, dict):
        value = value.get("reference")
    return value if isinstance(value, str) else None


def inside(reference: str, holders: Iterable[Any]) -> Any:
    """The resource that a reference means among the contained ones and the Bundle entries of `holders`, None when none."""
    for holder in holders:
        if isinstance(holder, dict):
            found = _contained(reference[1:], holder) if reference.startswith("#") else _in_bundle(reference, holder)
            if found is not None:
                return found
    return None


def promised(reference: str) -> dict[str, Any] | None:
    """A reference that nobody can follow still names its type: `subject.where(resolve() is Patient)` needs no more."""
    parts = reference.split("/_history/", maxsplit=1)[0].split("/")
    if len(parts) < 2 or parts[-2] not in core().resource_types:
        return None
    return {"resourceType": parts[-2], "id": parts[-1]}


def local_resource(reference: Any, resource: Any) -> Any:
    """What a Reference inside `resource` leads to without a Context, None when that can't be told."""
    text = reference_text(reference)
    if not text:
        return None
    return inside(text, (resource,)) or (None if text.startswith("#") else promised(text))


def _contained(identifier: str, holder: dict[str, Any]) -> Any:
    if not identifier:
        return holder
    return next((found for found in holder.get("contained", ()) if found.get("id") == identifier), None)


def _in_bundle(reference: str, holder: dict[str, Any]) -> Any:
    if holder.get("resourceType") != "Bundle":
        return None
    ending = reference if "://" in reference or reference.startswith("urn:") else f"/{reference}"
    for entry in holder.get("entry", ()):
        url = entry.get("fullUrl", "")
        if url == reference or (ending is not reference and url.endswith(ending)):
            return entry.get("resource")
    return None
