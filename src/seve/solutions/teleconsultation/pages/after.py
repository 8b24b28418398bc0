"""When the call is over: what became of it, the tariff's answer, the patient's opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.france.remote import Decision, tariff
from seve.sdk import View, Visit
from seve.solutions.teleconsultation.model import encounters, opinions, visits
from seve.solutions.teleconsultation.pages.frame import Frame, framed
from seve.solutions.teleconsultation.queries import rooms, shared
from seve.solutions.teleconsultation.queries.rooms import Room
from seve.solutions.teleconsultation.queries.shared import Measured, Message


@dataclass(frozen=True)
class Over(View):
    """`decision` is the tariff's, for professionals; `note` the id of the note ("" for none); `asks` whether the opinion is still open."""

    template: ClassVar[str] = "after.html"
    frame: Frame
    status: str
    stopped: str
    act: str
    ways: tuple[str, ...]
    since: str
    until: str
    note: str
    patient_id: str
    decision: Decision | None
    questions: tuple[str, ...]
    asks: bool
    typed: dict[str, str]
    messages: tuple[Message, ...]
    measured: tuple[Measured, ...]
    names: dict[str, str]


async def over(visit: Visit, room: Room, encounter: Resource) -> Over:
    """The page."""
    said = await shared.messages(visit.records, room.id)
    measured = await shared.measured(visit.records, room, visit.language)
    is_done = encounter["status"] == "finished"
    period = encounter.get("period", {})
    return Over(
        frame=await framed(visit, room),
        status=encounter["status"],
        stopped=encounters.why_stopped(encounter),
        act=encounters.act_of(encounter),
        ways=encounters.ways_of(encounter),
        since=period.get("start", ""),
        until=period.get("end", ""),
        note=await shared.note_of(visit.records, encounter),
        patient_id=room.patient["id"],
        decision=_decision(encounter) if is_done and not room.party.is_patients else None,
        questions=opinions.QUESTIONS,
        asks=is_done and room.party.is_patients and not await shared.has_opinion(visit.records, room),
        typed={name: visit.form[name] for name in opinions.QUESTIONS},
        messages=said,
        measured=measured,
        names=await rooms.names(visit.records, [*(one.sender for one in said), *(one.by for one in measured)]),
    )


def _decision(encounter: Resource) -> Decision | None:
    begun = visits.moment(encounter["period"]["start"])
    if begun is None:
        return None
    return tariff(encounters.act_of(encounter), begun.date(), encounters.circumstances_of(encounter))
