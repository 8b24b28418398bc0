"""The websocket of subscriptions, `/fhir/$websocket`: `bind-with-token <token>` in, notifications out.

No header or cookie says who is there, the token does: it was given to who may have it a moment ago (`$get-ws-binding-token`).
Who does not bind is soon sent away.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from seve.engine.subscriptions.sockets import Socket, Sockets
from seve.kernel.refusals import Refusal

if TYPE_CHECKING:
    from seve.rest.answering import Send
    from seve.rest.asking import Receive, Scope

PATH = "/fhir/$websocket"
_VERB = "bind-with-token"
_BIND_SECONDS = 10.0
_MOST_CHARACTERS = 8_192
_MOST_SOCKETS = 1_000
_REFUSED, _TOO_MANY, _GONE = 1008, 1013, 1000


class EventSockets:
    """The connections of one process."""

    def __init__(self, sockets: Sockets, *, bind_seconds: float = _BIND_SECONDS) -> None:
        self._sockets = sockets
        self._bind_seconds = bind_seconds
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its opening to its end."""
        await receive()
        if scope["path"] != PATH or self._open >= _MOST_SOCKETS:
            await send({"type": "websocket.close", "code": _TOO_MANY if scope["path"] == PATH else _REFUSED})
            return
        await send({"type": "websocket.accept"})
        self._open += 1
        socket = _socket(send)
        try:
            await self._converse(socket, receive)
        except (Refusal, TimeoutError):
            await socket.close()
        finally:
            self._open -= 1
            self._sockets.leave(socket)

    async def _converse(self, socket: Socket, receive: Receive) -> None:
        """Until the other side ends it. Raises TokenRefused, TimeoutError when nothing was bound in time."""
        while True:
            async with asyncio.timeout(None if socket.ids else self._bind_seconds):
                message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            verb, _, token = _text(message).partition(" ")
            if verb.rstrip(":") == _VERB:
                await self._sockets.bind(socket, token.strip())


def _socket(send: Send) -> Socket:
    async def say(text: str) -> None:
        await send({"type": "websocket.send", "text": text})

    async def close() -> None:
        await send({"type": "websocket.close", "code": _REFUSED})

    return Socket(say, close)


def _text(message: dict[str, Any] | Any) -> str:
    return str(message.get("text") or "")[:_MOST_CHARACTERS]
