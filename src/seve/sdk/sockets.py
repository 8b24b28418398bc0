"""Websockets of solutions, and the rooms in which their visitors meet.

A solution brings `sockets.py` with `SOCKETS`. Before one is answered, the session, its role and the Origin were checked, as
for a form: browsers send cookies along with websockets that any page of the web opens. The session is checked again every
few seconds while the socket is open. What is said in a room reaches all who are in it, whichever server process serves them,
and is kept nowhere: what is worth keeping is a resource.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from starlette.requests import HTTPConnection
from starlette.routing import compile_path

from seve.engine.identity.refusals import SignInNeeded
from seve.engine.identity.sessions import session_of_cookie
from seve.kernel.refusals import Refusal
from seve.rest.incidents import told
from seve.sdk.manifest import Role
from seve.sdk.refusals import NotForYou
from seve.store import relay
from seve.store.relay import Present, Relay
from seve.web.signin import cookies, forms

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.holding import Held
    from seve.engine.identity.service import Identity
    from seve.rest.answering import Send
    from seve.rest.asking import Receive, Scope
    from seve.sdk.visit import Visit

MOST_CHARACTERS: Final = 65_536
"""Of one message; a longer one ends the socket."""
_MOST_SOCKETS, _MOST_OF_SESSION = 1_000, 16
_MOST_A_SECOND, _MOST_WAITING = 200, 1_000
_CHECK_SECONDS = 5.0
_ENDED, _FOR_OTHERS, _BUG, _LATER, _TOO_MUCH = 4401, 4403, 1011, 1012, 1008

Answer: TypeAlias = Callable[["Visit", "Channel"], Awaitable[None]]
Visits: TypeAlias = Callable[[HTTPConnection, "Held"], "Visit"]
LinkedVisits: TypeAlias = Callable[[HTTPConnection, str], "Visit"]


class Full(Refusal):
    """A room takes no more people. Field: `most`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "sdk.refusals.full"


@dataclass(frozen=True, slots=True)
class Socket:
    """One way in. `path` is below the solution's own; a refusal that `answer` raises closes the socket with 4000 + its status. With a
    `link` (`{link}` in its path, `link` its purpose; `seve.sdk.links`) it is for who holds one, and ends with it.
    """

    path: str
    answer: Answer
    roles: frozenset[Role]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the visitor's browser sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a room that the visitor is in; by themselves, too."""

    text: str


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms of one solution; another one's can't be reached. Names of rooms and members hold no personal data."""

    engine: Engine
    solution: str

    async def tell(self, room: str, text: str) -> None:
        """Says something to all in a room."""
        await relay.tell(self.engine.database.pool, self.name(room), text)

    async def enter(self, room: str, member: str, *, most: int = 0) -> datetime:
        """Comes in, or says to be there still: since when. Raises Full when `most` others are there (0: no limit)."""
        since = await relay.enter(self.engine.database.pool, self.name(room), member, most=most)
        if since is None:
            raise Full(most=most)
        return since

    async def leave(self, room: str, member: str) -> None:
        """Goes."""
        await relay.leave(self.engine.database.pool, self.name(room), member)

    async def here(self, room: str) -> tuple[Present, ...]:
        """Who was there within the last 40 seconds, in the order of coming. A place in line is kept for ten minutes."""
        return await relay.here(self.engine.database.pool, self.name(room))

    def ice_servers(self, now: datetime) -> list[dict[str, Any]]:
        """The STUN and TURN servers that the settings name, as a browser wants them, with passwords for the next hours."""
        return self.engine.ice.at(now)

    def name(self, room: str) -> str:
        """As all processes know it."""
        return f"{self.solution}:{room}"


class Channel:
    """One open socket. Iterate over it for what is Said and Heard; the iteration ends with the socket."""

    def __init__(self, send: Send, ears: Relay, rooms: Rooms) -> None:
        self._send, self._ears, self._rooms = send, ears, rooms
        self._events = asyncio.Queue[Said | Heard | None]()
        self.is_open = True

    async def send(self, text: str) -> None:
        """To the visitor's browser; nothing after the end."""
        if self.is_open:
            await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int = 1000) -> None:
        """Ends the socket."""
        if self.is_open:
            self.is_open = False
            self._events.put_nowait(None)
            with suppress(OSError, RuntimeError):  # it was just lost
                await self._send({"type": "websocket.close", "code": code})

    @asynccontextmanager
    async def joined(self, room: str, member: str, *, most: int = 0) -> AsyncGenerator[None]:
        """Is in a room within: what is said there is Heard. Raises Full."""
        end = self._ears.listen(self._rooms.name(room), self._hear)
        try:
            await self._rooms.enter(room, member, most=most)
            staying = asyncio.create_task(self._stay(room, member))
            try:
                yield
            finally:
                staying.cancel()
        finally:
            end()

    async def _stay(self, room: str, member: str) -> None:
        while True:
            await asyncio.sleep(relay.SEEN_SECONDS / 3)
            await self._rooms.enter(room, member)

    def __aiter__(self) -> Channel:
        return self

    async def __anext__(self) -> Said | Heard:
        event = await self._events.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def say(self, text: str) -> None:
        """What came from the browser."""
        self._put(Said(text))

    def lose(self) -> None:
        """The other side is gone."""
        self.is_open = False
        self._events.put_nowait(None)

    def _hear(self, text: str | None) -> None:
        self._put(None if text is None else Heard(text))

    def _put(self, event: Said | Heard | None) -> None:
        """Who missed something, or does not keep up, begins anew: a browser connects again by itself."""
        self._events.put_nowait(event if self._events.qsize() < _MOST_WAITING else None)


@dataclass(slots=True)
class Way:
    """A socket of a solution with what answers it."""

    socket: Socket
    rooms: Rooms
    visit: Visits
    linked: LinkedVisits
    pattern: Any = field(init=False)
    path: str = ""

    def __post_init__(self) -> None:
        self.pattern, _, _ = compile_path(self.path)


@dataclass(frozen=True, slots=True)
class _Guest:
    """Who is at one socket: their visit, the key that their sockets are counted by, and whether they may still be there."""

    visit: Visit
    key: int
    is_in: Callable[[], Awaitable[bool]]


class SolutionSockets:
    """The websockets of all solutions in one process; `relay` runs beside it."""

    def __init__(self, engine: Engine, identity: Identity, ways: Sequence[Way]) -> None:
        self._identity = identity
        self._ways = tuple(ways)
        self.relay = Relay(engine.database)
        self._open = Counter[int]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its opening to its end."""
        await receive()
        connection = HTTPConnection(scope)
        try:
            way, places = self._way(scope["path"])
            forms.check_origin(self._identity, connection)
            scope["path_params"] = places
            guest = await self._let_in(way, connection)
        except Refusal:
            await send(
                {"type": "websocket.close", "code": _TOO_MUCH}
            )  # before it was accepted: the handshake is refused
            return
        await send({"type": "websocket.accept"})
        await self._serve(way, guest, receive, send)

    def _way(self, path: str) -> tuple[Way, dict[str, str]]:
        for way in self._ways:
            if found := way.pattern.match(path):
                return way, found.groupdict()
        raise NotForYou

    async def _let_in(self, way: Way, connection: HTTPConnection) -> _Guest:
        """Who comes: by a signed link, or by a session whose role may. Raises NotFound, SignInNeeded, NotForYou."""
        if way.socket.link:
            return self._by_link(way, connection)
        held = await self._session(connection)
        if held.principal.kind not in way.socket.roles:
            raise NotForYou

        async def is_in() -> bool:
            now = await self._held(connection)
            return now is not None and now.principal.session == held.principal.session

        return _Guest(way.visit(connection, held), held.principal.session, is_in)

    def _by_link(self, way: Way, connection: HTTPConnection) -> _Guest:
        visit = way.linked(connection, way.socket.link)
        key = hash(connection.path_params["link"])
        if self._open.total() >= _MOST_SOCKETS or self._open[key] >= _MOST_OF_SESSION:
            raise SignInNeeded

        async def is_in() -> bool:
            try:
                way.linked(connection, way.socket.link)
            except Refusal:
                return False
            return True

        return _Guest(visit, key, is_in)

    async def _session(self, connection: HTTPConnection) -> Held:
        """Raises SignInNeeded, also for too many sockets."""
        held = await self._held(connection)
        if held is None or self._open.total() >= _MOST_SOCKETS:
            raise SignInNeeded
        if self._open[held.principal.session] >= _MOST_OF_SESSION:
            raise SignInNeeded
        return held

    async def _held(self, connection: HTTPConnection) -> Held | None:
        cookie = cookies.read(self._identity, connection, "session")
        return await session_of_cookie(self._identity, cookie) if cookie else None

    async def _serve(self, way: Way, guest: _Guest, receive: Receive, send: Send) -> None:
        self._open[guest.key] += 1
        channel = Channel(send, self.relay, way.rooms)
        beside = [
            asyncio.create_task(_pump(channel, receive)),
            asyncio.create_task(_watch(channel, guest)),
        ]
        try:
            await way.socket.answer(guest.visit, channel)
            await channel.close(_LATER)
        except Refusal as refusal:
            is_over = not await guest.is_in()  # then that is why
            await channel.close(_ENDED if is_over else 4000 + refusal.status)
        except Exception as error:  # noqa: BLE001 - a bug has an incident number, and the other sockets go on
            told(error)
            await channel.close(_BUG)
        finally:
            self._open[guest.key] -= 1
            self._open += Counter()  # forgets those with none
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _watch(channel: Channel, guest: _Guest) -> None:
    """Ends the socket with the session or the link, or when the session stands for somebody else."""
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        if not await guest.is_in():
            await channel.close(_ENDED)
            return


async def _pump(channel: Channel, receive: Receive) -> None:
    """From the browser to the channel, within bounds."""
    loop = asyncio.get_running_loop()
    second, count = loop.time(), 0
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            channel.lose()
            return
        if loop.time() - second > 1:
            second, count = loop.time(), 0
        count += 1
        text = str(message.get("text") or "")
        if count > _MOST_A_SECOND or not text or len(text) > MOST_CHARACTERS:
            await channel.close(_TOO_MUCH)
            return
        channel.say(text)
