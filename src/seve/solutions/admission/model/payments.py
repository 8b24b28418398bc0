"""Payments of what is left: attempts on the Invoice, and for the house's books a PaymentReconciliation with its PaymentNotice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.extensions import complex_, own, part
from seve.solutions.admission.model.costs import due, money

Outcome: TypeAlias = Literal["paid", "refused", "abandoned"]
OUTCOMES: Final[Mapping[str, Outcome]] = {"paid": "paid", "refused": "refused", "abandoned": "abandoned"}
"""By their names as forms carry them."""
_ATTEMPT: Final = "payment-attempt"
_STATUSES: Final = "http://terminology.hl7.org/CodeSystem/paymentstatus"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of the provider. `number` is its own, on the receipt."""

    outcome: str
    at: str
    number: str


def attempts(bill: Resource) -> tuple[Attempt, ...]:
    """In order."""
    return tuple(
        Attempt(str(part(one, "outcome", "")), str(part(one, "at", "")), str(part(one, "number", "")))
        for one in own(bill, _ATTEMPT)
    )


def answered(bill: Resource, outcome: Outcome, *, at: str, number: str) -> Resource:
    """The Invoice after an answer: balanced when it was paid, else as it was, with the attempt."""
    told = complex_(_ATTEMPT, [("outcome", "Code", outcome), ("at", "DateTime", at), ("number", "String", number)])
    status = "balanced" if outcome == "paid" else bill["status"]
    return {**bill, "status": status, "extension": [*bill.get("extension", ()), told]}


def reconciliation(bill: Resource, *, at: str, number: str) -> Resource:
    """The money, as the house's books have it."""
    amount = money(due(bill))
    return {
        "resourceType": "PaymentReconciliation",
        "identifier": [{"system": "https://seve.example/simulated-payment", "value": number}],
        "status": "active",
        "created": at,
        "paymentDate": at[:10],
        "paymentAmount": amount,
        "disposition": "simulated",
        "detail": [
            {
                "type": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/payment-type", "code": "payment"}]
                },
                "request": {"reference": f"Invoice/{bill['id']}"},
                "amount": amount,
            }
        ],
    }


def notice(bill: Resource, *, payment: str, at: str) -> Resource:
    """Telling that it was paid. `payment` is the reference of the reconciliation."""
    made: dict[str, Any] = {
        "resourceType": "PaymentNotice",
        "status": "active",
        "request": {"reference": f"Invoice/{bill['id']}"},
        "created": at,
        "payment": {"reference": payment},
        "paymentDate": at[:10],
        "recipient": {"reference": bill["issuer"]["reference"]},
        "amount": money(due(bill)),
        "paymentStatus": {"coding": [{"system": _STATUSES, "code": "paid"}]},
    }
    return made
