"""Rights to care: Coverage resources, from what an online service answered and from what the patient typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from seve.fhir import Resource
from seve.france.rights import Entitlement
from seve.solutions.admission.model.costs import Cover

_KIND: Final = "https://seve.example/CodeSystem/coverage"
OBLIGATORY: Final = "obligatory"
COMPLEMENTARY: Final = "complementary"


def obligatory(answer: Entitlement, *, patient: str, fund: str) -> Resource:
    """What the online service says (AMO)."""
    made = _coverage(OBLIGATORY, patient=patient, payor=fund, number=answer.number)
    made["period"] = {"start": answer.since, "end": answer.until}
    made["status"] = "active" if answer.is_open else "cancelled"
    if answer.is_exempt:
        made["class"] = [{"type": {"text": "exoneration"}, "value": "ALD"}]
    return made


def complementary(answers: Mapping[str, str], *, patient: str, name: str) -> Resource:
    """What the patient declared (AMC), once a person saw the card."""
    made = _coverage(COMPLEMENTARY, patient=patient, payor=name, number=answers.get("complementary.number", ""))
    if until := answers.get("complementary.until", ""):
        made["period"] = {"end": until}
    return made


def kind_of(coverage: Resource) -> str:
    """Obligatory or complementary; "" for those of others."""
    codings = coverage.get("type", {}).get("coding", ())
    return next((str(one["code"]) for one in codings if one.get("system") == _KIND), "")


def in_force(coverages: Iterable[Resource], *, today: date) -> dict[str, Resource]:
    """The Coverage of each kind that holds today; the latest of several."""
    found = dict[str, Resource]()
    for one in sorted(coverages, key=lambda each: str(each.get("meta", {}).get("lastUpdated", ""))):
        period = one.get("period", {})
        is_now = period.get("start", "") <= today.isoformat() <= period.get("end", "9999")
        if one["status"] == "active" and is_now and kind_of(one):
            found[kind_of(one)] = one
    return found


def cover(held: Mapping[str, Resource]) -> Cover:
    """What they pay of the patient's share."""
    exempt = any(one.get("value") == "ALD" for one in held.get(OBLIGATORY, {}).get("class", ()))
    return Cover(is_exempt=exempt, is_whole=OBLIGATORY in held and COMPLEMENTARY in held)


def _coverage(kind: str, *, patient: str, payor: str, number: str) -> Resource:
    made: dict[str, Any] = {
        "resourceType": "Coverage",
        "status": "active",
        "type": {"coding": [{"system": _KIND, "code": kind}]},
        "beneficiary": {"reference": patient},
        "payor": [{"display": payor}],
    }
    if number:
        made["subscriberId"] = number
    return made
