"""CIM-10 FR for the PMSI (ATIH), as the table `code,type,ssr,psy,short,long`: codes come without their dot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seve.fhir import Resource

COLUMNS = ("code", "type", "ssr", "psy", "short", "long")
URL = "http://hl7.org/fhir/sid/icd-10"
_CATEGORY_LENGTH = 3
_FLAGS = (("type", "pmsi-mco"), ("ssr", "pmsi-ssr"), ("psy", "pmsi-psy"))


def code_system(rows: Iterable[Mapping[str, str]], *, version: str) -> Resource:
    """The code system: dotted codes under the nearest shorter one, the PMSI's restrictions as properties."""
    kept = list(rows)
    known = {row["code"] for row in kept}
    return {
        "resourceType": "CodeSystem",
        "url": URL,
        "version": version,
        "name": "CIM10FR",
        "title": "CIM-10 FR à usage PMSI",
        "status": "active",
        "language": "fr",
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "content": "complete",
        "property": [
            {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
            *({"code": name, "type": "string"} for _, name in _FLAGS),
        ],
        "concept": [_concept(row, known) for row in kept],
    }


def dotted(code: str) -> str:
    """A code as the ICD writes it: `A000` is A00.0, `B24+0` is B24.+0."""
    head, tail = code[:_CATEGORY_LENGTH], code[_CATEGORY_LENGTH:]
    return f"{head}.{tail}" if tail else head


def _concept(row: Mapping[str, str], known: set[str]) -> dict[str, Any]:
    code = row["code"]
    properties = [{"code": name, "valueString": row[column]} for column, name in _FLAGS if row[column]]
    if parent := next((code[:end] for end in range(len(code) - 1, 0, -1) if code[:end] in known), None):
        properties.insert(0, {"code": "parent", "valueCode": dotted(parent)})
    concept: dict[str, Any] = {"code": dotted(code), "display": row["long"] or row["short"]}
    if row["short"] and row["short"] != row["long"]:
        concept["designation"] = [{"language": "fr", "value": row["short"]}]
    return concept | {"property": properties}
