"""Opening a record, opposing, closing; and the work that lists of insured people ask for."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import ClassVar

from msgspec import Struct

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Chores, Job, Records, Visit, wording
from seve.solutions.shared_record.actions.notices import send
from seve.solutions.shared_record.model import batches, opening
from seve.solutions.shared_record.model.opening import CHANNELS, Channel, State
from seve.solutions.shared_record.queries import opening as queries

_PAGE = "200"
_AT_ONCE = 16


class NotOpen(Refusal):
    """The record is not open: nothing is put into it. Field: `state`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_open"


class NotAgreed(Refusal):
    """A record is opened with the patient who is there and agrees; the box that says so was not ticked."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_agreed"


class NotThisProfession(Refusal):
    """Doctors and pharmacists open records; other professions do not."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_this_profession"


class NoList(Refusal):
    """A list that is empty, or longer than is taken at once. Field: `most`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.no_list"


class Given(Struct, frozen=True):
    """A list: its Task; the lines, with nothing but their matricules, are on the slip."""

    task: str = ""
    slip: str = ""
    days: int = 0
    kind: batches.Kind = "automatic"


async def check_open(records: Records, patient_id: str) -> None:
    """Asked before a file is looked at; what decides is asked again at write (RecordNotOpen). Raises NotOpen."""
    if not (await queries.state(records, patient_id)).is_open:
        raise NotOpen


async def decide(visit: Visit, state: State) -> Resource:
    """The patient, or who represents them, decides."""
    return await _written(
        visit.records, visit.path["patient"], state, "patient", by=visit.visitor.acts_as, now=visit.now
    )


async def open_with(visit: Visit) -> Resource:
    """A doctor or a pharmacist opens it with the patient. Raises NotThisProfession, NotAgreed."""
    channel = CHANNELS.get(visit.visitor.profession)
    if channel is None:
        raise NotThisProfession
    if not visit.form["agreed"]:
        raise NotAgreed(expression="agreed")
    return await _written(
        visit.records, visit.path["patient"], "active", channel, by=visit.visitor.acts_as, now=visit.now
    )


async def give_list(visit: Visit, lines: str, kind: batches.Kind, *, days: int) -> None:
    """Hands a list to the background. Raises NoList, NotAgreed."""
    number = sum(1 for _ in opening.insured(lines))
    if not 0 < number <= opening.MOST_LINES:
        raise NoList(expression="file", most=opening.MOST_LINES)
    if kind == "desk" and not visit.form["agreed"]:
        raise NotAgreed(expression="agreed")
    at = visit.now.isoformat(timespec="seconds")
    task = await visit.desk.records.create(batches.asked(kind, days=days, at=at, by=visit.visitor.name))
    await visit.doors.enqueue(LISTS, Given(task["id"], "", days, kind), slip=_only_matricules(lines).encode())


async def work_through(chores: Chores, given: Given) -> None:
    """Tells each person on a list, or opens at once what was asked for at a desk. A list that was done is not done again, and is gone."""
    task, lines = await chores.records.read("Task", given.task), await chores.slip(given.slip)
    if task["status"] == "requested" and lines is not None:
        await _work_through(chores, given, task, lines.decode())
    await chores.tear(given.slip)


async def _work_through(chores: Chores, given: Given, task: Resource, lines: str) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def line(number: int, ins: str, wrong: str) -> tuple[int, str]:
        async with slots:
            return number, wrong or await _one(chores, ins, given.kind, days=given.days)

    told = await asyncio.gather(*(line(*one) for one in opening.insured(lines)))
    refused = [(number, reason) for number, reason in told if reason]
    await chores.records.update(batches.finished(task, len(told) - len(refused), refused))


async def open_due(chores: Chores) -> int:
    """Opens the records whose notice is over; how many. One whose patient decided otherwise meanwhile stays as it is."""
    today, opened, page = chores.now.astimezone(wording.ZONE).date(), 0, ""
    while True:
        asked = ("category", f"{opening.SYSTEM}|automatic"), ("status", "proposed"), ("period", f"le{today}")
        found = await chores.records.search("Consent", *asked, ("_count", _PAGE), page=page)
        for start in range(0, len(found.matches), _AT_ONCE):
            some = found.matches[start : start + _AT_ONCE]
            opened += sum(await asyncio.gather(*(_due(chores, notice, today) for notice in some)))
        page = found.next
        if not page:
            return opened


async def _due(chores: Chores, notice: Resource, today: date) -> bool:
    patient_id = notice["patient"]["reference"].partition("/")[2]
    state = await queries.state(chores.records, patient_id)
    if state.state == "proposed" and state.opens > today.isoformat():
        return False  # a later notice gives more time
    if state.state != "proposed":
        await chores.records.update(
            {**notice, "status": "inactive"}
        )  # it has its answer: not to be looked at each morning
        return False
    at = chores.now.isoformat(timespec="seconds")
    if not chores.records.may_index(await chores.records.read("Patient", patient_id)):
        return False  # no longer, since the notice was sent; it opens once the identity is qualified again
    await chores.records.update({**notice, "status": "active", "dateTime": at})
    return True


async def _one(chores: Chores, ins: str, kind: str, *, days: int) -> str:
    """Why a line is refused, "" when it went through."""
    found = await chores.records.search("Patient", ("identifier", ins), ("active:not", "false"), ("_count", "2"))
    if len(found.matches) != 1:
        return "several" if found.matches else "unknown"
    patient_id = found.matches[0]["id"]
    if not chores.records.may_index(found.matches[0]):
        return "not_qualified"
    known = (await queries.state(chores.records, patient_id)).state
    if known in ("active", "proposed") or (kind == "automatic" and known in ("rejected", "inactive")):
        return known
    if kind == "desk":
        await _written(chores.records, patient_id, "active", "desk", by="", now=chores.now)
        return ""
    opens = opening.opens_on(chores.now.astimezone(wording.ZONE).date(), max(days, chores.opening_notice_days))
    await send(chores, patient_id, opens=opens)
    return ""


def _only_matricules(lines: str) -> str:
    """The first column alone, so that no name waits in the queue."""
    return "\n".join(line.partition(";")[0] for line in lines.splitlines())


async def _written(
    records: Records, patient_id: str, state: State, channel: Channel, *, by: str, now: datetime
) -> Resource:
    at = now.isoformat(timespec="milliseconds")
    return await records.create(opening.decided(patient_id, state, channel, by=by, at=at))


LISTS = Job("lists", Given, work_through)
"""The work that a list asks for."""
