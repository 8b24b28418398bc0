"""What is left to pay: its sum, the simulated provider's page, the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Changed, NotFound, Paper, To, View, Visit, wording
from seve.solutions.admission.actions import paying
from seve.solutions.admission.actions.refusals import NothingDue
from seve.solutions.admission.model import costs, payments, stays
from seve.solutions.admission.pages.frame import euros, moment, say
from seve.solutions.admission.queries import people
from seve.solutions.admission.queries import stays as reads


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of the sum, in words and euros."""

    what: str
    how: str
    amount: str
    covered: str
    left: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer of the provider."""

    outcome: str
    at: str
    number: str


@dataclass(frozen=True, slots=True)
class Sum:
    """An Invoice as it is shown."""

    status: str
    lines: tuple[CostLine, ...]
    total: str
    is_due: bool
    attempts: tuple[Attempt, ...]

    @property
    def paid(self) -> Attempt | None:
        """The answer that paid it."""
        return next((one for one in self.attempts if one.outcome == "paid"), None)


@dataclass(frozen=True)
class Provider(View):
    """The page of the simulated provider. It says how much, not who nor what for."""

    template: ClassVar[str] = "provider.html"
    link: str
    amount: str
    version: str
    is_due: bool
    outcome: str
    number: str
    stay: str


@dataclass(frozen=True)
class Receipt(View):
    """A receipt on paper."""

    template: ClassVar[str] = "receipt.html"
    who: str
    place: str
    when: str
    sum: Sum
    issued: str


async def pay(visit: Visit) -> To:
    """On to the provider. Raises NotFound, NothingDue."""
    stay, _ = await _found(visit)
    token = paying.link(visit, await people.bill(visit.records, stay))
    return To(f"/payment/{token}")


async def receipt(visit: Visit) -> Paper:
    """The receipt as PDF. Raises NotFound before it is paid."""
    stay, patient = await _found(visit)
    bill = await people.bill(visit.records, stay)
    shown = sum_of(visit, bill) if bill else None
    if shown is None or shown.paid is None:
        raise NotFound
    start = stays.starts(stay)
    place, when = stays.place(stay), wording.day(start.astimezone(wording.ZONE).date(), visit.language)
    view = Receipt(wording.name_of(patient), place, when, shown, moment(visit, visit.now))
    return Paper(view, say(visit, "receipt.file"))


async def provider(visit: Visit) -> Provider:
    """The provider's page. Raises NotFound for a link that is over, or none."""
    return _provider(visit, await _bill(visit))


async def answer(visit: Visit) -> To | Again:
    """Pays, refuses or gives up; a second time nothing happens, and the page says how it stands."""
    bill = await _bill(visit)
    try:
        await paying.answer(visit, bill, visit.form["outcome"], version=visit.form["version"])
    except (Changed, NothingDue):
        return To(f"/payment/{visit.path['link']}")  # it was answered meanwhile: the page tells how
    except Refusal as problem:
        return Again(_provider(visit, bill), problem)
    return To(f"/payment/{visit.path['link']}", {"done": "1"})


def sum_of(visit: Visit, bill: Resource) -> Sum:
    """An Invoice in words."""
    return Sum(
        status=bill["status"],
        lines=tuple(_line(visit, one) for one in costs.read(bill)),
        total=euros(visit, costs.total(costs.read(bill))),
        is_due=costs.due(bill) > 0,
        attempts=tuple(_attempt(visit, one) for one in payments.attempts(bill)),
    )


def _line(visit: Visit, line: costs.Line) -> CostLine:
    fields = {"number": line.number, "price": euros(visit, line.price), "percent": line.percent}
    return CostLine(
        say(visit, f"costs.{line.what}"),
        say(visit, f"costs.{line.what}_how", **fields),
        euros(visit, line.amount),
        euros(visit, line.covered),
        euros(visit, line.left),
    )


def _attempt(visit: Visit, one: payments.Attempt) -> Attempt:
    return Attempt(one.outcome, moment(visit, datetime.fromisoformat(one.at)), one.number)


def _provider(visit: Visit, bill: Resource) -> Provider:
    told = payments.attempts(bill)
    last = told[-1] if told else None
    is_due = costs.due(bill) > 0
    is_told = last is not None and (not is_due or visit.query.get("done") == "1")
    return Provider(
        link=visit.path["link"],
        amount=euros(visit, costs.total(costs.read(bill))),
        version=bill["meta"]["versionId"],
        is_due=is_due,
        outcome=last.outcome if last is not None and is_told else "",
        number=last.number if last is not None and is_told else "",
        stay=costs.stay_of(bill).rpartition("/")[2],
    )


async def _bill(visit: Visit) -> Resource:
    type_, _, id_ = visit.linked.partition("/")
    if type_ != "Invoice":
        raise NotFound
    return await visit.records.read("Invoice", id_)


async def _found(visit: Visit) -> tuple[Resource, Resource]:
    stay = await reads.one(visit.records, visit.path["stay"])
    await people.their_own(visit, stays.patient_of(stay))
    return stay, await people.patient(visit.records, stays.patient_of(stay))
