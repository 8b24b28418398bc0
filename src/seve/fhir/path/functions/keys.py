"""`getResourceKey` and `getReferenceKey`, which SQL on FHIR v2 adds to the language.

A key is the relative reference of a resource, `Patient/123`: the same text from the resource and from what refers to it, and
never the same for two types.
"""

from __future__ import annotations

from typing import Any

from seve.fhir.definitions import core
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.values import Items, Node

_PARTS = 2


@function("getResourceKey")
def _get_resource_key(call: Call) -> Items:
    return _found(resource_key(item.value) for item in call.items if type(item) is Node)


@function("getReferenceKey", (0, 1))
def _get_reference_key(call: Call) -> Items:
    expected = call.text_argument(0)
    return _found(reference_key(item.value, expected) for item in call.items if type(item) is Node)


def resource_key(resource: Any) -> str | None:
    """The key of a resource; None when it has no id."""
    if type(resource) is not dict:
        return None
    type_name, id_ = resource.get("resourceType"), resource.get("id")
    return f"{type_name}/{id_}" if type(type_name) is str and type(id_) is str else None


def reference_key(reference: Any, expected: str | None = None) -> str | None:
    """The key of what a Reference points to by a relative url; None for other references and for types not `expected`."""
    text = reference.get("reference") if type(reference) is dict else None
    if type(text) is not str:
        return None
    parts = text.split("/_history/", 1)[0].split("/") if "/_history/" in text else text.split("/")
    if len(parts) != _PARTS or not parts[1] or parts[0] not in core().resource_types:
        return None
    return "/".join(parts) if expected is None or parts[0] == expected else None


def _found(keys: Any) -> Items:
    return [key for key in keys if key is not None]
