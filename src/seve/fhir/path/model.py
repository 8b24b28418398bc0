"""How expressions walk a resource: element names to JSON keys and types, from the R4 definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from seve.fhir.definitions import Element, TypeSchema, core
from seve.fhir.path.values import Items, Node

SYSTEM_TYPES = frozenset(
    ("Boolean", "String", "Integer", "Long", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any")
)
SYSTEM_STRING = "System.String"
_EXTENSIONS = frozenset(("extension", "modifierExtension"))
_ABSTRACT = frozenset(("Resource", "DomainResource", ""))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element may stand: its JSON key, the key of its `_sibling`, and the type found there."""

    key: str
    sibling: str
    type: str
    is_list: bool


@cache
def places(type_name: str) -> Mapping[str, tuple[Place, ...]]:
    """The elements of a type by name, each with the keys it may stand under. Empty for primitives and unknown types."""
    schema = core().type(type_name)
    return {name: tuple(_places(element)) for name, element in elements_of(schema).items()} if schema else {}


@cache
def places_by_key(type_name: str) -> Mapping[str, Place]:
    """The same by JSON key."""
    return {place.key: place for found in places(type_name).values() for place in found}


def elements_of(schema: TypeSchema) -> Mapping[str, Element]:
    """The elements of a type; a primitive has those of Element."""
    if schema.elements:
        return schema.elements
    element = core().type("Element")
    return element.elements if element else {}


@cache
def is_subtype(name: str, ancestor: str) -> bool:
    """Whether a FHIR type is `ancestor` or descends from it."""
    return core().is_subtype(name, ancestor)


@cache
def is_given(name: str, wanted: str) -> bool:
    """Whether `as` and `ofType` of `wanted` give an item of a FHIR type: of it or descending from it.

    To them R4's primitives are independent types (2.9.1.5: `markdown` is no `string`); `is` knows what they descend from.
    """
    return name == wanted if is_primitive(wanted) else is_subtype(name, wanted)


@cache
def is_primitive(name: str) -> bool:
    """Whether a FHIR type is a primitive."""
    schema = core().type(name)
    return name == SYSTEM_STRING or (schema is not None and schema.kind == "primitive-type")


@cache
def is_resource(name: str) -> bool:
    """Whether a FHIR type is a resource, abstract or not."""
    schema = core().type(name)
    return schema is not None and schema.kind == "resource"


def is_known(name: str) -> bool:
    """Whether R4 has a type of this name."""
    return core().type(name) is not None


def concrete(type_name: str, value: Any) -> str:
    """The actual type of a value where `type_name` is declared: an abstract resource type gives way to `resourceType`."""
    if type_name in _ABSTRACT and isinstance(value, dict):
        found = value.get("resourceType", type_name)
        return found if isinstance(found, str) and is_known(found) else ""
    return type_name


def node(value: Any, type_name: str = "", *, extra: dict[str, Any] | None = None) -> Node:
    """A node for the root of an evaluation."""
    type_ = concrete(type_name, value)
    return Node(value, type_, extra=extra, owner=value if is_resource(type_) else None)


def named(parent: Node, name: str) -> Items:
    """The children of a node under one element name, in order."""
    value = parent.value if type(parent.value) is dict else parent.extra
    if not isinstance(value, dict):
        return []
    found: Items = []
    options = places(parent.type).get(name)
    if options is None:
        _append(found, parent, value, place=_unknown_place(name))
        return found
    for place in options:
        _append(found, parent, value, place=place)
    return found


def children(parent: Node) -> Items:
    """All direct children of a node, in the order of its JSON."""
    value = parent.value if type(parent.value) is dict else parent.extra
    if not isinstance(value, dict):
        return []
    found: Items = []
    for place in _present(parent.type, value):
        _append(found, parent, value, place=place)
    return found


def _unknown_place(name: str) -> Place:
    return Place(name, f"_{name}", "Extension" if name in _EXTENSIONS else "", is_list=False)


def _present(type_name: str, value: dict[str, Any]) -> Iterator[Place]:
    known = places_by_key(type_name)
    for key in value:
        if key == "resourceType":
            continue
        name = key.removeprefix("_")
        if name == key or name not in value:
            yield known.get(name) or _unknown_place(name)


def _append(found: Items, parent: Node, value: dict[str, Any], *, place: Place) -> None:
    present, extra = value.get(place.key), value.get(place.sibling)
    if present is None and extra is None:
        return
    if type(present) is list or type(extra) is list:
        present, extra = present or [], extra or []
        _append_all(found, parent, present, place=place, extras=extra if type(extra) is list else [])
    else:
        found.append(_child(parent, present, type_name=place.type, extra=extra))


def _append_all(found: Items, parent: Node, values: Any, *, place: Place, extras: list[Any]) -> None:
    values = values if type(values) is list else [values]
    if not extras:
        found.extend(_child(parent, value, type_name=place.type, extra=None) for value in values if value is not None)
        return
    for index in range(max(len(values), len(extras))):
        value = values[index] if index < len(values) else None
        extra = extras[index] if index < len(extras) else None
        if value is not None or extra is not None:
            found.append(_child(parent, value, type_name=place.type, extra=extra))


def _child(parent: Node, value: Any, *, type_name: str, extra: dict[str, Any] | None) -> Node:
    if type_name in _ABSTRACT and type(value) is dict:
        type_name = concrete(type_name, value)
        if is_resource(type_name):
            return Node(value, type_name, owner=value)
    return Node(value, type_name, extra=extra, owner=parent.owner)


def _places(element: Element) -> Iterator[Place]:
    # `id` and `Extension.url` are System.String in R4; the definitions give the FHIR type that they stand for.
    is_system = element.name == "id" or (element.name == "url" and element.is_xml_attribute)
    for key, type_name in element.keys.items():
        yield Place(key, f"_{key}", SYSTEM_STRING if is_system else type_name, is_list=element.is_list)
