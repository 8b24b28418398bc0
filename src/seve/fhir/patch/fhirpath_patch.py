"""FHIRPath Patch (R4, 3.1.5): a Parameters resource of operations `add`, `insert`, `delete`, `replace`, `move`.

A path is evaluated by the FHIRPath engine; what it selects is then found again in the resource, an object by its identity, a
primitive by its parent and name.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from seve.fhir import Json, Resource
from seve.fhir.definitions import core
from seve.fhir.patch.refusals import PatchRefused
from seve.fhir.path import compile as compile_path
from seve.fhir.path.syntax import Constant, Expression, Indexed, Member
from seve.kernel.refusals import Refusal

_MOST_OPERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in the resource: `parent[key]`, or `parent[key][index]` in a list."""

    parent: dict[str, Any]
    key: str
    index: int | None = None


def apply_fhirpath_patch(resource: Resource, document: Json) -> Resource:
    """The patched resource. Raises PatchRefused that names the operation."""
    if not isinstance(document, dict) or document.get("resourceType") != "Parameters":
        raise PatchRefused("not_a_fhirpath_patch")
    operations = document.get("parameter", [])
    if len(operations) > _MOST_OPERATIONS:
        raise PatchRefused("not_a_fhirpath_patch")
    result = deepcopy(resource)
    for index, operation in enumerate(operations):
        place = f"Parameters.parameter[{index}]"
        if operation.get("name") != "operation":
            raise PatchRefused("invalid_operation", place=place)
        _Operation(result, {p["name"]: p for p in operation.get("part", ())}, place).apply()
    return result


class _Operation:
    def __init__(self, resource: Resource, parts: dict[str, Any], place: str) -> None:
        self._resource = resource
        self._parts = parts
        self._place = place

    def apply(self) -> None:
        kind = self._given("type", "valueCode")
        path = self._given("path", "valueString")
        if kind == "add":
            self._add(path, self._given("name", "valueString"))
        elif kind == "insert":
            self._list(path).insert(self._index("index", len(self._list(path)) + 1), self._value())
        elif kind == "delete":
            if (spot := self._spot(path, is_required=False)) is not None:
                _remove(spot)
        elif kind == "replace":
            self._replace(path)
        elif kind == "move":
            items = self._list(path)
            source, destination = self._index("source", len(items)), self._index("destination", len(items))
            items.insert(destination, items.pop(source))
        else:
            raise self._refused("invalid_operation")

    def _add(self, path: str, name: str) -> None:
        owners = [found for found in self._evaluate(path) if isinstance(found, dict)]
        if len(owners) != 1:
            raise self._refused("not_one_element", path=path, count=len(owners))
        owner, value = owners[0], self._value()
        key = self._key(owner, name)
        is_list = _is_list(_type_of(self._resource, owner), name)
        if key in owner and not is_list:
            raise self._refused("already_there", path=f"{path}.{name}")
        if is_list:
            owner.setdefault(key, []).append(value)
        else:
            owner[key] = value

    def _replace(self, path: str) -> None:
        spot = self._spot(path, is_required=True)
        assert spot is not None
        if spot.index is None:
            name = _choice_name(_type_of(self._resource, spot.parent), spot.key)
            del spot.parent[spot.key]
            spot.parent[self._key(spot.parent, name)] = self._value()
        else:
            spot.parent[spot.key][spot.index] = self._value()

    def _key(self, owner: dict[str, Any], name: str) -> str:
        """The JSON key of an element: that of the value's type for a choice."""
        schema = core().type(_type_of(self._resource, owner))
        element = schema.elements.get(name) if schema else None
        if element is None or not element.is_choice:
            return name
        given = next((key for key in self._parts["value"] if key.startswith("value")), "")
        return name + given.removeprefix("value")

    def _value(self) -> Any:
        part = self._parts.get("value")
        if part is None:
            raise self._refused("part_missing", name="value")
        for key, value in part.items():
            if key.startswith("value") or key == "resource":
                return deepcopy(value)
        return self._built(part)

    def _built(self, part: dict[str, Any]) -> dict[str, Any]:
        """A backbone, given as parts named after its elements."""
        built = dict[str, Any]()
        for inner in part.get("part", ()):
            value = next((v for k, v in inner.items() if k.startswith("value")), None)
            value = deepcopy(value) if value is not None else self._built(inner)
            name = inner["name"]
            if name in built:
                built[name] = [*(built[name] if isinstance(built[name], list) else [built[name]]), value]
            else:
                built[name] = value
        if not built:
            raise self._refused("part_missing", name="value")
        return built

    def _list(self, path: str) -> list[Any]:
        spot = self._spot(path, is_required=True, is_whole=True)
        assert spot is not None
        items = spot.parent.get(spot.key)
        if not isinstance(items, list):
            raise self._refused("not_a_list", path=path)
        return items

    def _index(self, name: str, length: int) -> int:
        index = self._given(name, "valueInteger")
        if not isinstance(index, int) or not 0 <= index < length:
            raise self._refused("index_out_of_range", name=name, index=index)
        return index

    def _given(self, name: str, key: str) -> Any:
        value = self._parts.get(name, {}).get(key)
        if value is None:
            raise self._refused("part_missing", name=name)
        return value

    def _spot(self, path: str, *, is_required: bool, is_whole: bool = False) -> _Spot | None:
        """The one place that a path selects (the whole list when asked for); None when it selects nothing."""
        found = self._evaluate(path)
        if not found:
            if is_required:
                raise self._refused("not_one_element", path=path, count=0)
            return None
        if len(found) > 1 and not is_whole:
            raise self._refused("not_one_element", path=path, count=len(found))
        spot = _by_identity(self._resource, found[0]) if isinstance(found[0], dict) else None
        spot = spot or self._by_name(path)
        return _Spot(spot.parent, spot.key) if is_whole else spot

    def _by_name(self, path: str) -> _Spot:
        """A primitive, by the object it stands in and its name (and index)."""
        tree = compile_path(path).tree
        index: int | None = None
        if isinstance(tree, Indexed) and isinstance(tree.index, Constant):
            tree, index = tree.source, tree.index.value
        if not isinstance(tree, Member):
            raise self._refused("path_not_simple", path=path)
        owners = self._owners(tree.source, path)
        keys = [
            (owner, key)
            for owner in owners
            for key in owner
            if _choice_name(_type_of(self._resource, owner), key) == tree.name
        ]
        if len(keys) != 1:
            raise self._refused("not_one_element", path=path, count=len(keys))
        owner, key = keys[0]
        is_list = isinstance(owner[key], list)
        return _Spot(owner, key, (index or 0) if is_list else None)

    def _owners(self, source: Expression | None, path: str) -> list[dict[str, Any]]:
        if source is None:
            return [self._resource]
        text = path[: path.rindex(".")] if "." in path else ""
        return [found for found in self._evaluate(text) if isinstance(found, dict)]

    def _evaluate(self, path: str) -> list[Any]:
        try:
            return compile_path(path).evaluate(self._resource)
        except Refusal as error:
            raise self._refused("path_invalid", path=path[:200], reason=str(error)) from error

    def _refused(self, rule: str, **fields: object) -> PatchRefused:
        return PatchRefused(rule, place=self._place, **fields)


def _remove(spot: _Spot) -> None:
    if spot.index is None:
        spot.parent.pop(spot.key)
        spot.parent.pop(f"_{spot.key}", None)
        return
    items = spot.parent[spot.key]
    items.pop(spot.index)
    siblings = spot.parent.get(f"_{spot.key}")
    if isinstance(siblings, list) and spot.index < len(siblings):
        siblings.pop(spot.index)
    if not items:
        spot.parent.pop(spot.key)


def _spots(value: dict[str, Any]) -> Iterator[tuple[_Spot, Any]]:
    for key, child in value.items():
        children = (
            [(None, child)] if isinstance(child, dict) else list(enumerate(child)) if isinstance(child, list) else []
        )
        for index, item in children:
            if isinstance(item, dict):
                yield _Spot(value, key, index), item
                yield from _spots(item)


def _by_identity(resource: Resource, wanted: dict[str, Any]) -> _Spot | None:
    return next((spot for spot, item in _spots(resource) if item is wanted), None)


def _type_of(resource: Resource, owner: dict[str, Any]) -> str:
    """The FHIR type of an object in a resource, by the definitions from the root down."""
    if "resourceType" in owner:
        return owner["resourceType"]
    return next((found for item, found in _typed(resource, resource["resourceType"]) if item is owner), "")


def _typed(value: dict[str, Any], type_: str) -> Iterator[tuple[dict[str, Any], str]]:
    schema = core().type(type_)
    elements = schema.elements.values() if schema else ()
    keys = {key: found for element in elements for key, found in element.keys.items()}
    for key, child in value.items():
        for item in child if isinstance(child, list) else [child]:
            if isinstance(item, dict) and key in keys:
                inner = item.get("resourceType", keys[key])
                yield item, inner
                yield from _typed(item, inner)


def _is_list(type_: str, name: str) -> bool:
    schema = core().type(type_)
    element = schema.elements.get(name) if schema else None
    return element is not None and element.is_list


def _choice_name(type_: str, key: str) -> str:
    """The element's name for a JSON key: `value` for `valueQuantity`."""
    schema = core().type(type_)
    return next((e.name for e in (schema.elements.values() if schema else ()) if key in e.keys), key)
