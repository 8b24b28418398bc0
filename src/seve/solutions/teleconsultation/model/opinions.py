"""What patients say of a call afterwards (T26): five marks of 1 to 5, and results by practice once there are enough of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from seve.fhir import Resource
from seve.solutions.teleconsultation.model.visits import ROOM

FORM: Final = "https://seve.example/Questionnaire/teleconsultation-opinion"
QUESTIONS: Final = ("heard", "picture", "listened", "understood", "again")
LEAST: Final = 5
"""Below this number of answers a practice has no result: who said what could be guessed."""


@dataclass(frozen=True, slots=True)
class Result:
    """Of one practice: the number of answers, and the mean mark a question; no mean below `LEAST` answers."""

    practice: str
    number: int
    means: Mapping[str, Decimal]


def marks(typed: Mapping[str, str]) -> dict[str, int] | str:
    """The marks that were given; the first question without one of 1 to 5."""
    found = {name: typed.get(name, "").strip() for name in QUESTIONS}
    missing = next((name for name, mark in found.items() if mark not in ("1", "2", "3", "4", "5")), "")
    return missing or {name: int(mark) for name, mark in found.items()}


def answers(call: str, encounter: Resource, given: Mapping[str, int], *, by: str, at: str) -> Resource:
    """The form as it is kept."""
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"system": ROOM, "value": call},
        "questionnaire": FORM,
        "status": "completed",
        "subject": encounter["subject"],
        "encounter": {"reference": f"Encounter/{encounter['id']}"},
        "authored": at,
        "author": {"reference": by},
        "source": {"reference": by},
        "item": [{"linkId": name, "answer": [{"valueInteger": mark}]} for name, mark in given.items()],
    }


def results(responses: Iterable[tuple[str, Resource]]) -> tuple[Result, ...]:
    """By practice, by name. Each response comes with its practice."""
    by_practice = dict[str, list[dict[str, int]]]()
    for practice, response in responses:
        by_practice.setdefault(practice, []).append(_given(response))
    return tuple(Result(name, len(given), _means(given)) for name, given in sorted(by_practice.items()))


def _means(given: list[dict[str, int]]) -> dict[str, Decimal]:
    if len(given) < LEAST:
        return {}
    found = {name: [one[name] for one in given if name in one] for name in QUESTIONS}
    return {
        name: (Decimal(sum(those)) / len(those)).quantize(Decimal("0.1"))
        for name, those in found.items()
        if len(those) >= LEAST
    }


def _given(response: Resource) -> dict[str, int]:
    items = (one for one in response.get("item", ()) if one.get("answer"))
    return {one["linkId"]: int(one["answer"][0]["valueInteger"]) for one in items if "valueInteger" in one["answer"][0]}
