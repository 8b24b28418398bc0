"""The visit's own page, which is another one as the visit goes on: arriving, waiting, beginning, the call, what was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.france.remote import may_do, named
from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotForYou, To, View, Visit, wording
from seve.solutions.teleconsultation.actions import arriving, calling
from seve.solutions.teleconsultation.actions.calling import Beginning
from seve.solutions.teleconsultation.actions.refusals import (
    ActNotYours,
    AlreadyBegun,
    GuardianNeeded,
    NobodyThere,
    NoConsent,
    NoProof,
    NoRelevance,
    NotAtHand,
    NoWay,
)
from seve.solutions.teleconsultation.model import arrivals, encounters, visits
from seve.solutions.teleconsultation.model.arrivals import Arrival
from seve.solutions.teleconsultation.pages.after import Over, over
from seve.solutions.teleconsultation.pages.call import Call, called
from seve.solutions.teleconsultation.pages.frame import Frame, framed
from seve.solutions.teleconsultation.queries import rooms, shared
from seve.solutions.teleconsultation.queries.rooms import Room
from seve.solutions.teleconsultation.queries.shared import Message


@dataclass(frozen=True)
class Arriving(View):
    """The patient's side before the call. `place` in line is 0 for who has not come; `late` are minutes of the professional."""

    template: ClassVar[str] = "arrive.html"
    frame: Frame
    is_on: bool
    has_arrived: bool
    place: int
    is_told: bool
    late: int
    ways: tuple[str, ...]
    typed: dict[str, str]
    represents: bool
    guardians: tuple[str, ...]
    messages: tuple[Message, ...]
    names: dict[str, str]


@dataclass(frozen=True)
class Preparing(View):
    """The professional's side before the call: who came, how, and what there is to settle first."""

    template: ClassVar[str] = "begin.html"
    frame: Frame
    is_on: bool
    arrival: Arrival | None
    came_by: str
    is_waiting: bool
    guardians: tuple[str, ...]
    proofs: tuple[str, ...]
    acts: tuple[str, ...]
    asks_relevance: bool
    typed: dict[str, str]
    travel_km: int | None
    messages: tuple[Message, ...]
    names: dict[str, str]


async def show(visit: Visit) -> View:
    """The page as the visit stands. Raises NotFound."""
    return await page(visit, await rooms.room(visit, visit.path["call"]))


async def page(visit: Visit, room: Room) -> Arriving | Preparing | Call | Over:
    """The page of a visit."""
    if room.is_running:
        return await called(visit, room)
    if room.encounter is not None and room.status != "planned":
        return await over(visit, room, room.encounter)
    return await (_arriving(visit, room) if room.party.is_patients else _beginning(visit, room))


async def arrive(visit: Visit) -> To | Again:
    """Into the waiting room."""
    room, form = await rooms.room(visit, visit.path["call"]), visit.form
    try:
        await arriving.arrive(visit, room, way=form["way"], beside=form["beside"], has_agreed=bool(form["consent"]))
    except (NoConsent, NoWay, NotAtHand) as problem:
        return Again(await page(visit, room), problem)
    return To(f"/call/{room.id}")


async def go(visit: Visit) -> To:
    """Out of the waiting room."""
    room = await rooms.room(visit, visit.path["call"])
    await arriving.go(visit, room)
    return To("/")


async def begin(visit: Visit) -> To | Again:
    """Identity, act and consent settled: the call begins."""
    room, form = await rooms.room(visit, visit.path["call"]), visit.form
    said = Beginning(form["act"], form["proof"], form["relevance"].strip(), is_spoken=bool(form["spoken"]))
    try:
        await calling.begin(visit, room, said)
    except AlreadyBegun:
        return To(f"/call/{room.id}")
    except (ActNotYours, GuardianNeeded, NobodyThere, NoProof, NoRelevance, NotAtHand) as problem:
        return await _again(visit, room, problem)
    return To(f"/call/{room.id}")


async def _again(visit: Visit, room: Room, problem: Refusal) -> Again:
    return Again(await page(visit, room), problem)


async def _arriving(visit: Visit, room: Room) -> Arriving:
    here = await visit.rooms.here(room.line)
    place = rooms.place_in(here, room.id)
    has_arrived = room.arrival is not None and (place > 0 or not visit.form["way"])
    if has_arrived and place:
        await visit.rooms.enter(
            room.line, room.id
        )  # a page that is asked for again keeps the place, without script too
    said = await shared.messages(visit.records, room.id)
    guardians = await rooms.guardians(visit.records, room.patient_reference)
    desk = await visit.rooms.here(f"{room.line}/desk")
    return Arriving(
        frame=await framed(visit, room),
        is_on=visits.is_at_hand(room.appointment, visit.now),
        has_arrived=place > 0,
        place=place,
        is_told=bool(desk),
        late=visits.minutes_late(room.appointment, visit.now),
        ways=arrivals.WAYS,
        typed={name: visit.form[name] for name in ("way", "beside", "consent")},
        represents=room.party.kind == "representative",
        guardians=() if room.party.kind == "representative" else tuple(map(wording.name_of, guardians)),
        messages=said,
        names=await rooms.names(visit.records, [one.sender for one in said]),
    )


async def _beginning(visit: Visit, room: Room) -> Preparing:
    if room.party.kind != "professional":
        raise NotForYou
    here = await visit.rooms.here(room.line)
    said = await shared.messages(visit.records, room.id)
    arrival = room.arrival
    names = await rooms.names(visit.records, [*(one.sender for one in said), arrival.by if arrival else ""])
    guardians = await rooms.guardians(visit.records, room.patient_reference)
    acts = may_do(visit.visitor.profession, visit.now.astimezone(wording.ZONE).date())
    with_patient = tuple(
        one for one in acts if (act := named(one)) and act.is_with_patient and one in ("teleconsultation", "telesoin")
    )
    return Preparing(
        frame=await framed(visit, room),
        is_on=visits.is_at_hand(room.appointment, visit.now),
        arrival=arrival,
        came_by=names.get(arrival.by, "") if arrival else "",
        is_waiting=rooms.place_in(here, room.id) > 0,
        guardians=tuple(map(wording.name_of, guardians)),
        proofs=encounters.PROOFS,
        acts=with_patient,
        asks_relevance="telesoin" in with_patient,
        typed={name: visit.form[name] for name in ("act", "proof", "relevance", "spoken")},
        travel_km=await shared.travel_km(visit.records, room),
        messages=said,
        names=names,
    )
