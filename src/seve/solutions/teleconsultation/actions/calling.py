"""The act: begun, joined by others, taken on by another way, broken off, finished with its note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from seve.fhir import Resource
from seve.fhir.access.openings import kept
from seve.france.cda import CdaWrong
from seve.france.remote import Circumstances, may_do, named
from seve.sdk import Change, NotForYou, NotFound, Visit, wording
from seve.solutions.teleconsultation.actions.arriving import now_of
from seve.solutions.teleconsultation.actions.refusals import (
    ActNotYours,
    AlreadyBegun,
    CantInvite,
    GuardianNeeded,
    NobodyThere,
    NoPatient,
    NoProof,
    NoReason,
    NoRelevance,
    NotAtHand,
    NotRunning,
    NoWay,
    NoWords,
)
from seve.solutions.teleconsultation.actions.telling import changed
from seve.solutions.teleconsultation.model import arrivals, consents, encounters, notes, visits
from seve.solutions.teleconsultation.model.arrivals import Arrival
from seve.solutions.teleconsultation.model.encounters import Begun
from seve.solutions.teleconsultation.model.notes import File, Signed
from seve.solutions.teleconsultation.queries import rooms
from seve.solutions.teleconsultation.queries.rooms import Room


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the form says. `is_spoken`: consent was given by voice, on the telephone say."""

    act: str
    proof: str
    relevance: str
    is_spoken: bool


async def call_now(visit: Visit, patient: str) -> Resource:
    """The appointment of a call that was not planned. Raises NoPatient."""
    try:
        found = await visit.records.read("Patient", patient) if patient else None
    except NotFound:
        found = None
    if found is None:
        raise NoPatient(expression="patient")
    return await visit.records.create(
        visits.unplanned(f"Patient/{patient}", visit.visitor.acts_as, now=visit.now.astimezone(wording.ZONE))
    )


async def begin(visit: Visit, room: Room, said: Beginning) -> Resource:
    """The act under way, with the consent to it. Raises what `_check` does."""
    arrival = await _check(visit, room, said)
    act = named(said.act)
    assert act is not None  # _check saw to it
    relative = arrival.by if arrival.by.startswith("RelatedPerson/") else ""
    now = now_of(visit)
    encounter = encounters.begun(
        room.appointment,
        arrival,
        room.party.reference,
        Begun(act.name, said.proof, said.relevance),
        now=now,
        relative=relative,
    )
    changes = [Change("POST", encounter)]
    changes.append(Change("POST", consents.consent(room.patient_reference, arrival, at=now)))
    made = (await visit.records.transaction(changes))[0]
    await visit.rooms.leave(room.line, room.id)
    await changed(visit, room)
    return made


async def _check(visit: Visit, room: Room, said: Beginning) -> Arrival:
    """How the patient's side came. Raises NotForYou, AlreadyBegun, NotAtHand, ActNotYours, NoProof, NoRelevance, NobodyThere, GuardianNeeded."""
    if room.party.kind != "professional":
        raise NotForYou
    if room.status != "planned":
        raise AlreadyBegun
    if not visits.is_at_hand(room.appointment, visit.now):
        raise NotAtHand
    _check_act(visit, said)
    if said.proof not in encounters.PROOFS:
        raise NoProof(expression="proof")
    arrival = room.arrival
    if arrival is None and said.is_spoken:
        arrival = Arrival("", now_of(visit), room.patient_reference, has_agreed=True, way="audio", beside="")
    if arrival is None:
        raise NobodyThere
    guardians = await rooms.guardians(visit.records, room.patient_reference)
    if guardians and arrival.by not in {f"RelatedPerson/{one['id']}" for one in guardians}:
        raise GuardianNeeded(name=wording.name_of(guardians[0]))
    return arrival


def _check_act(visit: Visit, said: Beginning) -> None:
    act, today = named(said.act), visit.now.astimezone(wording.ZONE).date()
    if act is None or act.name not in may_do(visit.visitor.profession, today):
        raise ActNotYours(expression="act", day=today.isoformat())
    if act.needs_relevance and not said.relevance:
        raise NoRelevance(expression="relevance")


async def invite(visit: Visit, room: Room, reference: str) -> None:
    """Lets somebody into the call. Raises NotForYou, NotRunning, CantInvite."""
    encounter = running(room)
    known = await visit.records.people([reference])
    is_somebody = reference.partition("/")[0] in ("PractitionerRole", "RelatedPerson") and any(
        one.name for one in known.values()
    )
    people = {*encounters.participants(encounter), reference}
    if not is_somebody or len(people) >= encounters.MOST:
        raise CantInvite(expression="who")
    await visit.records.update(encounters.invited(encounter, reference, now=now_of(visit)))
    await changed(visit, room)


async def change_way(visit: Visit, room: Room, way: str) -> None:
    """Goes on by another way. Raises NotForYou, NotRunning, NoWay."""
    chosen = arrivals.way_of(way)
    if chosen is None:
        raise NoWay(expression="way")
    await visit.records.update(encounters.by_way(running(room), chosen))
    await changed(visit, room)


async def stop(visit: Visit, room: Room, why: str) -> None:
    """Breaks the call off; what was said and measured stays. Raises NotForYou, NotRunning, NoReason."""
    reason = encounters.reason_of(why)
    if reason is None:
        raise NoReason(expression="why")
    await visit.records.update(encounters.stopped(running(room), reason, now=now_of(visit)))
    await changed(visit, room)


async def finish(
    visit: Visit,
    room: Room,
    parts: Mapping[str, str],
    *,
    facts: Circumstances,
    titles: Mapping[str, str],
    is_bare: bool,
) -> None:
    """Ends the act and files its note, both or neither; `is_bare` ends it without one. Raises NotForYou, NotRunning, NoWords."""
    encounter = running(room)
    has_note = any(parts.values())
    if not has_note and not is_bare:
        raise NoWords(expression="reason")
    now = now_of(visit)
    over = encounters.ended(encounter, now=now, circumstances=facts, has_note=has_note)
    changes = [Change("PUT", over)]
    if has_note:
        by = await _signed(visit, room)
        is_indexed = visit.records.may_index(room.patient)
        file = _file(room, parts, by, titles=titles, at=now, is_indexed=is_indexed)
        document, url = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
        title, custodian = titles["title"], visit.visitor.organization
        made = notes.registered(file, encounter, by, title=title, url=url, custodian=custodian, at=now)
        entry = await visit.records.filed(made) if is_indexed else kept(made)
        changes = [
            Change("POST", entry, document),
            Change("POST", notes.binary(file, document=document), url),
            *changes,
        ]
    await visit.records.transaction(changes)
    await changed(visit, replace(room, encounter=over))


def running(room: Room) -> Resource:
    """The act, to the professional whose it is. Raises NotForYou, NotRunning."""
    if room.party.kind != "professional":
        raise NotForYou
    if room.encounter is None or not room.is_running:
        raise NotRunning
    return room.encounter


def _file(
    room: Room, parts: Mapping[str, str], by: Signed, *, titles: Mapping[str, str], at: str, is_indexed: bool
) -> File:
    """As CDA; in words for a patient whose INS may not index it, rather than not at all."""
    assert room.encounter is not None  # it runs
    if not is_indexed:
        return notes.plain(room.patient, parts, by, titles=titles, at=at)
    try:
        return notes.cda(room.patient, parts, by, since=room.encounter["period"]["start"], at=at)
    except CdaWrong:
        return notes.plain(room.patient, parts, by, titles=titles, at=at)


async def _signed(visit: Visit, room: Room) -> Signed:
    type_, _, id_ = visit.visitor.person.partition("/")
    try:
        practitioner = await visit.records.read(type_, id_) if type_ == "Practitioner" else {}
    except NotFound:
        practitioner = {}
    known = await visit.records.people([visit.visitor.organization])
    organization = next((one.name for one in known.values()), "")
    return Signed(room.party.reference, visit.visitor.name, practitioner, organization)
