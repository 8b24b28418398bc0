"""`Patient/$match`: who in the store may be the person described, with a score and a grade each (R4, Patient-match)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from seve.engine.access.telling import tell_search
from seve.engine.identity.matching.matches import Match, matches
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter, TypeMismatch
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal

GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
_COUNT = 20
_MOST = 100


class TooLittleToMatch(Refusal):
    """The description has neither an INS nor a birth date, nor a family name with a given name."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine/identity/matching.refusals.too_little"


async def match(call: Call) -> Resource:
    """A searchset, best first. With `onlyCertainMatches`, the one certain match or none."""
    patient, count = call.one("resource"), call.one("count", _COUNT)
    if patient.get("resourceType") != "Patient":
        raise TypeMismatch(expected="Patient", found=patient.get("resourceType", ""))
    if not 1 <= count <= _MOST:
        raise InvalidParameter(name="count", value=count, expression="http.count")
    if not _is_enough(patient):
        raise TooLittleToMatch
    found = await matches(call.engine, call.grant, patient)
    if call.one("onlyCertainMatches", default=False):
        found = [one for one in found if one.likeness.grade == "certain"]
    shown = found[:count]
    await tell_search(call.engine, call.grant, "Patient/$match", query="", shown=[one.found for one in shown])
    return (
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "entry": [_entry(call.engine.base_url, one) for one in shown],
        }
        if shown
        else {"resourceType": "Bundle", "type": "searchset", "total": 0}
    )


def _is_enough(patient: Resource) -> bool:
    has_names = any(name.get("family") and name.get("given") for name in patient.get("name", ()))
    return bool(patient.get("birthDate") or patient.get("identifier") or has_names)


def _entry(base_url: str, one: Match) -> dict[str, Any]:
    return {
        "fullUrl": f"{base_url}/Patient/{one.found.id}",
        "resource": parse(one.found.body.encode()),
        "search": {
            "extension": [{"url": GRADE, "valueCode": one.likeness.grade}],
            "mode": "match",
            "score": Decimal(str(round(one.likeness.score, 4))),
        },
    }


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Patient-match", match),)
