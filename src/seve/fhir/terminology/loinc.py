"""LOINC as it is published: `Loinc.csv`, or the smaller `LoincTableCore.csv`, by their column names.

The axes become properties under the names that FHIR gives them (R4, 4.3.14.2), so that filters on them work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seve.fhir import Resource

URL = "http://loinc.org"
COLUMNS = ("LOINC_NUM", "COMPONENT", "LONG_COMMON_NAME", "STATUS")
_AXES = ("COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP", "CLASS", "CLASSTYPE", "ORDER_OBS")
_NAMES = ("SHORTNAME", "DisplayName", "CONSUMER_NAME")
_ENDED = "DEPRECATED"


def code_system(rows: Iterable[Mapping[str, str]], *, version: str) -> Resource:
    """The code system: each term under its long common name, deprecated ones inactive."""
    resource: Resource = {
        "resourceType": "CodeSystem",
        "url": URL,
        "version": version,
        "name": "LOINC",
        "title": "LOINC",
        "status": "active",
        "copyright": "This material contains content from LOINC (http://loinc.org), © Regenstrief Institute, Inc.",
        "caseSensitive": False,
        "content": "complete",
        "property": [
            *({"code": axis, "type": "string"} for axis in (*_AXES, "STATUS")),
            {"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"},
        ],
        "concept": [_concept(row) for row in rows],
    }
    return {key: value for key, value in resource.items() if value}


def _concept(row: Mapping[str, str]) -> dict[str, Any]:
    display = row["LONG_COMMON_NAME"] or row["COMPONENT"]
    properties: list[dict[str, Any]] = [
        {"code": axis, "valueString": row[axis]} for axis in (*_AXES, "STATUS") if row.get(axis)
    ]
    if row["STATUS"] == _ENDED:
        properties.append({"code": "inactive", "valueBoolean": True})
    names = dict.fromkeys(row[name] for name in _NAMES if row.get(name))
    concept: dict[str, Any] = {"code": row["LOINC_NUM"], "display": display, "property": properties}
    if more := [{"language": "en", "value": name} for name in names if name != display]:
        concept["designation"] = more
    return concept
