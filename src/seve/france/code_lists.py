"""Code lists of the ANS: many systems in one table (`system,oid,version,code,display,parent`), or bare codes, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from seve.fhir import Resource
from seve.france.systems import SystemUrls

COLUMNS = ("system", "oid", "version", "code", "display", "parent")
_PARENT = {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}


def code_systems(rows: Iterable[Mapping[str, str]]) -> Iterator[Resource]:
    """The code systems of a table, in the order in which they appear."""
    found = dict[tuple[str, str], list[Mapping[str, str]]]()
    for row in rows:
        found.setdefault((row["system"], row["version"]), []).append(row)
    for (url, version), own in found.items():
        resource = _code_system(url, version, [_concept(row) for row in own])
        yield resource | {"identifier": [{"system": "urn:ietf:rfc:3986", "value": own[0]["oid"]}]}


def bare(codes: Iterable[str], *, name: str, oid: str, systems: SystemUrls) -> Resource:
    """A code system from codes alone, without names."""
    listed = [{"code": code.strip()} for code in codes if code.strip()]
    resource = _code_system(systems.url(oid), "", listed)
    return resource | {"identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{oid}"}], "title": name}


def _code_system(url: str, version: str, concepts: list[dict[str, Any]]) -> Resource:
    name = url.rstrip("/").rpartition("/")[2]
    resource: Resource = {
        "resourceType": "CodeSystem",
        "url": url,
        "version": version,
        "name": "".join(c if c.isalnum() and c.isascii() else "_" for c in name),
        "status": "active",
        "language": "fr",
        "caseSensitive": True,
        "content": "complete",
        "property": [_PARENT],
        "concept": concepts,
    }
    return {key: value for key, value in resource.items() if value}


def _concept(row: Mapping[str, str]) -> dict[str, Any]:
    concept: dict[str, Any] = {"code": row["code"]}
    if row["display"]:
        concept["display"] = row["display"]
    if row["parent"]:
        concept["property"] = [{"code": "parent", "valueCode": row["parent"]}]
    return concept
