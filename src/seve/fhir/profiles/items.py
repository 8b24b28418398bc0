"""The values that stand in an instance under one element name, whichever of its types they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from seve.fhir.definitions import core
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
    members = parent.members
    found: list[Item] = []
    for slot in _slots(parent.parts_type, name):
        if slot.key in members or slot.sibling in members:
            found.extend(_items(slot, members.get(slot.key), beside=members.get(slot.sibling), place=parent.place))
    return found


def resource_item(resource: dict[str, Any], place: Place) -> Item:
    """A resource as an item."""
    return Item(resource, resource["resourceType"], place)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A JSON key of an element, with its sibling and the type found there."""

    key: str
    sibling: str
    type: str
    is_list: bool


@cache
def _slots(type_name: str, name: str) -> tuple[_Slot, ...]:
    schema = core().type(type_name)
    element = schema.elements.get(name) if schema else None
    keys = element.keys.items() if element else ()
    return tuple(_Slot(key, f"_{key}", inner, element is not None and element.is_list) for key, inner in keys)


def _items(slot: _Slot, value: Any, *, beside: Any, place: Place) -> Iterator[Item]:
    if not slot.is_list:
        yield _item(value, slot.type, place=(place, slot.key, None), beside=beside)
        return
    values, besides = value or (), beside or ()
    for index in range(max(len(values), len(besides))):
        yield _item(_at(values, index), slot.type, place=(place, slot.key, index), beside=_at(besides, index))


def _item(value: Any, type_name: str, *, place: Place, beside: Any) -> Item:
    if type_name == "Resource" and isinstance(value, dict):
        type_name = value["resourceType"]
    return Item(value, type_name, place, beside)


def _at(values: Any, index: int) -> Any:
    return values[index] if index < len(values) else None
