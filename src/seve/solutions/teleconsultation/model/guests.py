"""Guests without an account: an interpreter or a relative, invited by name, agreed to by the patient, for one call.

The invitation is a Communication of the professional's; the patient's side answers it with one of their own, and may take that back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.extensions import simple, value

SYSTEM: Final = "urn:seve:teleconsultation:guest"
KINDS: Final = ("interpreter", "relative", "other")
INVITED, AGREED, REFUSED = "invited", "agreed", "refused"
_CATEGORY: Final = "https://seve.example/CodeSystem/teleconsultation-guest"
_KIND, _SPOKEN = "guest-kind", "guest-agreed-by-voice"
LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Guest:
    """`by` invited them; they may come in while the patient's side agrees (`is_agreed`; or said so by voice, as the professional noted)."""

    id: str
    name: str
    kind: str
    by: str
    at: str
    is_agreed: bool


def invitation(call: str, patient: str, by: str, *, name: str, kind: str, is_spoken: bool, at: str) -> Resource:
    """Of somebody, by name."""
    made = _said(call, patient, by, what=INVITED, at=at, status="in-progress")
    extensions = [simple(_KIND, "Code", kind), *([simple(_SPOKEN, "Boolean", said=True)] if is_spoken else [])]
    return {**made, "payload": [{"contentString": name}], "extension": extensions}


def answer(call: str, patient: str, by: str, *, to: str, is_yes: bool, at: str) -> Resource:
    """What the patient's side says to an invitation."""
    made = _said(call, patient, by, what=AGREED if is_yes else REFUSED, at=at, status="completed")
    return {**made, "inResponseTo": [{"reference": f"Communication/{to}"}]}


def guests(found: Iterable[Resource]) -> tuple[Guest, ...]:
    """All who were invited, with what the patient's side said last; withdrawn ones are left out."""
    held = sorted(found, key=lambda one: (one["sent"], one["meta"]["lastUpdated"]))
    said = {one["inResponseTo"][0]["reference"]: _what(one) for one in held if one.get("inResponseTo")}
    return tuple(
        _guest(one, said.get(f"Communication/{one['id']}", ""))
        for one in held
        if _what(one) == INVITED and one["status"] == "in-progress"
    )


def call_of(invited: Resource) -> str:
    """The call that an invitation is for, "" for what is none."""
    identifiers: list[dict[str, Any]] = invited.get("identifier", [])
    return next((str(one["value"]) for one in identifiers if one.get("system") == SYSTEM), "")


def _guest(one: Resource, said: str) -> Guest:
    is_agreed = said == AGREED or (not said and bool(value(one, _SPOKEN, "Boolean")))
    return Guest(
        one["id"],
        one["payload"][0]["contentString"],
        value(one, _KIND, "Code") or "other",
        one["sender"]["reference"],
        one["sent"],
        is_agreed,
    )


def _said(call: str, patient: str, by: str, *, what: str, at: str, status: str) -> Resource:
    return {
        "resourceType": "Communication",
        "identifier": [{"system": SYSTEM, "value": call}],
        "status": status,
        "category": [{"coding": [{"system": _CATEGORY, "code": what}]}],
        "subject": {"reference": patient},
        "sender": {"reference": by},
        "sent": at,
    }


def _what(one: Resource) -> str:
    return next((str(c["code"]) for concept in one.get("category", ()) for c in concept.get("coding", ())), "")
