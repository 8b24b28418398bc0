"""OperationDefinitions that R4 itself does not have, as JSON: those of the Bulk Data Access guide, and `$import`."""

from __future__ import annotations

from importlib import resources

from seve.fhir import Resource
from seve.fhir.codec.json import parse


def definitions() -> list[Resource]:
    """All of them."""
    files = resources.files("seve.engine.operations.definitions").iterdir()
    return [parse(file.read_bytes()) for file in sorted(files, key=lambda f: f.name) if file.name.endswith(".json")]
