"""The validation of a resource whose structure is right: one walk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.profiles.checking import check_profile
from seve.fhir.profiles.items import Item, resource_item
from seve.fhir.profiles.store import Profiles
from seve.fhir.terminology.definitions import DefinitionTerminology
from seve.fhir.validation import invariants
from seve.fhir.validation.run import Place, Run
from seve.fhir.validation.seams import Context, Result, Terminology
from seve.fhir.validation.walking import Walks

_ALONE = Context()


class Validator:
    """Validates resources against R4 and the definitions given. Holds no state between resources: share it freely."""

    def __init__(self, definitions: Definitions, *, terminology: Terminology | None = None) -> None:
        self.definitions = definitions
        self.profiles = Profiles(definitions)
        self.terminology: Terminology = terminology or DefinitionTerminology(definitions)

    def validate(
        self,
        resource: Resource,
        *,
        profiles: Sequence[str] = (),
        context: Context | None = None,
        with_advice: bool = False,
    ) -> Result:
        """The issues of a resource whose structure was checked, worst first, and the codes left to a terminology.

        `profiles` are asked for beside those in `meta.profile`; `with_advice` adds the standard's best practices.
        """
        run = Run(
            resource,
            definitions=self.definitions,
            profiles=self.profiles,
            terminology=self.terminology,
            context=_context(resource, context or _ALONE),
            with_advice=with_advice,
        )
        place: Place = (None, resource["resourceType"], None)
        _resource(run, resource, place=place)
        _asked(run, resource_item(resource, place), profiles=profiles)
        return run.result


@lru_cache(maxsize=8)
def _validator(definitions: Definitions) -> Validator:
    return Validator(definitions)


def validate(
    resource: Resource,
    *,
    definitions: Definitions,
    profiles: Sequence[str] = (),
    context: Context | None = None,
    with_advice: bool = False,
) -> Result:
    """`Validator(definitions).validate(…)` with the terminology of the definitions alone; validators are kept."""
    return _validator(definitions).validate(resource, profiles=profiles, context=context, with_advice=with_advice)


def _asked(run: Run, item: Item, *, profiles: Sequence[str]) -> None:
    for canonical in profiles:
        if not check_profile(run, item, canonical=canonical):
            run.tell("profile_unknown", item.place, code="not-found", profile=canonical)


def _declared(run: Run, resource: Resource, *, place: Place) -> None:
    """The profiles in `meta.profile`: those that are unknown here may be known elsewhere."""
    for canonical in resource.get("meta", {}).get("profile", ()):
        if canonical and not check_profile(run, resource_item(resource, place), canonical=canonical):
            where: Place = ((place, "meta", None), "profile", None)
            run.tell("profile_unknown", where, code="not-found", severity="warning", profile=canonical)


def _context(resource: Resource, context: Context) -> Context:
    """The entries of a Bundle by `fullUrl` and by the relative reference that finds them."""
    if resource["resourceType"] != "Bundle":
        return context
    found = dict(context.resources)
    for entry in resource.get("entry", ()):
        if "resource" in entry:
            inner = entry["resource"]
            found.setdefault(f"{inner['resourceType']}/{inner.get('id')}", inner)
            found[entry.get("fullUrl", "")] = inner
    return Context(found)


def _resource(run: Run, resource: Resource, *, place: Place) -> None:
    _WALKS.of(resource["resourceType"])(run, resource, place)
    _declared(run, resource, place=place)


def _inner(run: Run, resource: Resource, place: Place) -> None:
    """A contained resource keeps the root that holds it; one in a Bundle or Parameters is a root of its own."""
    before = run.resource, run.root
    run.resource = resource
    if place[1] != "contained":
        run.root = resource
    _resource(run, resource, place=place)
    run.resource, run.root = before


def _siblings(run: Run, node: dict[str, Any], place: Place) -> None:
    """The `id` and extensions of primitives; the value beside decides whether an `id` alone is enough (ele-1)."""
    above, key, _ = place
    value, beside = node.get(key), node[f"_{key}"]
    if not isinstance(beside, list):
        _sibling(run, beside, value=value, place=place)
        return
    values = value or ()
    for index, item in enumerate(beside):
        if item is not None:
            found = values[index] if index < len(values) else None
            _sibling(run, item, value=found, place=(above, key, index))


def _sibling(run: Run, element: dict[str, Any], *, value: Any, place: Place) -> None:
    if value is None and "extension" not in element:
        invariants.tell_empty(run, place)
    if "extension" in element:
        _WALKS.of("Element")(run, element, place)


_WALKS = Walks(enter=_inner, sibling=_siblings)
