"""Value sets of the CI-SIS (« jeux de valeurs ») as IHE SVS answers them: `RetrieveValueSetResponse` (ITI-48)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from seve.fhir import Resource
from seve.fhir.terminology.refusals import Unreadable
from seve.france.systems import SystemUrls

NAMESPACE = "urn:ihe:iti:svs:2008"
_FORMAT = "IHE SVS RetrieveValueSetResponse"
_DATE_LENGTH = 10


def value_sets(raw: bytes, systems: SystemUrls) -> Iterator[Resource]:
    """The value sets of a response, listed code by code; concepts with an end date are left out. Raises Unreadable."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(format=_FORMAT, line=error.lineno or 1) from error
    for element in root.iterfind(f"{{{NAMESPACE}}}ValueSet"):
        oid = element.get("id", "")
        if not oid:
            raise Unreadable(format=_FORMAT, line=element.sourceline or 1)
        yield _value_set(element, oid, systems)


def _value_set(element: Any, oid: str, systems: SystemUrls) -> Resource:
    name = element.get("displayName") or oid
    found: Resource = {
        "resourceType": "ValueSet",
        "url": f"urn:oid:{oid}",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{oid}"}],
        "version": (element.get("revisionDate") or element.get("effectiveDate") or element.get("version", ""))[
            :_DATE_LENGTH
        ],
        "name": "".join(c if c.isalnum() and c.isascii() else "_" for c in name),
        "title": name,
        "status": "active",
        "language": "fr",
        "compose": {"include": _includes(element, systems)},
    }
    return {key: value for key, value in found.items() if value}


def _includes(element: Any, systems: SystemUrls) -> list[dict[str, Any]]:
    by_system = dict[str, dict[str, dict[str, str]]]()
    for concept in element.iter(f"{{{NAMESPACE}}}Concept"):
        code, display = concept.get("code", ""), concept.get("displayName", "")
        if code and not concept.get("dateFin"):
            listed = {"code": code, "display": display} if display else {"code": code}
            by_system.setdefault(systems.url(concept.get("codeSystem", "")), {}).setdefault(code, listed)
    return [{"system": system, "concept": list(listed.values())} for system, listed in by_system.items()]
