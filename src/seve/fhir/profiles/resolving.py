"""References within reach: contained resources, and the entries of the Bundle that is being validated."""

from __future__ import annotations

from typing import Any

from seve.fhir import Resource
from seve.fhir.path import Context
from seve.fhir.profiles.items import Item, resource_item
from seve.fhir.validation.run import Place, Run

_RESOLVED = "resolve()"


class PathContext(Context):
    """What constraints may ask: references within reach, and value sets in memory."""

    __slots__ = ("_run",)

    def __init__(self, *, run: Run) -> None:
        super().__init__()
        object.__setattr__(self, "_run", run)  # the parent is frozen

    def resolve(self, reference: str) -> Resource | None:
        """The resource behind a reference, when the Bundle holds it."""
        return self._run.context.resources.get(reference)

    def member_of(self, value_set: str, value: Any) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set, as far as memory knows."""
        answers = [self._run.terminology.member(value_set, system, code) for system, code in _codings(value)]
        return True if True in answers else None if None in answers else False


def resolve(run: Run, reference: Item) -> Item | None:
    """The resource that a Reference points to, when it is contained or in the same Bundle."""
    text: str = reference.value.get("reference", "")
    place: Place = (reference.place, _RESOLVED, None)
    if text.startswith("#"):
        inner = next((r for r in run.root.get("contained", ()) if r.get("id") == text[1:]), None)
        return resource_item(inner, place) if inner else None
    found = run.context.resources.get(text)
    return resource_item(found, place) if found else None


def _codings(value: Any) -> list[tuple[str | None, str]]:
    if isinstance(value, str):
        return [(None, value)]
    codings = value.get("coding", ()) if "coding" in value else (value,)
    return [(coding.get("system", ""), coding["code"]) for coding in codings if "code" in coding]
