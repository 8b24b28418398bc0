"""The thorough walk by definition: every structural fault of a resource, each with its place.

It gives the same verdict as the structs of `seve.fhir.codec.shapes`, slower, and names all faults instead of the first.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from seve.fhir import Json
from seve.fhir.definitions import Element, TypeSchema, core
from seve.fhir.validation import primitives
from seve.kernel.refusals import Issue

MOST = 200
"""How many issues are told: nobody reads more, and a hostile input shall not cost more."""

_ISSUE_TYPES = {
    "required": "required",
    "pattern": "value",
    "integer_range": "value",
    "decimal_range": "value",
    "too_long": "too-long",
    "control_character": "value",
}
_JSON_NAMES = {bool: "boolean", int: "number", Decimal: "number", str: "string", list: "array", dict: "object"}


def issues(resource: Json) -> list[Issue]:
    """The structural issues of `resource`, by place, the first `MOST`; none when it obeys the definitions of R4."""
    return list(islice(_resource(resource, ""), MOST))


def has_sibling(element: Element, type_name: str) -> bool:
    """Whether JSON may give `_x` beside `x`: for primitives other than XML attributes, ids of resources and xhtml."""
    is_resource_id = element.name == "id" and element.path.count(".") == 1
    return is_primitive(type_name) and type_name != "xhtml" and not element.is_xml_attribute and not is_resource_id


def is_primitive(type_name: str) -> bool:
    """Whether a type is one of the primitives."""
    schema = core().type(type_name)
    return schema is not None and schema.kind == "primitive-type"


@cache
def keys_of(type_name: str) -> Mapping[str, tuple[str, str]]:
    """The JSON keys of a type: the name of the element that each holds, and the type found there."""
    schema = core().type(type_name)
    elements = schema.elements.values() if schema else ()
    return {key: (element.name, inner) for element in elements for key, inner in element.keys.items()}


def is_aligned(values: list[Any], siblings: list[Any]) -> bool:
    """Whether every place of `x` and `_x` together holds something; the shorter list ends in nothing."""
    places = max(len(values), len(siblings))
    padded = ([*items, *[None] * (places - len(items))] for items in (values, siblings))
    return all(a is not None or b is not None for a, b in zip(*padded, strict=True))


def _resource(value: Json, place: str) -> Iterator[Issue]:
    if not isinstance(value, dict):
        yield _wrong(place, "object", value=value)
        return
    name = value.get("resourceType")
    if not isinstance(name, str):
        yield _issue("resource_type_missing", place)
    elif name not in core().resource_types:
        near = difflib.get_close_matches(name, core().resource_types, 1)
        key = "resource_type_near" if near else "resource_type_unknown"
        yield _issue(key, place, name=name, suggestion="".join(near))
    else:
        yield from _object(value, core().types[name], place=place or name)


def _object(value: Json, schema: TypeSchema, *, place: str) -> Iterator[Issue]:
    if not isinstance(value, dict):
        yield _wrong(place, "object", value=value)
    elif not value:
        yield _issue("empty_object", place)
    else:
        yield from _unknown(value, schema, place=place)
        for element in schema.elements.values():
            yield from _element(value, element, schema=schema, place=place)


def _unknown(value: dict[str, Any], schema: TypeSchema, *, place: str) -> Iterator[Issue]:
    known = {key for element in schema.elements.values() for key in _keys(element)}
    if schema.kind == "resource":
        known.add("resourceType")
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            sentence = "unknown_element_near" if near else "unknown_element"
            yield _issue(sentence, f"{place}.{key}", name=key, parent=place, suggestion="".join(near))


def _keys(element: Element) -> Iterator[str]:
    for key, type_name in element.keys.items():
        yield key
        if has_sibling(element, type_name):
            yield f"_{key}"


def _element(parent: dict[str, Any], element: Element, *, schema: TypeSchema, place: str) -> Iterator[Issue]:
    present = [key for key in element.keys if key in parent or (f"_{key}" in parent and f"_{key}" in _keys(element))]
    if element.min and not present:
        yield _issue("required", f"{place}.{element.name}", name=element.name, parent=place)
    if len(present) > 1:
        yield _issue("several_choices", f"{place}.{element.name}", names=", ".join(present), name=element.name)
    for key in present:
        type_name = "id" if key == "id" and schema.kind == "resource" else element.keys[key]
        if f"_{key}" in parent:
            yield from _sibling(parent, key, element=element, place=place)
        if key in parent:
            has_nulls = has_sibling(element, element.keys[key])
            yield from _value(parent[key], type_name, element=element, place=f"{place}.{key}", has_nulls=has_nulls)
        if element.is_list and not _are_aligned(parent.get(key), parent.get(f"_{key}")):
            yield _issue("misaligned", f"{place}.{key}", name=key)


def _sibling(parent: dict[str, Any], key: str, *, element: Element, place: str) -> Iterator[Issue]:
    yield from _value(parent[f"_{key}"], "Element", element=element, place=f"{place}._{key}", has_nulls=True)


def _value(value: Json, type_name: str, *, element: Element, place: str, has_nulls: bool) -> Iterator[Issue]:
    if not element.is_list:
        yield from _typed(value, type_name, place=place)
    elif not isinstance(value, list):
        yield _wrong(place, "array", value=value)
    elif not value:
        yield _issue("empty_array", place)
    else:
        for index, item in enumerate(value):
            if item is not None or not has_nulls:
                yield from _typed(item, type_name, place=f"{place}[{index}]")


def _are_aligned(values: Json, siblings: Json) -> bool:
    lists = [items if isinstance(items, list) else [] for items in (values, siblings)]
    return is_aligned(lists[0], lists[1])


def _typed(value: Json, type_name: str, *, place: str) -> Iterator[Issue]:
    if type_name == "Resource":
        yield from _resource(value, place)
    elif is_primitive(type_name):
        yield from _primitive(value, type_name, place=place)
    else:
        yield from _object(value, core().types[type_name], place=place)


def _primitive(value: Json, type_name: str, *, place: str) -> Iterator[Issue]:
    if type_name in primitives.INTEGERS:
        yield from _integer(value, type_name, place=place)
    elif type_name == "boolean":
        if not isinstance(value, bool):
            yield _wrong(place, "boolean", value=value)
    elif type_name == "decimal":
        yield from _decimal(value, place)
    elif not isinstance(value, str):
        yield _wrong(place, "string", value=value)
    else:
        yield from _text(value, type_name, place=place)


def _integer(value: Json, type_name: str, *, place: str) -> Iterator[Issue]:
    low, high = primitives.INTEGERS[type_name]
    if not isinstance(value, int) or isinstance(value, bool):
        yield _wrong(place, "integer", value=value)
    elif not low <= value <= high:
        yield _issue("integer_range", place, value=value, type=type_name, low=low, high=high)


def _decimal(value: Json, place: str) -> Iterator[Issue]:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        yield _wrong(place, "number", value=value)
    elif value and not primitives.is_decimal_in_range(Decimal(value)):
        yield _issue("decimal_range", place)


def _text(value: str, type_name: str, *, place: str) -> Iterator[Issue]:
    pattern = primitives.COMPILED.get(type_name)
    most = primitives.length_of(type_name)
    if not value:
        yield _issue("empty_string", place)
    elif primitives.CONTROL.search(value):
        yield _issue("control_character", place)
    elif most is not None and len(value) > most:
        yield _issue("too_long", place, limit=most)
    elif pattern is not None and not pattern.search(value):
        yield _issue("pattern", place, value=value[:80], type=type_name)


def _wrong(place: str, expected: str, *, value: Json) -> Issue:
    found = "null" if value is None else _JSON_NAMES.get(type(value), "?")
    return _issue("wrong_json_type", place, expected=expected, found=found)


def _issue(name: str, place: str, /, **fields: object) -> Issue:
    return Issue("error", _ISSUE_TYPES.get(name, "structure"), f"fhir.validation.{name}", fields, place)
