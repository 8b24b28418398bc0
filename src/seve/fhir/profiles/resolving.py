"""References within reach: contained resources, and the entries of the Bundle that is being validated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seve.fhir import Resource
from seve.fhir.path import Context
from seve.fhir.profiles.items import Item, resource_item
from seve.fhir.validation.run import Place, Run

_RESOLVED = "resolve()"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathContext(Context):
    """What constraints may ask: references within reach, value sets in memory, profiles in force."""

    run: Run

    def resolve(self, reference: str) -> Resource | None:
        """The resource behind a reference, when the Bundle holds it."""
        return self.run.context.resources.get(reference)

    def member_of(self, value_set: str, value: Any) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set, as far as memory knows."""
        answers = [self.run.terminology.member(value_set, system, code) for system, code in _codings(value)]
        return True if True in answers else None if None in answers else False

    def conforms_to(self, resource: Any, url: str) -> bool | None:
        """Whether a resource obeys a profile; None when the profile is unknown."""
        from seve.fhir.profiles.checking import check_profile, conforms  # checking evaluates constraints with this

        if not isinstance(resource, dict) or "resourceType" not in resource or self.run.profiles.tree(url) is None:
            return None
        item = resource_item(resource, (None, resource["resourceType"], None))
        return conforms(self.run, lambda aside: check_profile(aside, item, canonical=url))


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
