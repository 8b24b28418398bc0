"""Coming to the waiting room: a QuestionnaireResponse that says who comes, for whom, by which way, and what they agree to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from seve.fhir import Resource
from seve.solutions.teleconsultation.model.visits import ROOM, Party

FORM: Final = "https://seve.example/Questionnaire/teleconsultation-arrival"
Way: TypeAlias = Literal["video", "audio", "messages"]
WAYS: Final[tuple[Way, ...]] = get_args(Way)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Arrival:
    """`by` is who came (the patient, or a RelatedPerson), `beside` who sits beside the patient, as they said it."""

    id: str
    at: str
    by: str
    has_agreed: bool
    way: Way
    beside: str


def way_of(text: str) -> Way | None:
    """A way, or None for something else."""
    return next((one for one in WAYS if one == text), None)


def answers(call: str, patient: str, by: Party, *, way: Way, beside: str, has_agreed: bool, at: str) -> Resource:
    """The form as it is kept."""
    said: list[tuple[str, dict[str, Any]]] = [("consent", {"valueBoolean": has_agreed}), ("way", {"valueString": way})]
    if beside:
        said.append(("beside", {"valueString": beside[:_LONGEST]}))
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": ROOM, "value": call},
        "questionnaire": FORM,
        "status": "completed",
        "subject": {"reference": patient},
        "authored": at,
        "author": {"reference": by.reference},
        "source": {"reference": by.reference},
        "item": [{"linkId": name, "answer": [answer]} for name, answer in said],
    }


def arrival(response: Resource) -> Arrival:
    """What a form says."""
    said = {one["linkId"]: one["answer"][0] for one in response.get("item", ()) if one.get("answer")}
    return Arrival(
        response["id"],
        response.get("authored", ""),
        response.get("source", {}).get("reference", ""),
        bool(said.get("consent", {}).get("valueBoolean")),
        way_of(said.get("way", {}).get("valueString", "")) or "video",
        said.get("beside", {}).get("valueString", ""),
    )


def guardians(relatives: Iterable[Resource]) -> tuple[Resource, ...]:
    """Those who must agree for an adult under guardianship: RelatedPersons in force with the role GUARD (v3 RoleCode)."""
    return tuple(one for one in relatives if one.get("active", True) and "GUARD" in _codes(one))


def _codes(relative: Resource) -> set[str]:
    return {coding.get("code", "") for one in relative.get("relationship", ()) for coding in one.get("coding", ())}
