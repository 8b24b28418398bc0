"""Adding to a list, correcting and ending, by professionals; never over what somebody else wrote meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Records, wording
from seve.solutions.shared_record.model import sheets
from seve.solutions.shared_record.model.sheets import Sheet, Typed


class NotRight(Refusal):
    """A field of the form says nothing that can be kept; `expression` names it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_right"


async def add(records: Records, kind: Sheet, patient_id: str, *, typed: Typed, by: str, now: datetime) -> Resource:
    """Raises NotRight."""
    _check(kind, typed, now)
    at = now.isoformat(timespec="seconds")
    return await records.create(sheets.new(kind, patient_id, typed, by=by, at=at))


async def correct(records: Records, kind: Sheet, id_: str, *, version: str, typed: Typed, now: datetime) -> Resource:
    """Changes the version that the form showed. Raises NotRight; Changed when it is not the latest any more."""
    _check(kind, typed, now)
    shown = await records.version(kind.type, id_, version)
    return await records.update(kind.make(shown, typed))


async def end(records: Records, kind: Sheet, id_: str, *, version: str, now: datetime) -> Resource:
    """Ends what the page showed. Raises Changed."""
    shown = await records.version(kind.type, id_, version)
    return await records.update(kind.end(shown, now.astimezone(wording.ZONE).date().isoformat()))


def _check(kind: Sheet, typed: Typed, now: datetime) -> None:
    wrong = typed.wrong(today=now.astimezone(wording.ZONE).date().isoformat())
    if not wrong and kind.name == "vaccines" and not typed.since:
        wrong = "since"  # Immunization.occurrence[x] is required (R4, 9.4.3)
    if wrong:
        raise NotRight(expression=wrong)
