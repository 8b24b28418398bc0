"""Which records a professional opened: a List of no entries about each patient, with who opened it and when last.

About the patient, so that access decides on it as on all that concerns them: they see it too, and so does nobody who does not reach them.
"""

from __future__ import annotations

from typing import Final

from seve.fhir import Resource

SYSTEM: Final = "https://seve.example/lists"
OPENED: Final = "opened"


def opened(patient_id: str, *, by: str, at: str) -> Resource:
    """A first opening."""
    return {
        "resourceType": "List",
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"system": SYSTEM, "code": OPENED}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "source": {"reference": by},
        "date": at,
    }
