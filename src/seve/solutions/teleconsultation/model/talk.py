"""What is said beside the picture: messages, and records that are shown to each other, as Communications of the visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seve.fhir import Resource
from seve.solutions.teleconsultation.model.visits import ROOM

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Message:
    """`text` of somebody, or the record that they showed ("DocumentReference/3")."""

    sender: str
    at: str
    text: str
    shows: str


def said(
    call: str, patient: str, by: str, *, text: str = "", shows: str = "", encounter: str = "", at: str
) -> Resource:
    """A message, or something shown. `encounter` is the id of the act once it runs."""
    payload: dict[str, Any] = {"contentReference": {"reference": shows}} if shows else {"contentString": text}
    made: Resource = {
        "resourceType": "Communication",
        "identifier": [{"system": ROOM, "value": call}],
        "status": "completed",
        "subject": {"reference": patient},
        "about": [{"reference": f"Appointment/{call}"}],
        "sent": at,
        "sender": {"reference": by},
        "payload": [payload],
    }
    return {**made, "encounter": {"reference": f"Encounter/{encounter}"}} if encounter else made


def message(communication: Resource) -> Message:
    """What a Communication says."""
    payload = (communication.get("payload") or [{}])[0]
    return Message(
        communication.get("sender", {}).get("reference", ""),
        communication.get("sent", ""),
        payload.get("contentString", ""),
        payload.get("contentReference", {}).get("reference", ""),
    )
