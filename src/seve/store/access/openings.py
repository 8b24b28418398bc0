"""Whether what is to be written may go into a shared record: asked in the connection that writes, whichever way it came.

A document needs a record that is open (N02, N03), and who opens one does so through their own channel: the patient's side, a doctor
or a pharmacist with the patient. Desks and automatic opening are the platform's work, or that of a machine approved for everything.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from seve.fhir import Resource
from seve.fhir.access.openings import OWN, SYSTEM, TAGS, Opening, channel, feeds, instant, latest
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import param_key, value_key
from seve.kernel.refusals import Refusal
from seve.store.access.admission import Forbidden
from seve.store.access.rule import PATIENT
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool
    from seve.store.grant import Sight

_CHANNELS = {PATIENT: "patient", "10": "doctor", "21": "pharmacist"}
_CLOCKS_SECONDS = 300
"""By how much the clock of who writes may be ahead of ours."""


class RecordNotOpen(Refusal):
    """The record is not open: no document is put into it. `document` is what was refused (`DocumentReference/1`)."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "store.refusals.record_not_open"

    def __init__(
        self, *, document: str, patient: str, state: str, expression: str = "DocumentReference.subject"
    ) -> None:
        super().__init__(
            expression=expression, patient=patient, state=state, category=SYSTEM, tag=f"{TAGS}|{OWN}", document=document
        )
        self.document = document
        self._told = (patient, state)

    def at(self, place: str) -> RecordNotOpen:
        """The same, told from the Bundle."""
        patient, state = self._told
        return RecordNotOpen(
            document=self.document, patient=patient, state=state, expression=f"{place}.resource.subject"
        )


class NotTheirChannel(Forbidden):
    """A record is opened through the channel of who opens it. Field: `channel`."""

    key: ClassVar[str] = "store.refusals.not_their_channel"


class NotYet(Refusal):
    """A decision on opening is dated: not at all, or ahead of time, it would outlive those that come after it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "store.refusals.not_yet"


@dataclass(frozen=True, slots=True)
class Change:
    """A resource that is to be written under `reference`, the patients it is about (ids), and what it replaces."""

    reference: str
    patients: tuple[str, ...]
    before: Resource | None
    after: Resource


async def opening(connection: Connection | Pool, patient: str) -> Opening:
    """What was decided last on the record of a patient (`Patient/1`), whoever may see it."""
    return latest(await _decisions(connection, patient))


async def check_records(connection: Connection, sight: Sight, changes: Sequence[Change]) -> None:
    """Raises RecordNotOpen, NotTheirChannel, NotYet. What opens a record in the same unit counts."""
    decided = [one for one in changes if channel(one.after)]
    for one in decided:
        _check_decision(sight, one.after)
    asked = {patient: one for one in reversed(changes) if feeds(one.before, one.after) for patient in one.patients}
    for patient, one in asked.items():
        same = [other.after for other in decided if patient in other.patients]
        found = latest([*await _decisions(connection, f"Patient/{patient}"), *same])
        if not found.is_open:
            raise RecordNotOpen(document=one.reference, patient=f"Patient/{patient}", state=found.state)


def _check_decision(sight: Sight, consent: Resource) -> None:
    through = channel(consent)
    if not sight.reaches_all and through != _CHANNELS.get(sight.profession or ""):
        raise NotTheirChannel(channel=through, expression="Consent.category", types="Consent")
    if not 0 < instant(consent) <= time.time() + _CLOCKS_SECONDS:
        raise NotYet(expression="Consent.dateTime")


async def _decisions(connection: Connection | Pool, patient: str) -> list[Resource]:
    rows = await connection.fetch(
        statements("read")["pointing_at"], "Consent", param_key("Consent", "patient"), value_key(patient)
    )
    return [parse(row["body"].encode()) for row in rows]
