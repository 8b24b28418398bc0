"""Opening of a record: what holds, and the decisions of patient and carer; and the lists that officers give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotQualified, To, View, Visit
from seve.solutions.shared_record.actions import opening as deeds
from seve.solutions.shared_record.actions.opening import NoList, NotAgreed, NotThisProfession
from seve.solutions.shared_record.model.batches import Batch, Kind
from seve.solutions.shared_record.model.opening import CHANNELS, MOST_LINES, Opening, State
from seve.solutions.shared_record.pages.frame import Frame, framed
from seve.solutions.shared_record.queries import opening as queries

_STATES: dict[str, State] = {"open": "active", "oppose": "rejected", "close": "inactive"}


@dataclass(frozen=True)
class Shown(View):
    """What holds; `name` is who decided, "" for the patient or the insurance. `may_open` for who opens with the patient."""

    template: ClassVar[str] = "opening.html"
    frame: Frame
    opening: Opening
    name: str
    may_open: bool


@dataclass(frozen=True)
class Lists(View):
    """The lists that were given, and the forms."""

    template: ClassVar[str] = "lists.html"
    lists: tuple[Batch, ...]
    notice_days: int
    most: int
    typed: str
    days: str
    done: bool


async def show(visit: Visit) -> Shown:
    """The state of the record. Raises NotFound."""
    return await _shown(visit)


async def decide(visit: Visit) -> To | Again:
    """The patient opens, opposes or closes; a professional opens with them."""
    try:
        if visit.visitor.role == "patient":
            await deeds.decide(visit, _STATES.get(visit.form["decision"], "rejected"))
        else:
            await deeds.open_with(visit)
    except (NotAgreed, NotThisProfession, NotQualified) as problem:
        return Again(await _shown(visit), problem)
    return To(f"/{visit.path['patient']}/opening", {"done": "noted"})


async def lists(visit: Visit) -> Lists:
    """For officers."""
    return await _lists(visit)


async def give(visit: Visit) -> To | Again:
    """Takes a list for automatic opening, or one matricule of somebody who is at the desk and agrees."""
    sent = visit.files.get("file")
    kind: Kind = "desk" if visit.form["ins"] else "automatic"
    lines = visit.form["ins"] if kind == "desk" else sent.data.decode("utf-8", "replace") if sent else ""
    typed = visit.form["days"]
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else visit.doors.opening_notice_days
    try:
        await deeds.give_list(visit, lines, kind, days=days)
    except (NoList, NotAgreed) as problem:
        return Again(await _lists(visit, problem), problem)
    return To("/openings", {"done": "given"})


async def _shown(visit: Visit) -> Shown:
    frame = await framed(visit, "overview")
    found = await queries.state(visit.records, frame.id)
    people = await visit.records.people([found.by] if found.by else [])
    name = next((one.name for one in people.values()), "")
    return Shown(frame, found, name, visit.visitor.profession in CHANNELS)


async def _lists(visit: Visit, problem: Refusal | None = None) -> Lists:
    typed = visit.form["ins"] if problem else ""
    least = visit.doors.opening_notice_days
    days = visit.form["days"] if problem else str(least)
    return Lists(
        await queries.given(visit.desk.records),
        least,
        MOST_LINES,
        typed,
        days,
        visit.query.get("done") == "given",
    )
