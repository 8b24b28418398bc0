"""A browser's end of a solution's websocket, in the test's own process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seve.sdk.serving import solution_sockets
from seve.testing.site import SITE

if TYPE_CHECKING:
    from seve.sdk.sockets import SolutionSockets
    from seve.sdk.solution import Solution
    from seve.testing.site import Browser, Site

_WAIT_SECONDS = 10


@dataclass(slots=True)
class Sockets:
    """The websockets of one server process, and those that were opened to it."""

    serving: SolutionSockets
    opened: list[Connection] = field(default_factory=list)


class Connection:
    """One websocket: what is sent, and what the server says. `code` is that with which it ended."""

    def __init__(self, sockets: Sockets, path: str, *, cookie: str, origin: str) -> None:
        self._in = asyncio.Queue[dict[str, Any]]()
        self._out = asyncio.Queue[dict[str, Any]]()
        self._in.put_nowait({"type": "websocket.connect"})
        self.code = 0
        headers = [(b"origin", origin.encode()), (b"cookie", cookie.encode()), (b"host", b"sante.example")]
        place, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": place,
            "headers": headers,
            "query_string": query.encode(),
        }

        async def send(message: Any) -> None:
            self._out.put_nowait(dict(message))

        self._task = asyncio.create_task(sockets.serving(scope, self._in.get, send))
        sockets.opened.append(self)

    async def is_accepted(self) -> bool:
        """Whether the handshake was."""
        return (await self._next())["type"] == "websocket.accept"

    async def say(self, text: str) -> None:
        """Sends a message."""
        await self._in.put({"type": "websocket.receive", "text": text})

    async def heard(self) -> str:
        """The next message; "" when the server ended the socket, with `code`."""
        message = await self._next()
        return str(message.get("text", ""))

    async def leave(self) -> None:
        """Ends it, as a browser that is closed."""
        await self._in.put({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(_WAIT_SECONDS):
            await self._task

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(_WAIT_SECONDS):
            message = await self._out.get()
        self.code = int(message.get("code", self.code))
        return message


@asynccontextmanager
async def sockets_of(site: Site, *solutions: Solution) -> AsyncGenerator[Sockets]:
    """The websockets of solutions, as one server process has them; several may stand side by side. All end within, so that none
    comes into a room of the next test.
    """
    sockets = Sockets(solution_sockets(site.engine, site.identity, solutions))
    relay = sockets.serving.relay
    running = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            await relay.hearing.wait()
        yield sockets
    finally:
        await asyncio.gather(*(one.leave() for one in sockets.opened))
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def connect(sockets: Sockets, browser: Browser, path: str, *, origin: str = SITE) -> Connection:
    """Opens a websocket with the cookies of a browser."""
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
    return Connection(sockets, path, cookie=cookie, origin=origin)
