"""The code systems of document metadata, as object identifiers (CDA, XDS) and as urls (FHIR)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from seve.france.cda import Code
from seve.france.systems import SystemUrls

_NOS = "https://mos.esante.gouv.fr/NOS"
LOINC: Final = "http://loinc.org"
CLASSES: Final = f"{_NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
FORMATS: Final = f"{_NOS}/TRE_A11-IheFormatCode/FHIR/TRE-A11-IheFormatCode"
IHE_FORMATS: Final = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"

_URLS: MappingProxyType[str, str] = MappingProxyType(
    {
        "1.2.250.1.213.1.1.4.9": f"{_NOS}/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice",
        "1.2.250.1.213.1.1.4.13": f"{_NOS}/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument",
        "1.2.250.1.71.4.2.4": f"{_NOS}/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite",
        "1.2.250.1.71.1.2.7": f"{_NOS}/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante",
        "2.16.840.1.113883.5.4": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "2.16.840.1.113883.5.25": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
    }
)
_OIDS = {url: oid for oid, url in _URLS.items()} | {LOINC: "2.16.840.1.113883.6.1"}
_KNOWN = SystemUrls(())


def url_of(oid: str) -> str:
    """The url of a system; `urn:oid:…` when none is known."""
    return _URLS.get(oid) or _KNOWN.url(oid)


def oid_of(url: str) -> str:
    """The object identifier of a system, empty when none is known."""
    return _OIDS.get(url) or (url.removeprefix("urn:oid:") if url.startswith("urn:oid:") else "")


def coding(code: Code) -> dict[str, Any]:
    """As FHIR; what the code does not say is left out."""
    found = {"system": url_of(code.system) if code.system else "", "code": code.code, "display": code.display}
    return {key: value for key, value in found.items() if value}


def concept(code: Code) -> dict[str, Any]:
    """The CodeableConcept of one code."""
    return {"coding": [coding(code)]}
