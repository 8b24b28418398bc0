"""Bodies that carry ViewDefinitions: R4 doesn't have the type, so that only the rest is held to R4's structure."""

from __future__ import annotations

import secrets
from typing import Any

from seve.fhir import Resource
from seve.fhir.codec import decode_json, encode_json
from seve.fhir.codec.json import parse

# Stands for a view while the rest is checked; nobody can guess it.
_STANDS_FOR = {"resourceType": "Basic", "code": {"text": secrets.token_hex(16)}}


def with_views(body: bytes) -> Resource:
    """A Parameters with ViewDefinitions in it, or a ViewDefinition alone. Raises what the decoder refuses."""
    found = parse(body)
    if _is_view(found):
        return found
    views: list[Any] = []
    checked = decode_json(encode_json(_without(found, views)))
    return _with(checked, iter(views)) if views else checked


def _is_view(value: Any) -> bool:
    return isinstance(value, dict) and value.get("resourceType") == "ViewDefinition"


def _without(value: Any, views: list[Any]) -> Any:
    if isinstance(value, list):
        return [_without(item, views) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, held in value.items():
        if name == "resource" and _is_view(held):
            views.append(held)
            found[name] = _STANDS_FOR
        else:
            found[name] = _without(held, views) if name in {"parameter", "part"} else held
    return found


def _with(value: Any, views: Any) -> Any:
    if isinstance(value, list):
        return [_with(item, views) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: next(views)
        if name == "resource" and held == _STANDS_FOR
        else (_with(held, views) if name in {"parameter", "part"} else held)
        for name, held in value.items()
    }
