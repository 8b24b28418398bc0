"""From the object identifiers that French files name code systems by, to the urls of FHIR (R4, 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from seve.fhir import Resource

_PREFIX = "urn:oid:"
_URLS = MappingProxyType(
    {
        "2.16.840.1.113883.6.1": "http://loinc.org",
        "2.16.840.1.113883.6.3": "http://hl7.org/fhir/sid/icd-10",
        "2.16.840.1.113883.6.8": "http://unitsofmeasure.org",
        "2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
        "2.16.840.1.113883.6.96": "http://snomed.info/sct",
        "2.16.840.1.113883.6.43.1": "http://terminology.hl7.org/CodeSystem/icd-o-3",
        "2.16.840.1.113883.6.254": "http://hl7.org/fhir/sid/icf",
        "1.2.840.10008.2.16.4": "http://dicom.nema.org/resources/ontology/DCM",
        "0.4.0.127.0.16.1.1.2.1": "http://standardterms.edqm.eu",
    }
)


class SystemUrls:
    """Urls by object identifier: the well known ones, and those that code systems state as their identifier."""

    def __init__(self, code_systems: Iterable[Resource]) -> None:
        stated = ((i.get("value", ""), s["url"]) for s in code_systems for i in s.get("identifier", ()))
        self._urls = {value.removeprefix(_PREFIX): url for value, url in stated if value.startswith(_PREFIX)} | dict(
            _URLS
        )

    def url(self, oid: str) -> str:
        """The url of a code system; `urn:oid:…` when none is known."""
        return self._urls.get(oid.removeprefix(_PREFIX)) or f"{_PREFIX}{oid.removeprefix(_PREFIX)}"
