"""Sending a notice of automatic opening, and taking the answer of who did not sign in."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Chores, Visit, wording
from seve.sdk.links import CODE_LETTERS, Links
from seve.solutions.shared_record.model import notices, opening
from seve.solutions.shared_record.model.opening import State
from seve.solutions.shared_record.queries.notices import PURPOSE, linked

TOLD, ANSWERED = "record_opening", "record_answered"
PATH = "/shared-record/answer"


class WrongCode(Refusal):
    """No notice has this code, or its patient was not born that day: which of them is not said."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.wrong_code"


class Answered(Refusal):
    """The notice has its answer: changing it needs a sign-in."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "solutions/shared_record.refusals.answered"


async def send(chores: Chores, patient_id: str, *, opens: date) -> None:
    """Keeps a notice, and tells the person by a link; a notice that reached no account goes by post."""
    number = "".join(secrets.choice(CODE_LETTERS) for _ in range(notices.NUMBER_LETTERS))
    at = chores.now.isoformat(timespec="milliseconds")
    made = opening.decided(patient_id, "proposed", "automatic", by="", at=at, opens=opens.isoformat())
    notice = await chores.records.create(notices.numbered(made, number))
    link = f"{chores.links.site}{PATH}/{token_of(chores.links, notice, opens)}"
    if not await chores.notify(f"Patient/{patient_id}", TOLD, day=opens, link=link):
        await chores.records.update(notices.posted(notice))


def token_of(links: Links, notice: Resource, opens: date) -> str:
    """What a link to answer a notice ends in; it lasts until the day of opening."""
    until = datetime.combine(opens, time.min, wording.ZONE)
    return links.sign(PURPOSE, f"Consent/{notice['id']}", until=until)


async def answer(visit: Visit, state: State) -> None:
    """The one answer that a link gives; the person is told of it. Raises NotFound, Answered."""
    notice, holds = await linked(visit)
    if holds.state != "proposed":
        raise Answered
    patient = notice["patient"]["reference"]
    at = visit.now.isoformat(timespec="milliseconds")
    made = opening.decided(patient.partition("/")[2], state, "patient", by=patient, at=at)
    await visit.records.create(notices.answered(made, notice))
    await visit.doors.notify(patient, ANSWERED, at=visit.now)
