"""Expressions outside the generated subset: evaluated by the general FHIRPath engine, posted by the types it reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from seve.fhir import Resource
from seve.fhir.search.composites import Poster
from seve.fhir.search.entries import Entries
from seve.fhir.search.references import post_reference

_SYSTEM_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", Decimal: "decimal", str: "string"}


def items(expression: str, resource: Resource) -> Iterator[tuple[str, Any]]:
    """What an expression finds in a resource: FHIR types and JSON values, in order; primitives without a value left out.

    R4's own parameters never come here, so that the engine is imported at first use.
    """
    from seve.fhir import path
    from seve.fhir.path.values import Node

    for item in path.compile(expression).nodes(resource):
        if not isinstance(item, Node):
            yield _SYSTEM_TYPES.get(type(item), ""), item
        elif item.value is not None:
            yield item.type, item.value


def post_item(value: Any, key: int, *, poster: Poster | None, out: Entries, base_url: str) -> None:
    """Post a value that the general engine found; without a poster it is a Reference, or of a type that isn't searched."""
    if poster is not None:
        out.present.append(key)
        poster(value, key, out=out)
    elif isinstance(value, dict) and "reference" in value:
        out.present.append(key)
        post_reference(value, (key,), marks={}, out=out, base_url=base_url)
