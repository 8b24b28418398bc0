"""References and canonicals against the types they may point to (FHIR R4, References between Resources)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from seve.fhir.definitions import Element, core
from seve.fhir.definitions.trimming import KINDS
from seve.fhir.validation.run import Check, Place, Run

_REST = re.compile(
    r"^(https?://\S*/)?([A-Z][A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?|\?\S*)\Z"
)
_DEFINED = "http://hl7.org/fhir/StructureDefinition/"


def of_element(element: Element, type_name: str) -> Iterator[Check]:
    """The rules of one reference or canonical element."""
    targets = targets_of(url for ref in element.types if ref.code == type_name for url in ref.targets)
    if type_name == "Reference":
        yield reference(targets)
    elif type_name == "canonical" and targets:
        yield _canonical(targets)


def targets_of(profiles: Iterable[str]) -> frozenset[str]:
    """The resource types that base target profiles allow; empty when any will do."""
    names = frozenset(url.removeprefix(_DEFINED) for url in profiles)
    return frozenset() if "Resource" in names else names


def reference(targets: frozenset[str]) -> Check:
    """A Reference to one of `targets`, whose `type` agrees with what it refers to."""

    def check(run: Run, node: Any, place: Place) -> None:
        text, stated = node.get("reference"), node.get("type")
        found = target_type(run, text) if text else None
        if found is not None and found not in core().resource_types:
            _unknown(run, text, found=found, place=place)
            return
        if stated is not None and found is not None and stated.removeprefix(_DEFINED) != found:
            run.tell("reference_type", place, code="value", stated=stated, found=found)
        kind = found or (stated if stated in core().resource_types else None)
        if kind is not None and targets and kind not in targets:
            run.tell("reference_target", place, code="value", found=kind, allowed=", ".join(sorted(targets)))

    return check


def target_type(run: Run, text: str) -> str | None:
    """The resource type that a reference names or that is known to stand there; None when it can't be known here."""
    if text.startswith("#"):
        return _contained_type(run, text[1:])
    if beside := run.context.resources.get(text):
        return beside["resourceType"]
    return _written_type(text)


@lru_cache(maxsize=65_536)
def _written_type(text: str) -> str | None:
    found = _REST.match(text)
    return found[2] if found else None


def _contained_type(run: Run, identifier: str) -> str | None:
    if not identifier:
        return run.root["resourceType"]
    for contained in run.root.get("contained", ()):
        if contained.get("id") == identifier:
            return contained["resourceType"]
    return None


def _unknown(run: Run, text: str, *, found: str, place: Place) -> None:
    """An absolute URL may well lie outside FHIR; a relative one can't."""
    if not text.startswith(("http://", "https://")):
        run.tell("reference_type_unknown", place, code="value", name=found)


def _canonical(targets: frozenset[str]) -> Check:
    def check(run: Run, value: Any, place: Place) -> None:
        url = value.partition("#")[0]
        kinds = [kind for kind in KINDS if url and run.definitions.resource(kind, url)]
        if kinds and not targets.intersection(kinds):
            # A warning: R4's own definitions bind elements to the canonicals of code systems.
            allowed = ", ".join(sorted(targets))
            run.tell("canonical_target", place, code="value", severity="warning", found=kinds[0], allowed=allowed)

    return check
