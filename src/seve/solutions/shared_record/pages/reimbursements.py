"""Reimbursements of the last twenty-four months (N01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from seve.fhir import Resource
from seve.sdk import View, Visit, wording
from seve.solutions.shared_record.model.contents import REIMBURSED_MONTHS
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.queries import patients
from seve.solutions.shared_record.queries.timeline import Filters, timeline


@dataclass(frozen=True)
class Listed(View):
    """A page of them; each with what was paid, and by the insurer, "" when it is not told."""

    template: ClassVar[str] = "reimbursements.html"
    frame: Frame
    lines: tuple[tuple[Entry, str, str], ...]
    authors: dict[str, str]
    months: int
    next: str


async def show(visit: Visit) -> Listed:
    """Newest first; older ones no longer show."""
    frame = await framed(visit, "reimbursements")
    found = await timeline(
        visit.records,
        frame.id,
        Filters(class_="reimbursements"),
        today=visit.now.date().isoformat(),
        page=visit.query.get("page", ""),
    )
    entries = entries_of(visit, found.resources)
    lines = tuple(
        (entry, _money(visit, _total(one)), _money(visit, one.get("payment", {}).get("amount")))
        for entry, one in zip(entries, found.resources, strict=True)
    )
    authors = await patients.authors(visit.records, entries)
    return Listed(frame, lines, authors, REIMBURSED_MONTHS, found.next)


def _total(resource: Resource) -> dict[str, Any] | None:
    """What was asked for: the total of a Claim; of an ExplanationOfBenefit the total that is the submitted one, or the first."""
    total: Any = resource.get("total")
    if not isinstance(total, list):
        return total
    submitted = [one for one in total if "submitted" in wording.codes(one.get("category"))]
    return next((one["amount"] for one in [*submitted, *total]), None)


def _money(visit: Visit, amount: dict[str, Any] | None) -> str:
    if not amount or "value" not in amount:
        return ""
    currency = "€" if amount.get("currency", "EUR") == "EUR" else amount["currency"]
    return f"{wording.number(amount['value'], visit.language)} {currency}"
