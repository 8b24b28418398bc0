"""What hides a resource, and from whom: bits of one integer, made from its security labels.

Labels are those of French document sharing (TRE_A07: masked from professionals, not yet shown to the patient, nor to legal
representatives) and of HL7 (v3 Confidentiality, v3 ActCode sensitivity). A reader sees a resource when what lets them in
lifts every bit of its veil.
"""

from __future__ import annotations

from typing import Any

from seve.fhir import Resource

FROM_PROFESSIONALS = 1
FROM_PATIENT = 2
FROM_GUARDIANS = 4
RESTRICTED = 8
HIV = 1 << 4
PSYCHIATRY = 1 << 5
SUBSTANCES = 1 << 6
SEXUALITY = 1 << 7
VIOLENCE = 1 << 8
GENETICS = 1 << 9
SEVERAL = 1 << 29
"""Links say who else is asked: it is about several patients, each of whom must be reached, or it is kept by one organisation, whose staff
alone see it beside the patient's side."""
PRIVATE = 1 << 30
"""It is about no patient, and not public: only who wrote it sees it."""

SENSITIVE = RESTRICTED | HIV | PSYCHIATRY | SUBSTANCES | SEXUALITY | VIOLENCE | GENETICS
PERSONAL = FROM_PROFESSIONALS | FROM_PATIENT | FROM_GUARDIANS | SENSITIVE
"""All that labels can set."""

VISIBILITY = "https://mos.esante.gouv.fr/NOS/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument"
_BITS = {
    "MASQUE_PS": FROM_PROFESSIONALS,
    "INVISIBLE_PATIENT": FROM_PATIENT,
    "INVISIBLE_REPRESENTANTS_LEGAUX": FROM_GUARDIANS,
    "R": RESTRICTED,
    "V": RESTRICTED,
    "HIV": HIV,
    "PSY": PSYCHIATRY,
    "PSYTHPN": PSYCHIATRY,
    "MH": PSYCHIATRY,
    "BH": PSYCHIATRY,
    "ETH": SUBSTANCES,
    "ETHUD": SUBSTANCES,
    "SUD": SUBSTANCES,
    "ALC": SUBSTANCES,
    "DRGIS": SUBSTANCES,
    "SEX": SEXUALITY,
    "STD": SEXUALITY,
    "SEXUAL": SEXUALITY,
    "SDV": VIOLENCE,
    "GDIS": GENETICS,
    "SICKLE": GENETICS,
}
_PUBLIC = frozenset(
    [
        "ActivityDefinition",
        "CapabilityStatement",
        "CatalogEntry",
        "ChargeItemDefinition",
        "CodeSystem",
        "CompartmentDefinition",
        "ConceptMap",
        "DeviceDefinition",
        "EffectEvidenceSynthesis",
        "Endpoint",
        "EventDefinition",
        "Evidence",
        "EvidenceVariable",
        "ExampleScenario",
        "GraphDefinition",
        "HealthcareService",
        "ImplementationGuide",
        "InsurancePlan",
        "Library",
        "Location",
        "Measure",
        "Medication",
        "MedicationKnowledge",
        "MedicinalProduct",
        "MedicinalProductAuthorization",
        "MedicinalProductContraindication",
        "MedicinalProductIndication",
        "MedicinalProductIngredient",
        "MedicinalProductInteraction",
        "MedicinalProductManufactured",
        "MedicinalProductPackaged",
        "MedicinalProductPharmaceutical",
        "MedicinalProductUndesirableEffect",
        "MessageDefinition",
        "NamingSystem",
        "ObservationDefinition",
        "OperationDefinition",
        "Organization",
        "OrganizationAffiliation",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "ResearchDefinition",
        "ResearchElementDefinition",
        "RiskEvidenceSynthesis",
        "Schedule",
        "SearchParameter",
        "Slot",
        "SpecimenDefinition",
        "StructureDefinition",
        "StructureMap",
        "Substance",
        "SubstanceNucleicAcid",
        "SubstancePolymer",
        "SubstanceProtein",
        "SubstanceReferenceInformation",
        "SubstanceSourceMaterial",
        "SubstanceSpecification",
        "TerminologyCapabilities",
        "TestReport",
        "TestScript",
        "ValueSet",
    ]
)


def veil(resource: Resource, *, patients: int, is_kept: bool = False) -> int:
    """The veil of a resource that is about so many patients; `is_kept` by an organisation of this server (`openings.keeper`)."""
    found = 0
    for coding in _labels(resource):
        found |= _BITS.get(coding.get("code", ""), 0)
    if patients == 0:
        return found if resource["resourceType"] in _PUBLIC else found | PRIVATE
    return found | SEVERAL if patients > 1 or is_kept else found


def of_codes(codings: list[dict[str, Any]]) -> int:
    """The bits of security labels: what a Consent that names them lifts."""
    found = 0
    for coding in codings:
        found |= _BITS.get(coding.get("code", ""), 0)
    return found


def _labels(resource: Resource) -> list[dict[str, Any]]:
    meta = resource.get("meta")
    found: list[dict[str, Any]] = list(meta.get("security", [])) if meta else []
    if resource["resourceType"] in ("DocumentReference", "DocumentManifest"):
        for concept in resource.get("securityLabel", []):
            found += concept.get("coding", [])
    elif resource["resourceType"] == "Composition" and "confidentiality" in resource:
        found.append({"code": resource["confidentiality"]})
    return found
