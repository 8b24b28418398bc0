"""References inside a transaction: from `fullUrl` to the identity that the entry was given (R4, 3.1.0.11.2).

Rewritten are Reference.reference, elements of type uri, url, oid and uuid, and links and images in the narrative; canonicals
and plain strings (an identifier's value, say) are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from seve.fhir import Resource
from seve.fhir.definitions import core

_REWRITTEN_TYPES = frozenset({"uri", "url", "oid", "uuid"})
_LINK = re.compile(r"""((?:href|src)=["'])([^"']+)""")
_CONDITIONAL = re.compile(r"[A-Z][A-Za-z]+\?.+")


def rewritten(resource: Resource, places: Mapping[str, str]) -> Resource:
    """The resource with every mention of a key of `places` replaced by its value."""
    return _value(resource, places, key="") if places else resource


def conditional_references(resource: Any) -> Iterator[str]:
    """The `Type?criteria` references in a resource."""
    if isinstance(resource, dict):
        reference = resource.get("reference")
        if isinstance(reference, str) and _CONDITIONAL.fullmatch(reference):
            yield reference
        for value in resource.values():
            if isinstance(value, (dict, list)):
                yield from conditional_references(value)
    elif isinstance(resource, list):
        for item in resource:
            yield from conditional_references(item)


def _value(value: Any, places: Mapping[str, str], *, key: str) -> Any:
    if isinstance(value, dict):
        return _object(value, places)
    if isinstance(value, list):
        return [_value(item, places, key=key) for item in value]
    return _text(value, places, key) if isinstance(value, str) and key in _rewritten_keys() else value


def _object(value: Resource, places: Mapping[str, str]) -> Resource:
    keys, found = _rewritten_keys(), value.copy()
    for name, item in value.items():
        if isinstance(item, str):
            if name in keys:
                found[name] = _text(item, places, name)
        elif isinstance(item, (dict, list)):
            found[name] = _value(item, places, key=name)
    return found


def _text(text: str, places: Mapping[str, str], key: str) -> str:
    if key == "div":
        return _LINK.sub(lambda found: found[1] + places.get(found[2], found[2]), text)
    if key == "url" and not text.startswith("urn:"):
        return text  # a canonical that happens to be the fullUrl of its entry stays what it is
    bare, mark, fragment = text.partition("#")
    return places[bare] + mark + fragment if bare in places else text


@cache
def _rewritten_keys() -> frozenset[str]:
    """The JSON keys whose values are of a rewritten type wherever R4 has them, references and narrative included.

    `url` too, for files (Attachment.url), though canonicals have that name.
    """
    found = dict[str, set[str]]()
    for schema in core().types.values():
        for element in schema.elements.values():
            for key, type_ in element.keys.items():
                found.setdefault(key, set()).add(type_)
    return frozenset(key for key, types in found.items() if types <= _REWRITTEN_TYPES) | {"reference", "div", "url"}
