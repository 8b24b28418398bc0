"""The patient's consent to the act, as a Consent that points to the form in which it was given."""

from __future__ import annotations

from seve.fhir import Resource
from seve.solutions.teleconsultation.model.arrivals import Arrival

_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def consent(patient: str, arrival: Arrival, *, at: str) -> Resource:
    """Consent to treatment at a distance (it lets nobody into the record). `arrival.by` gave it."""
    made: Resource = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": _SCOPES, "code": "treatment"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}]}],
        "patient": {"reference": patient},
        "dateTime": at,
        "performer": [{"reference": arrival.by}],
        "policyRule": {"coding": [{"system": _ACT_CODE, "code": "OPTIN"}]},
    }
    if not arrival.id:  # given by voice: the professional's word is all that there is
        return made
    return {**made, "sourceReference": {"reference": f"QuestionnaireResponse/{arrival.id}"}}
