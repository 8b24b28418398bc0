"""A few resources of one invented patient, with what shipped views look at."""

from __future__ import annotations

from typing import Any

INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
LOINC, ICD10, UCUM = "http://loinc.org", "http://hl7.org/fhir/sid/icd-10", "http://unitsofmeasure.org"
CIP = "https://smt.esante.gouv.fr/terminologie-cip_ucd"
SUBJECT = {"subject": {"reference": "Patient/anne"}}


def concept(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} | ({"display": display} if display else {})]}


ANNE: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "anne",
    "meta": {"lastUpdated": "2026-01-02T03:04:05.000Z"},
    "active": True,
    "identifier": [{"system": "urn:test", "value": "42"}],
    "name": [{"family": "Martin", "given": ["Anne", "Lise"]}],
    "gender": "female",
    "birthDate": "1950-04",
    "deceasedDateTime": "2026-02-03T04:05:06+01:00",
    "address": [
        {
            "extension": [{"url": INSEE, "valueCoding": {"system": "urn:cog", "code": "37261"}}],
            "city": "TOURS",
            "postalCode": "37000",
        }
    ],
    "generalPractitioner": [{"reference": "Practitioner/dupont"}],
}
STAY: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "stay",
    "status": "finished",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    **SUBJECT,
    "period": {"start": "2026-01-10T08:00:00+01:00", "end": "2026-01-12"},
    "serviceProvider": {"reference": "Organization/chu"},
}
DIABETES: dict[str, Any] = {
    "resourceType": "Condition",
    "id": "diabetes",
    "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
    "code": concept(ICD10, "E11.9", "Diabète de type 2"),
    **SUBJECT,
    "encounter": {"reference": "Encounter/stay"},
    "onsetDateTime": "2010",
}
MISTAKE = DIABETES | {
    "id": "mistake",
    "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error"),
}
HBA1C: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "hba1c",
    "status": "final",
    "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
    "code": concept(LOINC, "4548-4", "HbA1c"),
    **SUBJECT,
    "effectiveDateTime": "2026-01-11T09:30:00+01:00",
    "valueQuantity": {"value": 8.5, "comparator": ">", "unit": "%", "system": UCUM, "code": "%"},
    "referenceRange": [{"low": {"value": 4}, "high": {"value": 6}}],
}
PRESSURE: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "pressure",
    "status": "final",
    "code": concept(LOINC, "85354-9"),
    **SUBJECT,
    "effectiveDateTime": "2026-01-11",
    "component": [
        {"code": concept(LOINC, "8480-6"), "valueQuantity": {"value": 120, "unit": "mmHg"}},
        {"code": concept(LOINC, "8462-4"), "valueQuantity": {"value": 80, "unit": "mmHg"}},
        {"code": concept(LOINC, "8357-6"), "valueString": "bras gauche"},
    ],
}
SMOKING: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "smoking",
    "status": "final",
    "code": concept(LOINC, "72166-2"),
    **SUBJECT,
    "effectivePeriod": {"start": "2026-01-01"},
    "valueCodeableConcept": concept("http://snomed.info/sct", "266919005", "Jamais fumé"),
}
METFORMIN = {"medicationCodeableConcept": concept(CIP, "3400930000011", "METFORMINE 500 MG")}
REQUEST: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "id": "request",
    "status": "active",
    "intent": "order",
    **METFORMIN,
    **SUBJECT,
    "authoredOn": "2026-01-12",
    "dosageInstruction": [{"text": "1 matin et soir", "route": concept("urn:route", "PO")}],
    "dispenseRequest": {"expectedSupplyDuration": {"value": 30}, "numberOfRepeatsAllowed": 2},
}
DISPENSE: dict[str, Any] = {
    "resourceType": "MedicationDispense",
    "id": "dispense",
    "status": "completed",
    **METFORMIN,
    **SUBJECT,
    "authorizingPrescription": [{"reference": "MedicationRequest/request"}],
    "whenHandedOver": "2026-01-13",
    "quantity": {"value": 60},
    "daysSupply": {"value": 30},
}
ADMINISTRATION: dict[str, Any] = {
    "resourceType": "MedicationAdministration",
    "id": "administration",
    "status": "completed",
    **METFORMIN,
    **SUBJECT,
    "context": {"reference": "Encounter/stay"},
    "effectiveDateTime": "2026-01-10T20:00:00Z",
    "dosage": {"dose": {"value": 500, "unit": "mg"}},
}
STATEMENT: dict[str, Any] = {
    "resourceType": "MedicationStatement",
    "id": "statement",
    "status": "active",
    **METFORMIN,
    **SUBJECT,
    "effectivePeriod": {"start": "2015-03"},
}
PROCEDURE: dict[str, Any] = {
    "resourceType": "Procedure",
    "id": "ecg",
    "status": "completed",
    "code": concept("https://smt.esante.gouv.fr/terminologie-ccam", "DEQP003"),
    **SUBJECT,
    "encounter": {"reference": "Encounter/stay"},
    "performedDateTime": "2026-01-10",
}
LETTER: dict[str, Any] = {
    "resourceType": "DocumentReference",
    "id": "letter",
    "status": "current",
    "type": concept(LOINC, "11488-4"),
    **SUBJECT,
    "date": "2026-01-12T10:00:00Z",
    "content": [{"attachment": {"contentType": "application/pdf", "title": "CR", "size": 1000}}],
}
CLAIM: dict[str, Any] = {
    "resourceType": "ExplanationOfBenefit",
    "id": "claim",
    "status": "active",
    "type": {"text": "soins"},
    "use": "claim",
    "patient": {"reference": "Patient/anne"},
    "created": "2026-02-01",
    "insurer": {"identifier": {"value": "01C751"}},
    "provider": {"reference": "Practitioner/dupont"},
    "outcome": "complete",
    "insurance": [{"focal": True, "coverage": {"display": "x"}}],
    "item": [
        {
            "sequence": 1,
            "productOrService": concept("urn:nat", "1111"),
            "servicedPeriod": {"start": "2026-01-10"},
            "net": {"value": 26.5, "currency": "EUR"},
            "adjudication": [{"category": concept("urn:a", "benefit"), "amount": {"value": 17.55, "currency": "EUR"}}],
        }
    ],
}
WORLD = [
    ANNE,
    STAY,
    DIABETES,
    MISTAKE,
    HBA1C,
    PRESSURE,
    SMOKING,
    REQUEST,
    DISPENSE,
    ADMINISTRATION,
    STATEMENT,
    PROCEDURE,
    LETTER,
    CLAIM,
]
