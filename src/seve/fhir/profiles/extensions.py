"""Extensions by their definitions: where they may stand, whether they may modify, what they hold (FHIR R4, Extensibility)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seve.fhir import Resource
from seve.fhir.definitions import core
from seve.fhir.path import FHIRPathError
from seve.fhir.path import compile as compile_path
from seve.fhir.profiles.checking import check_profile
from seve.fhir.profiles.items import Item
from seve.fhir.validation.run import Place, Run
from seve.fhir.validation.structure import keys_of

_ANYWHERE = "Element"
"""As a context it means resources too: R4 puts its own extensions on `Element` and uses them there."""

_DEFINED = "http://hl7.org/fhir/StructureDefinition/"
_WIDER: Mapping[str, frozenset[str]] = {
    f"{_DEFINED}structuredefinition-fhir-type": frozenset({"ElementDefinition.type"}),
    f"{_DEFINED}regex": frozenset({"ElementDefinition.type"}),
    f"{_DEFINED}structuredefinition-normative-version": frozenset({"DomainResource", "ElementDefinition"}),
}
"""Where R4's own definitions use an extension beyond the context that R4 states for it (later versions correct those)."""


def check_extension(run: Run, node: Any, place: Place) -> None:
    """Checks an extension against its definition; one whose definition is unknown is allowed as it is."""
    url: str = node.get("url", "")
    definition = run.profiles.definition(url) if ":" in url else None
    if definition is None:
        return
    if definition["type"] != "Extension":
        run.tell("extension_not_one", place, code="extension", url=url)
        return
    _check_modifier(run, definition, place=place)
    if contexts := definition.get("context"):
        _check_context(run, contexts, url=url, place=place)
    check_profile(run, Item(node, "Extension", place), canonical=url)


def _check_modifier(run: Run, definition: Resource, *, place: Place) -> None:
    root = run.profiles.tree(definition["url"])
    is_modifier = place[1] == "modifierExtension"
    if root is not None and root.is_modifier != is_modifier:
        key = "extension_no_modifier" if is_modifier else "extension_modifier"
        run.tell(key, place, code="extension", url=definition["url"])


def _check_context(run: Run, contexts: list[dict[str, str]], *, url: str, place: Place) -> None:
    host = _Host(run.start, place)
    if not any(_stands(run, context, host=host) for context in contexts) and not host.names & _WIDER.get(
        url, frozenset()
    ):
        allowed = ", ".join(context["expression"] for context in contexts)
        run.tell("extension_context", place, code="extension", url=url, allowed=allowed)


def _stands(run: Run, context: dict[str, str], *, host: _Host) -> bool:
    expression = context["expression"]
    if context["type"] == "element":
        return expression == _ANYWHERE or expression.replace("[x]", "") in host.names
    if context["type"] == "extension":
        return isinstance(host.value, dict) and host.value.get("url") == expression
    return _is_selected(run.resource, expression, value=host.value)


def _is_selected(resource: Resource, expression: str, *, value: Any) -> bool:
    """Whether an expression finds the host; one that fails is held to find it: it is the definition's fault."""
    try:
        return any(found is value or found == value for found in compile_path(expression).evaluate(resource))
    except FHIRPathError:
        return True


class _Host:
    """The element that an extension stands on: its value, and all the names by which a context may call it."""

    def __init__(self, start: Resource, place: Place) -> None:
        self.value: Any = start
        self._type: str = start["resourceType"]
        self.names = set(_ancestry(self._type))
        for key, index in list(_steps(place))[1:-1]:
            self._enter(key, index)

    def _enter(self, key: str, index: int | None) -> None:
        name, self._type = keys_of(self._type).get(key, (key, ""))
        inside = self.value.get(key) if isinstance(self.value, dict) else None
        if index is not None and isinstance(inside, list):
            inside = inside[index] if index < len(inside) else None
        self.value = inside
        if self._type == "Resource":
            self._type = inside["resourceType"] if isinstance(inside, dict) else ""
            self.names = set[str]()
        self.names = {f"{above}.{name}" for above in self.names} | set(_ancestry(self._type))


def _steps(place: Place | None) -> Iterator[tuple[str, int | None]]:
    if place is not None:
        yield from _steps(place[0])
        yield place[1], place[2]


def _ancestry(type_name: str) -> Iterator[str]:
    while type_name:
        yield type_name
        schema = core().type(type_name)
        type_name = schema.base if schema else ""
