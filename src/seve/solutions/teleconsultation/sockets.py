"""The websockets: of a call, of its waiting room, and of a professional's line."""

from __future__ import annotations

from seve.sdk import Channel, NotFound, Role, Said, Socket, Visit
from seve.solutions.teleconsultation.actions.guests import PURPOSE
from seve.solutions.teleconsultation.actions.telling import call_room, waiting_room
from seve.solutions.teleconsultation.model import encounters, signals
from seve.solutions.teleconsultation.model.signals import CHANGED
from seve.solutions.teleconsultation.queries import guests, rooms
from seve.solutions.teleconsultation.queries.rooms import Room

_NOT_UNDERSTOOD = 4422
_BOTH: frozenset[Role] = frozenset({"patient", "professional"})
_ANYONE: frozenset[Role] = frozenset({"anyone"})
_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})


async def talk(visit: Visit, channel: Channel) -> None:
    """Passes on what browsers need to find each other. Raises NotFound, when the call is not on, too; Full."""
    room, peer = await rooms.room(visit, visit.path["call"]), visit.query.get("peer", "")
    if not room.is_running or not signals.PEER.fullmatch(peer):
        raise NotFound
    name = (await rooms.names(visit.records, [room.party.reference])).get(room.party.reference, "")
    async with channel.joined(call_room(room.id), peer, most=encounters.MOST):
        async for event in channel:
            if isinstance(event, Said):
                if not await _pass_on(visit, room.id, event.text, peer=peer, name=name, kind=room.party.kind):
                    await channel.close(_NOT_UNDERSTOOD)
                    return
            else:
                await _hear(visit, room, channel, event.text, peer=peer)


async def visit_as_guest(visit: Visit, channel: Channel) -> None:
    """The same for who was invited without an account, for as long as that stands. Raises NotFound, Full."""
    found, peer = await guests.invited(visit), visit.query.get("peer", "")
    if not found.is_running or not signals.PEER.fullmatch(peer):
        raise NotFound
    async with channel.joined(call_room(found.call), peer, most=encounters.MOST):
        async for event in channel:
            if isinstance(event, Said):
                if not await _pass_on(visit, found.call, event.text, peer=peer, name=found.guest.name, kind="guest"):
                    await channel.close(_NOT_UNDERSTOOD)
                    return
                continue
            if event.text == CHANGED and not (await guests.invited(visit)).is_running:
                raise NotFound
            await _send_on(channel, event.text, peer=peer)


async def _pass_on(visit: Visit, call: str, text: str, *, peer: str, name: str, kind: str) -> bool:
    """To the others in the call; False for what is no signal."""
    said, place = signals.signal(text), call_room(call)
    if said is None:
        return False
    if said.kind == "bye":
        await visit.rooms.leave(place, peer)
    if said.kind != "stay":
        await visit.rooms.tell(place, signals.told(said, peer=peer, name=name, kind=kind))
    return True


async def _hear(visit: Visit, room: Room, channel: Channel, text: str, *, peer: str) -> None:
    if text == CHANGED:
        await rooms.room(visit, room.id)  # who may not be here any more is told so
    await _send_on(channel, text, peer=peer)


async def _send_on(channel: Channel, text: str, *, peer: str) -> None:
    """What is for this browser, or for all but who said it."""
    sender, to = ("", "") if text == CHANGED else signals.addressee(text)
    if sender != peer and to in ("", peer):
        await channel.send(text)


async def wait(visit: Visit, channel: Channel) -> None:
    """Keeps the place in line of who waits, and tells when something changed. Raises NotFound."""
    room = await rooms.room(visit, visit.path["call"])
    async with channel.joined(waiting_room(room.id), room.party.reference):
        async for event in channel:
            if isinstance(event, Said):
                await _stay(visit, room)
            else:
                await channel.send(event.text)


async def line(visit: Visit, channel: Channel) -> None:
    """Tells a professional that somebody came or went."""
    async with channel.joined(rooms.line_of(visit.visitor.acts_as) + "/desk", visit.visitor.acts_as):
        async for event in channel:
            if not isinstance(event, Said):
                await channel.send(event.text)


async def _stay(visit: Visit, room: Room) -> None:
    here = await visit.rooms.here(room.line)
    if room.party.is_patients and rooms.place_in(here, room.id):
        await visit.rooms.enter(room.line, room.id)


SOCKETS = (
    Socket("/call/{call}/socket", talk, _BOTH),
    Socket("/guest/{link}/socket", visit_as_guest, _ANYONE, link=PURPOSE),
    Socket("/call/{call}/waiting", wait, _BOTH),
    Socket("/line", line, _PROFESSIONALS),
)
