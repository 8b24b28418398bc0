"""Whether a record is open, by whom it was opened and through which channel (N02), with automatic opening after a notice (N03).

A Consent of a category of our own, because what opens a record is the agreement of its holder (law: `Consent.patient` agrees,
`performer` says who took it down, `dateTime` when, `provision.period.start` from when). Not a Flag, which warns carers, nor a List,
which is nobody's decision. Its scope is treatment and its provision neither permits nor denies, so that it opens the record and
nobody's way into it: who may see it stays with the choices on sharing. What was decided last holds; what was before stays.

| status | says |
| --- | --- |
| proposed | a notice was sent; it opens at the start of its period unless the patient opposes |
| active | open |
| rejected | the patient opposes |
| inactive | closed |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from seve.fhir import Resource
from seve.fhir.access.openings import SYSTEM, Channel, Opening, State, latest

__all__ = [
    "CHANNELS",
    "MOST_LINES",
    "NOTICE_DAYS",
    "SYSTEM",
    "Channel",
    "Opening",
    "State",
    "decided",
    "insured",
    "latest",
    "opens_on",
]
NOTICE_DAYS: Final = 42
"""The legal delay between notice and opening: six weeks. An officer may give more, never less."""
CHANNELS: Final[dict[str, Channel]] = {"10": "doctor", "21": "pharmacist"}
"""The professions (TRE_G15) that may open a record with the patient who is there."""
MOST_LINES: Final = 5_000
_INS: Final = re.compile(r"[0-9][0-9AB]{12,14}")
_SCOPE: Final = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]}
_RULE: Final = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]}


def decided(patient_id: str, state: State, channel: Channel, *, by: str, at: str, opens: str = "") -> Resource:
    """A decision; `by` "" is the platform, that acts for the insurance."""
    made: Resource = {
        "resourceType": "Consent",
        "status": state,
        "scope": _SCOPE,
        "category": [{"coding": [{"system": SYSTEM, "code": channel}]}],
        "patient": {"reference": f"Patient/{patient_id}"},
        "dateTime": at,
        "policyRule": _RULE,
        "provision": {"period": {"start": opens or at}},
    }
    return {**made, "performer": [{"reference": by}]} if by else made


def opens_on(today: date, days: int) -> date:
    """The day of opening after a notice of today."""
    return today + timedelta(days=max(days, NOTICE_DAYS))


def insured(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines of a list, one INS matricule each: number, matricule, and why it is refused ("" when it is not). A first line that
    names the column is passed over.
    """
    seen = set[str]()
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        value = line.partition(";")[0].replace(" ", "").strip().strip('"').upper()
        if not value or (number == 1 and value == "INS"):
            continue
        wrong = "" if _INS.fullmatch(value) else "not_ins"
        if value in seen:
            wrong = "twice"
        seen.add(value)
        yield number, value, wrong
