"""What every resource of the territory bears, and the small shapes that all are made of."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from seve.fhir import Resource

SYNTHETIC: Final = "https://exemple.invalid/territoire"
"""The system of the tag that says: invented. Pages may show its display."""
LOCAL: Final = "https://exemple.invalid/territoire/"
TAGS: Final = [
    {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"},
    {"system": SYNTHETIC, "code": "synthetic", "display": "Donnée inventée, personne n'est visé"},
]
META: Final[dict[str, Any]] = {"tag": TAGS}

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
CIM10: Final = "http://hl7.org/fhir/sid/icd-10"
ATC: Final = "http://www.whocc.no/atc"
CIP13: Final = "urn:oid:1.2.250.1.213.2.3.2"
CCAM: Final = "urn:oid:1.2.250.1.213.2.5"
_FR_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-"
_HL7 = "http://terminology.hl7.org/CodeSystem/"
ZONE: Final = ZoneInfo("Europe/Paris")


def claiming(profile: str) -> dict[str, Any]:
    """The meta of a resource that obeys a profile of FR Core."""
    return {"profile": [_FR_CORE + profile], "tag": TAGS}


def hl7(name: str, code: str, *, display: str = "") -> dict[str, Any]:
    """A coding of HL7's own terminology."""
    found = {"system": _HL7 + name, "code": code}
    return {**found, "display": display} if display else found


def concept(system: str, code: str, *, words: str) -> dict[str, Any]:
    """A code with the words that people read."""
    return {"coding": [{"system": system, "code": code}], "text": words}


def to(reference: str, display: str = "") -> dict[str, Any]:
    """A Reference."""
    return {"reference": reference, "display": display} if display else {"reference": reference}


def moment(at: datetime) -> str:
    """An instant in French time; `at` has none."""
    return at.replace(tzinfo=ZONE).isoformat(timespec="seconds")


def day(at: date) -> str:
    """A FHIR date; of a datetime, its day."""
    return at.strftime("%Y-%m-%d") if at.year >= 1000 else at.isoformat()


def said(at: date) -> str:
    """A day as French people write it."""
    return f"{at.day}{'er' if at.day == 1 else ''} {_MONTHS[at.month - 1]} {at.year}"


def quantity(value: Decimal | int, unit: tuple[str, str]) -> dict[str, Any]:
    """A Quantity; `unit` is as people write it, and UCUM's code."""
    return {"value": value, "unit": unit[0], "system": UCUM, "code": unit[1]}


def rounded(value: float, digits: int) -> Decimal | int:
    """As a laboratory or a scale tells it."""
    return Decimal(f"{value:.{digits}f}") if digits else round(value)


def marked(resource: Resource) -> bool:
    """Whether a resource says that it is synthetic."""
    return any(tag.get("system") == SYNTHETIC for tag in resource.get("meta", {}).get("tag", ()))


_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
