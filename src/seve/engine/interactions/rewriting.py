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
    """The resource with every mention of a key of `places` replaced by its value; what has no mention is not copied."""
    return _object(resource, places, _rewritten_keys()) if places else resource


def conditional_references(resource: Resource) -> Iterator[str]:
    """The `Type?criteria` references in a resource, in no order."""
    pending: list[Any] = [resource]
    while pending:
        value = pending.pop()
        if type(value) is dict:
            reference = value.get("reference")
            if type(reference) is str and "?" in reference and _CONDITIONAL.fullmatch(reference):
                yield reference
            pending.extend(value.values())
        elif type(value) is list:
            pending.extend(value)


def _object(value: Resource, places: Mapping[str, str], keys: frozenset[str]) -> Resource:
    found = value
    for name, item in value.items():
        kind = type(item)
        if kind is str:
            new = _text(item, places, name) if name in keys else item
        elif kind is dict:
            new = _object(item, places, keys)
        elif kind is list:
            new = _list(item, places, keys, name)
        else:
            continue
        if new is not item:
            if found is value:
                found = value.copy()
            found[name] = new
    return found


def _list(value: list[Any], places: Mapping[str, str], keys: frozenset[str], key: str) -> list[Any]:
    """Elements, or primitives of the type that the list's key says; R4 has no lists in lists."""
    found = [
        _object(item, places, keys)
        if type(item) is dict
        else _text(item, places, key)
        if type(item) is str and key in keys
        else item
        for item in value
    ]
    return value if all(new is old for new, old in zip(found, value, strict=True)) else found


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
