"""The values that stand in an instance under one element name, whichever of its types they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seve.fhir.definitions import Element, core
from seve.fhir.validation.run import Place


@dataclass(frozen=True, slots=True)
class Item:
    """One value: its type, the object of its `_` sibling, its place. `value` is None for a primitive without value."""

    value: Any
    type: str
    place: Place
    sibling: Mapping[str, Any] | None = None

    @property
    def members(self) -> Mapping[str, Any]:
        """The children that can be looked into: those of the object, or of a primitive's sibling."""
        return self.value if isinstance(self.value, dict) else self.sibling or {}

    @property
    def parts_type(self) -> str:
        """The type whose elements the members are."""
        return self.type if isinstance(self.value, dict) else "Element"


def items(parent: Item, name: str) -> list[Item]:
    """The values of an element of `parent`, in order."""
    schema = core().type(parent.parts_type)
    element = schema.elements.get(name) if schema else None
    return list(_items(parent.members, element, parent.place)) if element else []


def resource_item(resource: dict[str, Any], place: Place) -> Item:
    """A resource as an item."""
    return Item(resource, resource["resourceType"], place)


def _items(node: Mapping[str, Any], element: Element, place: Place) -> Iterator[Item]:
    for key, type_name in element.keys.items():
        value, beside = node.get(key), node.get(f"_{key}")
        if value is None and beside is None:
            continue
        if not element.is_list:
            yield _item(value, type_name, (place, key, None), beside)
            continue
        values, besides = value or (), beside or ()
        for index in range(max(len(values), len(besides))):
            yield _item(_at(values, index), type_name, (place, key, index), _at(besides, index))


def _item(value: Any, type_name: str, place: Place, beside: Any) -> Item:
    if type_name == "Resource" and isinstance(value, dict):
        type_name = value["resourceType"]
    return Item(value, type_name, place, beside)


def _at(values: Any, index: int) -> Any:
    return values[index] if index < len(values) else None
