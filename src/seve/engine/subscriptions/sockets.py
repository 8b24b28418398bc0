"""Websockets: which of this process's connections hear of which subscriptions (Backport, "Websockets").

A subscription speaks to the connection that was bound last, in whatever process; the one before is closed. What a connection
did not take waits for the next.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

from seve.engine.subscriptions.refusals import CannotCall, TokenRefused
from seve.engine.subscriptions.sending import grant_behind, written
from seve.fhir import Resource
from seve.fhir.subscriptions.notifications import Status, notification
from seve.kernel.identifiers import first_vid_of, instant_of
from seve.store.subscriptions import registrations

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.keys import Keys
    from seve.fhir.subscriptions.notifications import Told
    from seve.store.subscriptions.registrations import Registration

TOKEN_SECONDS = 300
_ABOUT = "subscription binding"


@dataclass(eq=False, slots=True)
class Socket:
    """One connection. `send` sends a text, `close` ends it."""

    send: Callable[[str], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    ids: set[str] = field(default_factory=set[str])


class Sockets:
    """Of one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._by_id = dict[str, Socket]()

    @property
    def bound(self) -> frozenset[str]:
        """The subscriptions that a connection of this process hears of."""
        return frozenset(self._by_id)

    async def bind(self, socket: Socket, token: str) -> None:
        """Binds a connection to the subscriptions of a token, each with a handshake. Raises TokenRefused, NobodyBehind."""
        pool = self._engine.database.pool
        for one in await registrations.read(pool, opened_token(self._engine.events.secrets, token)):
            if one.channel != "websocket" or one.status != "active":
                continue
            await grant_behind(self._engine, one)
            await registrations.bind(pool, one.id, holder=socket.holder)
            await socket.send(self._handshake(one))
            self._by_id[one.id] = socket
            socket.ids.add(one.id)
        if not socket.ids:
            raise TokenRefused

    def leave(self, socket: Socket) -> None:
        """A connection has ended."""
        for id_ in socket.ids:
            if self._by_id.get(id_) is socket:
                del self._by_id[id_]

    async def deliver(self, one: Registration, bundle: Resource, events: Sequence[Told]) -> None:
        """Raises CannotCall when the connection is another one's by now, or gone."""
        del events
        socket = self._by_id.get(one.id)
        if socket is None:
            raise CannotCall(reason="websocket")
        if socket.holder != one.holder and not await self._hears(socket, one.id):
            self.leave(socket)
            await socket.close()
            raise CannotCall(reason="websocket")
        await socket.send(written(bundle).decode())

    async def _hears(self, socket: Socket, id_: str) -> bool:
        """Whether a connection is the one that was bound last. Who sends may have asked before it was."""
        found = await registrations.read(self._engine.database.pool, [id_])
        return bool(found) and found[0].holder == socket.holder

    def _handshake(self, one: Registration) -> str:
        status = Status(f"Subscription/{one.id}", one.topic, one.status, one.events)
        instant = instant_of(first_vid_of(time.time_ns() // 1_000_000))
        base_url = self._engine.base_url
        bundle = notification(status, "handshake", content=one.content, base_url=base_url, instant=instant)
        return written(bundle).decode()


def sealed_token(keys: Keys, ids: Sequence[str]) -> tuple[str, int]:
    """A token that binds a connection to subscriptions, and until when (seconds since 1970)."""
    until = int(time.time()) + TOKEN_SECONDS
    sealed = keys.seal(json.dumps({"ids": list(ids), "until": until}).encode(), about=_ABOUT)
    return base64.urlsafe_b64encode(sealed).decode(), until


def opened_token(keys: Keys, token: str) -> list[str]:
    """The subscriptions of a token. Raises TokenRefused."""
    try:
        found = json.loads(keys.open(base64.urlsafe_b64decode(token), about=_ABOUT))
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise TokenRefused from error
    if found["until"] < time.time():
        raise TokenRefused
    return found["ids"]
