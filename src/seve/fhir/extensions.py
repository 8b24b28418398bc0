"""Extensions of ours, read and written: a simple one has a value, a complex one has parts with a value each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from seve.fhir import Resource

BASE = "https://seve.example/StructureDefinition/"

Extension: TypeAlias = dict[str, Any]


def own(resource: Resource, name: str) -> list[Extension]:
    """The extensions of a name, in order."""
    return [one for one in resource.get("extension", ()) if one.get("url") == BASE + name]


def value(resource: Resource, name: str, kind: str) -> Any:
    """The value of the first extension of a name (`kind`: `Code`, `Reference`, …); None without one."""
    return next((one.get(f"value{kind}") for one in own(resource, name)), None)


def parts(extension: Extension, name: str) -> list[Any]:
    """The values of the parts of a name."""
    found = [one for one in extension.get("extension", ()) if one.get("url") == name]
    return [part for one in found for key, part in one.items() if key.startswith("value")]


def part(extension: Extension, name: str, default: Any = None) -> Any:
    """The value of the first part of a name."""
    return next(iter(parts(extension, name)), default)


def simple(name: str, kind: str, said: Any) -> Extension:
    """An extension with a value."""
    return {"url": BASE + name, f"value{kind}": said}


def complex_(name: str, said: Iterable[tuple[str, str, Any]]) -> Extension:
    """An extension of parts (name, kind, value); those without one are left out."""
    given = [{"url": url, f"value{kind}": one} for url, kind, one in said if one is not None and one not in ("", {})]
    return {"url": BASE + name, "extension": given}


def replaced(resource: Resource, names: Iterable[str], made: Iterable[Extension]) -> Resource:
    """The resource with the extensions of these names replaced by others."""
    urls = {BASE + name for name in names}
    kept = [one for one in resource.get("extension", ()) if one.get("url") not in urls]
    changed = {key: one for key, one in resource.items() if key != "extension"}
    return {**changed, "extension": [*kept, *made]} if kept or made else changed
