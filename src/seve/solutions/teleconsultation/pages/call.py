"""The call, and what is said, measured and shown in it. Everything but picture and sound works without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import ClassVar

from seve.france.documents import DocumentRefused
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Changed, Document, To, View, Visit, wording
from seve.solutions.teleconsultation.actions import calling, sharing
from seve.solutions.teleconsultation.actions import guests as inviting
from seve.solutions.teleconsultation.actions.refusals import (
    CantInvite,
    NoReason,
    NotPossible,
    NotRunning,
    NoWay,
    NoWords,
)
from seve.solutions.teleconsultation.model import encounters, measures
from seve.solutions.teleconsultation.model.guests import KINDS, Guest
from seve.solutions.teleconsultation.pages.frame import BASE, Frame, framed
from seve.solutions.teleconsultation.queries import rooms, shared
from seve.solutions.teleconsultation.queries.guests import of_call as guests_of
from seve.solutions.teleconsultation.queries.rooms import Room
from seve.solutions.teleconsultation.queries.shared import Measured, Message

_REFUSED = (NoWords, NotPossible, NotRunning, CantInvite, NoWay, NoReason, Changed, DocumentRefused)
_SEEN = frozenset({"image/png", "image/jpeg", "image/gif", "application/pdf", "text/plain"})


@dataclass(frozen=True)
class Call(View):
    """The call that runs. `ice` and `socket` are for the script; `documents` are those of the record that can be shown."""

    template: ClassVar[str] = "call.html"
    frame: Frame
    act: str
    taken: str
    ways: tuple[str, ...]
    socket: str
    ice: str
    is_professional: bool
    is_patients: bool
    people: tuple[tuple[str, str], ...]
    can_invite: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...]
    measured: tuple[Measured, ...]
    documents: tuple[tuple[str, str], ...]
    shown: dict[str, str]
    names: dict[str, str]
    kinds: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    typed: dict[str, str]
    guests: tuple[tuple[Guest, str], ...]
    guest_kinds: tuple[str, ...]


async def called(visit: Visit, room: Room) -> Call:
    """The page of a call."""
    assert room.encounter is not None  # it runs
    said = await shared.messages(visit.records, room.id)
    measured = await shared.measured(visit.records, room, visit.language)
    documents = await shared.documents(visit.records, room)
    titles = {f"DocumentReference/{one['id']}": _title(one) for one in documents}
    people = (room.patient_reference, *encounters.participants(room.encounter))
    names = await rooms.names(visit.records, [*people, *(one.sender for one in said), *(one.by for one in measured)])
    is_professional = room.party.kind == "professional"
    ways = encounters.ways_of(room.encounter)
    return Call(
        frame=await framed(visit, room),
        act=encounters.act_of(room.encounter),
        taken=ways[-1] if ways else "video",
        ways=("video", "audio", "messages"),
        socket=f"{BASE}/call/{room.id}/socket",
        ice=json.dumps(visit.rooms.ice_servers(visit.now)),
        is_professional=is_professional,
        is_patients=room.party.is_patients,
        people=tuple((one, names.get(one, "")) for one in people),
        can_invite=await shared.can_invite(visit, room) if is_professional else (),
        messages=said,
        measured=measured,
        documents=tuple((one["id"], _title(one)) for one in documents),
        shown=titles,
        names=names,
        kinds=tuple((name, kind.written) for name, kind in measures.KINDS.items()),
        reasons=encounters.STOPPED,
        typed={name: visit.form[name] for name in (*measures.NAMES, "text", "title", "name")},
        guests=await _guests(visit, room),
        guest_kinds=KINDS,
    )


async def _guests(visit: Visit, room: Room) -> tuple[tuple[Guest, str], ...]:
    """Each with the address of their link, which only who invited them is shown, once the patient agreed."""
    is_professional = room.party.kind == "professional"
    return tuple(
        (
            one,
            f"{visit.site}{BASE}/guest/{inviting.link(visit, room, one)}" if is_professional and one.is_agreed else "",
        )
        for one in await guests_of(visit.records, room.id)
    )


async def say(visit: Visit) -> To | Again:
    """A message; before the call it is left for the professional to find."""
    room = await rooms.room(visit, visit.path["call"])
    return await done(visit, room, sharing.say(visit, room, visit.form["text"]))


async def measure(visit: Visit) -> To | Again:
    """What was measured beside the patient."""
    room = await rooms.room(visit, visit.path["call"])
    typed = {name: visit.form[name] for name in measures.NAMES}
    return await done(visit, room, sharing.measure(visit, room, typed))


async def present(visit: Visit) -> To | Again:
    """A document of the record is shown."""
    room = await rooms.room(visit, visit.path["call"])
    return await done(visit, room, sharing.show(visit, room, visit.form["document"]))


async def bring(visit: Visit) -> To | Again:
    """The patient's own document is brought along."""
    room = await rooms.room(visit, visit.path["call"])
    deed = sharing.bring(visit, room, visit.files.get("file"), title=visit.form["title"])
    return await done(visit, room, deed)


async def document(visit: Visit) -> Document:
    """A document that was shown. Raises NotFound."""
    room = await rooms.room(visit, visit.path["call"])
    found = await shared.shown(visit, room, visit.path["id"])
    data, media = await shared.file(visit.records, found)
    is_inline = media in _SEEN
    return Document(data, media if is_inline else "application/octet-stream", _title(found), is_inline=is_inline)


async def invite(visit: Visit) -> To | Again:
    """One more comes in."""
    room = await rooms.room(visit, visit.path["call"])
    return await done(visit, room, calling.invite(visit, room, visit.form["who"]))


async def change_way(visit: Visit) -> To | Again:
    """On by another way."""
    room = await rooms.room(visit, visit.path["call"])
    return await done(visit, room, calling.change_way(visit, room, visit.form["way"]))


async def stop(visit: Visit) -> To | Again:
    """Broken off."""
    room = await rooms.room(visit, visit.path["call"])
    return await done(visit, room, calling.stop(visit, room, visit.form["why"]))


async def done(visit: Visit, room: Room, deed: Awaitable[object]) -> To | Again:
    """What a deed in the call comes to: the call once more, with the reason for what was refused."""
    try:
        await deed
    except _REFUSED as problem:
        return await _again(visit, room, problem)
    return To(f"/call/{room.id}")


async def _again(visit: Visit, room: Room, problem: Refusal) -> To | Again:
    """The form once more; a visit that went on meanwhile is shown as it stands now."""
    if room.is_running and not isinstance(problem, Changed):
        return Again(await called(visit, room), problem)
    return To(f"/call/{room.id}")


def _title(document: dict[str, object]) -> str:
    return str(document.get("description") or wording.coded(document.get("type")) or document["id"])
