"""What the overview puts first: grave allergies, results out of range, vaccines that are late. Rules without learning, each with its source.

A person may set an alert aside, or ask another person about it; both are Communications about the resource that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args

from seve.fhir import Resource
from seve.sdk import wording
from seve.solutions.shared_record.model.measures import Trend
from seve.solutions.shared_record.model.sheets import SHEETS_BY_NAME

Rule: TypeAlias = Literal["allergy", "result", "vaccine"]
Word: TypeAlias = Literal["aside", "question"]
VERSION: Final = "alertes 1"
RESULT_DAYS: Final = 183
"""How long a result out of range is put first: half a year."""
_WORDS: Final = "https://seve.example/alert-words"
_DUE: Final = frozenset({"30980-7", "59778-1"})
"""LOINC: date due, date overdue (Immunization Recommendation Date Criterion, R4)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`type`/`id` is what it rests on, `what` its name, `value` what was found, `at` the FHIR date of it."""

    rule: Rule
    type: str
    id: str
    what: str
    value: str
    at: str

    @property
    def reference(self) -> str:
        """`Observation/1`."""
        return f"{self.type}/{self.id}"


def allergies(found: Iterable[Resource]) -> Iterator[Alert]:
    """Those in force whose criticality is high."""
    for one in found:
        if one.get("criticality") == "high" and not SHEETS_BY_NAME["allergies"].is_over(one):
            at = one.get("recordedDate", "")
            yield Alert("allergy", one["resourceType"], one["id"], wording.coded(one.get("code")), "", at)


def results(trends: Iterable[Trend], *, today: date) -> Iterator[Alert]:
    """The last of each kind, when it is out of its range and of the last half year. One that came right again is none."""
    since = (today - timedelta(days=RESULT_DAYS)).isoformat()
    for trend in trends:
        last = trend.points[-1]
        if last.flag and last.at[:10] >= since:
            value = " ".join(filter(None, (str(last.value), last.unit, f"({last.range})" if last.range else "")))
            yield Alert("result", "Observation", last.id, trend.title, value, last.at)


def vaccines(recommended: Iterable[Resource], given: Iterable[Resource], *, today: date) -> Iterator[Alert]:
    """What a recommendation of the record says was due, and was not given since the recommendation. No data, no alert."""
    received = [(set(wording.codes(one.get("vaccineCode"))), one.get("occurrenceDateTime", "")) for one in given]
    for found in recommended:
        for one in found.get("recommendation", ()):
            codes = {code for concept in one.get("vaccineCode", ()) for code in wording.codes(concept)}
            is_given = any(codes & had and at[:10] >= found.get("date", "")[:10] for had, at in received)
            due = _due(one)
            if due and due < today.isoformat() and not is_given:
                yield Alert(
                    "vaccine", found["resourceType"], found["id"], wording.coded(one.get("vaccineCode")), "", due
                )


def said(alert: Alert, word: Word, words: str, *, patient_id: str, by: str, at: str) -> Resource:
    """The Communication by which a person sets an alert aside, or asks about it."""
    return {
        "resourceType": "Communication",
        "status": "completed" if word == "aside" else "in-progress",
        "category": [{"coding": [{"system": _WORDS, "code": word}]}],
        "subject": {"reference": f"Patient/{patient_id}"},
        "about": [{"reference": alert.reference}],
        "sent": at,
        "sender": {"reference": by},
        "payload": [{"contentString": words}],
    }


def words_of(communications: Iterable[Resource]) -> dict[str, list[tuple[Word, str, str, str]]]:
    """By reference of the resource: what was said, as (word, words, who, when), oldest first."""
    found = dict[str, list[tuple[Word, str, str, str]]]()
    for one in sorted(communications, key=lambda one: one.get("sent", "")):
        codes = {code for concept in one.get("category", ()) for code in wording.codes(concept, _WORDS)}
        told = "".join(part.get("contentString", "") for part in one.get("payload", ()))
        line: Any = (one.get("sender", {}).get("reference", ""), one.get("sent", ""))
        for word in get_args(Word):
            if word in codes:
                for about in one.get("about", ()):
                    found.setdefault(about.get("reference", ""), []).append((word, told, *line))
    return found


def _due(recommendation: dict[str, Any]) -> str:
    dates = [
        one["value"][:10]
        for one in recommendation.get("dateCriterion", ())
        if _DUE.intersection(wording.codes(one.get("code")))
    ]
    return min(dates, default="")
