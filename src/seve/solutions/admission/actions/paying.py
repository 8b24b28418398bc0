"""Paying what is left, by a provider that is simulated: a signed link to its page, and its answer, once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import uuid4

from seve.fhir import Resource
from seve.sdk import Change, Visit
from seve.solutions.admission.actions.refusals import NothingDue, NotNow
from seve.solutions.admission.model import costs, payments

PURPOSE = "pay"
_LASTS = timedelta(minutes=30)


def link(visit: Visit, bill: Resource | None) -> str:
    """The token of the provider's page for an Invoice, for half an hour. Raises NothingDue."""
    if bill is None or costs.due(bill) <= 0:
        raise NothingDue
    return visit.doors.links.sign(PURPOSE, f"Invoice/{bill['id']}", until=visit.now + _LASTS)


async def answer(visit: Visit, bill: Resource, outcome: str, *, version: str) -> Resource:
    """The provider's answer, written once: a second one meets another version, or nothing due. Raises NothingDue, Changed, NotNow."""
    wanted = payments.OUTCOMES.get(outcome)
    if wanted is None:
        raise NotNow
    if costs.due(bill) <= 0:
        raise NothingDue
    at, number = visit.now.isoformat(timespec="seconds"), f"SIM-{secrets.token_hex(6).upper()}"
    shown = {**bill, "meta": {**bill["meta"], "versionId": version}}
    changes = [Change("PUT", payments.answered(shown, wanted, at=at, number=number))]
    if wanted == "paid":
        url = f"urn:uuid:{uuid4()}"
        changes.append(Change("POST", payments.reconciliation(bill, at=at, number=number), url))
        changes.append(Change("POST", payments.notice(bill, payment=url, at=at)))
    return (await visit.records.transaction(changes))[0]
