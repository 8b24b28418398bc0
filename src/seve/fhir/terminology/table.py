"""A code system from a plain table: `code`, `display`, and if there are, `parent`, `definition`; other columns are properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seve.fhir import Resource

COLUMNS = ("code", "display")
_PARENT = {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}
_OWN = frozenset({"code", "display", "parent", "definition"})


def code_system(rows: Iterable[Mapping[str, str]], *, url: str, version: str, title: str) -> Resource:
    """The code system of a table."""
    kept = list(rows)
    others = [name for name in (kept[0] if kept else ()) if name not in _OWN]
    resource: Resource = {
        "resourceType": "CodeSystem",
        "url": url,
        "version": version,
        "name": "".join(c if c.isalnum() and c.isascii() else "_" for c in title),
        "title": title,
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "property": [_PARENT, *({"code": name, "type": "string"} for name in others)],
        "concept": [_concept(row, others) for row in kept],
    }
    return {key: value for key, value in resource.items() if value}


def _concept(row: Mapping[str, str], others: Iterable[str]) -> dict[str, Any]:
    properties = [{"code": name, "valueString": row[name]} for name in others if row.get(name)]
    if row.get("parent"):
        properties.insert(0, {"code": "parent", "valueCode": row["parent"]})
    concept = {
        "code": row["code"],
        "display": row["display"],
        "definition": row.get("definition"),
        "property": properties,
    }
    return {key: value for key, value in concept.items() if value}
