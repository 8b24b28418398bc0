"""What is left to pay, with its sum. A model to show how: the rates of a real house are its own and are dated.

Daily charge of a stay (forfait journalier hospitalier): 20 euros a day, the day of leaving counted (decree of 21 December 2017, in force
since 2018; later rates are to be added by who operates this). The share of 20 per cent of the price of a day, and of 30 per cent of an
outpatient visit, are the general rule; the price of a day is a sample. Neither exemptions of all kinds nor the threshold of heavy acts are in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.extensions import complex_, own, part

What: TypeAlias = Literal["daily", "share", "visit"]
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rates:
    """In euros; shares in per cent."""

    since: date
    daily: Decimal
    day_price: Decimal
    day_share: int
    visit_price: Decimal
    visit_share: int


RATES: Final = (Rates(date(2018, 1, 1), Decimal(20), Decimal(900), 20, Decimal(30), 30),)


@dataclass(frozen=True, slots=True)
class Cover:
    """What others pay: `is_exempt` from the patient's share (long illness), the complementary cover pays it all (`is_whole`)."""

    is_exempt: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`number` times `price`, of which `percent`; `covered` others pay. Euros."""

    what: What
    number: int
    price: Decimal
    percent: int
    covered: Decimal

    @property
    def amount(self) -> Decimal:
        """Before what others pay."""
        return (self.number * self.price * self.percent / 100).quantize(_CENT, ROUND_HALF_UP)

    @property
    def left(self) -> Decimal:
        """For the patient."""
        return self.amount - self.covered


def rates_on(day: date) -> Rates:
    """The rates in force on a day."""
    return next((one for one in reversed(RATES) if one.since <= day), RATES[0])


def lines(*, is_stay: bool, first: date, last: date, cover: Cover) -> tuple[Line, ...]:
    """The sum of a stay of some days, both counted, or of an outpatient visit."""
    rates, days = rates_on(first), max(1, (last - first).days + 1)
    if not is_stay:
        visit = Line("visit", 1, rates.visit_price, rates.visit_share, Decimal(0))
        return (_covered(visit, is_paid=cover.is_exempt or cover.is_whole),)
    daily = Line("daily", days, rates.daily, 100, Decimal(0))
    share = Line("share", days, rates.day_price, rates.day_share, Decimal(0))
    return (
        _covered(daily, is_paid=cover.is_whole),
        _covered(share, is_paid=cover.is_exempt or cover.is_whole),
    )


def total(found: Iterable[Line]) -> Decimal:
    """What is left of all."""
    return sum((one.left for one in found), Decimal(0))


def invoice(found: tuple[Line, ...], *, patient: str, stay: str, issuer: str, now: str) -> Resource:
    """The Invoice: each line with its price and what others pay as components."""
    return {
        "resourceType": "Invoice",
        "status": "issued",
        "subject": {"reference": patient},
        "date": now,
        "issuer": {"reference": issuer},
        "extension": [complex_("invoice-stay", [("stay", "Reference", {"reference": stay})])],
        "lineItem": [_item(number, one) for number, one in enumerate(found, 1)],
        "totalNet": money(total(found)),
        "totalGross": money(total(found)),
    }


def read(bill: Resource) -> tuple[Line, ...]:
    """The lines of an Invoice of ours."""
    return tuple(_line(one) for one in bill.get("lineItem", ()))


def due(bill: Resource) -> Decimal:
    """What an Invoice asks for; nothing once it is balanced or cancelled."""
    return Decimal(str(bill["totalNet"]["value"])) if bill["status"] == "issued" else Decimal(0)


def stay_of(bill: Resource) -> str:
    """`Encounter/id`."""
    return next((str(part(one, "stay", {}).get("reference", "")) for one in own(bill, "invoice-stay")), "")


def money(amount: Decimal) -> dict[str, Any]:
    """As FHIR."""
    return {"value": amount.quantize(_CENT), "currency": "EUR"}


def _covered(line: Line, *, is_paid: bool) -> Line:
    return Line(line.what, line.number, line.price, line.percent, line.amount if is_paid else Decimal(0))


def _item(number: int, line: Line) -> dict[str, Any]:
    components: list[dict[str, Any]] = [
        {"type": "base", "factor": Decimal(line.number), "amount": money(line.price)},
        {"type": "informational", "factor": Decimal(line.percent) / 100, "amount": money(line.amount)},
    ]
    if line.covered:
        components.append({"type": "deduction", "amount": money(line.covered)})
    code = {"coding": [{"system": "https://seve.example/CodeSystem/admission-cost", "code": line.what}]}
    return {"sequence": number, "chargeItemCodeableConcept": code, "priceComponent": components}


def _line(item: dict[str, Any]) -> Line:
    by_type = {one["type"]: one for one in item["priceComponent"]}
    stated = item["chargeItemCodeableConcept"]["coding"][0]["code"]
    whats: tuple[What, ...] = ("daily", "share", "visit")
    return Line(
        next(one for one in whats if one == stated),
        int(Decimal(str(by_type["base"]["factor"]))),
        Decimal(str(by_type["base"]["amount"]["value"])),
        int(Decimal(str(by_type["informational"]["factor"])) * 100),
        Decimal(str(by_type.get("deduction", {"amount": {"value": 0}})["amount"]["value"])),
    )
