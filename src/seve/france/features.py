"""What an offer of care is like, as codes of HealthcareService.characteristic: ways to be seen, access, tariff.

The tariff sector is TRE_R282, of the health insurance; the others have no national system of one purpose, so they are our own.
"""

from __future__ import annotations

from typing import Any, Final

from seve.france.identity.professions import nos_system

FEATURE_SYSTEM: Final = "urn:seve:directory:feature"
TARIFF_SYSTEM: Final = nos_system("TRE_R282-CNAMAmeliSecteurConventionnement")
CARE_MODE_SYSTEM: Final = nos_system("TRE_R213-ModePriseEnCharge")
CONTRACTED: Final = (
    "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-practitionerrole-contracted"
)
VITALE: Final = (
    "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-practitionerrole-vitale-accepted"
)

WAYS: Final = ("on-site", "video", "home")
ACCESS: Final = ("wheelchair", "hearing", "sight", "easy-words")
TERMS: Final = ("new-patients", "third-party")
FEATURES: Final = (*WAYS, *ACCESS, *TERMS)
TARIFFS: Final = ("c1", "c2", "c3", "nc")
"""Sector 1, sector 1 with a right to exceed, sector 2, without a contract."""


def characteristic(code: str) -> dict[str, Any]:
    """A CodeableConcept of HealthcareService.characteristic, for a feature or a tariff sector."""
    return {"coding": [{"system": TARIFF_SYSTEM if code in TARIFFS else FEATURE_SYSTEM, "code": code}]}


def token(code: str) -> str:
    """The same as the value of a search."""
    return f"{TARIFF_SYSTEM if code in TARIFFS else FEATURE_SYSTEM}|{code}"
