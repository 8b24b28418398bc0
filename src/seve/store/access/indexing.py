"""Only a qualified identity indexes shared data (RNIV): asked in the connection that writes, whichever way in was taken.

Three things need one: a document that carries a matricule, a document that goes into an open shared record, and a decision that
opens a record. A document of an identity that is not qualified is kept without matricule, by who made it (tag `own`). What stands is
not judged anew: an identity that was qualified once keeps the documents that came then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from seve.fhir import Resource
from seve.fhir.access.openings import feeds
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.france.identity.indexing import indexed, opens, subject
from seve.france.identity.ins import in_force
from seve.france.identity.trust import Environment, sharing_verdict
from seve.kernel.refusals import Issue, Refusal
from seve.store.access.openings import Change, opening
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection

TYPES = frozenset({"Composition", "Consent", "DocumentReference"})
"""What is looked at; of everything else nothing is asked."""


class NotQualified(Refusal):
    """The identity may not index shared data. `reason` is why, `place` the element that asks for it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "store.refusals.not_qualified"

    def __init__(self, reason: Issue, *, place: str) -> None:
        super().__init__(expression=place)
        self.reason = reason

    @property
    def issues(self) -> Sequence[Issue]:
        """What is refused, then why."""
        why = Issue("error", self.code, self.reason.key, self.reason.fields, self.expression)
        return (*super().issues, why)


async def check_indexing(
    connection: Connection, changes: Sequence[Change], *, beside: Mapping[str, Resource], environment: Environment
) -> None:
    """Raises NotQualified. `beside` are the patients of the same unit, by reference."""
    for change in changes:
        if place := _asks(change):
            await _check(connection, change, place, beside=beside, environment=environment)


def _asks(change: Change) -> str:
    """The element by which a change may index shared data, "" when it can't."""
    before, after = change.before, change.after
    if opens(after) and not (before and opens(before)):
        return "Consent.category"
    if indexed(after) and not (before and indexed(before) == indexed(after)):
        return f"{after['resourceType']}.subject.identifier"
    return "DocumentReference.subject" if feeds(before, after) else ""


async def _check(
    connection: Connection, change: Change, place: str, *, beside: Mapping[str, Resource], environment: Environment
) -> None:
    after, reference = change.after, subject(change.after)
    patient = beside.get(reference) or await _patient(connection, reference)
    if patient is None:
        if indexed(after):
            raise NotQualified(_because("no_patient"), place=place)
        return
    verdict = sharing_verdict(patient, environment=environment)
    if not verdict.may:
        if opens(after) or indexed(after) or (await opening(connection, reference)).is_open:
            raise NotQualified(verdict.reason, place=place)
        return
    known = in_force(patient)
    if any(known is None or one.value != known.value for one in indexed(after)):
        raise NotQualified(_because("other_matricule"), place=place)


async def _patient(connection: Connection, reference: str) -> Resource | None:
    if not reference.startswith("Patient/"):
        return None
    body = await connection.fetchval(statements("indexing")["patient"], value_key(reference))
    return parse(body.encode()) if body else None


def _because(reason: str) -> Issue:
    return Issue("error", "business-rule", f"france.indexing.{reason}")
