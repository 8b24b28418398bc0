"""Events of one process: woken by commits, the one process that leads routes and calls; each serves its own websockets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from seve.engine.subscriptions import standing
from seve.engine.subscriptions.handlers import Handlers
from seve.engine.subscriptions.hooks import Hooks
from seve.engine.subscriptions.routing import Router
from seve.engine.subscriptions.sending import Sender
from seve.engine.subscriptions.sockets import Sockets
from seve.kernel.cancelling import check_cancelled, pause
from seve.store.database import is_unavailable
from seve.store.subscriptions import events, registrations
from seve.store.subscriptions.listening import Bell

if TYPE_CHECKING:
    from seve.engine.engine import Engine

KEPT_SECONDS = 7 * 86_400.0
_TIDY_SECONDS = 3_600.0
_PAUSE_SECONDS = 1.0
_LOG = logging.getLogger("seve.events")


class EventService:
    """Works until it is cancelled."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wake = asyncio.Event()
        self._hooks = Hooks(engine.events)
        self._router = Router(engine)
        self._tidied = float("-inf")
        self.bell = Bell(engine.database, self._wake.set)
        self.sockets = Sockets(engine)
        self._led = Sender(engine, {"rest-hook": self._hooks.deliver, "process": Handlers(engine).deliver})
        self._own = Sender(engine, {"websocket": self.sockets.deliver})

    async def run(self) -> None:
        """Never returns; a database that can't be reached is tried again."""
        ringing = asyncio.create_task(self.bell.run())
        try:
            while True:
                check_cancelled()
                await self._wake.wait()
                self._wake.clear()
                try:
                    await self._turn()
                except Exception as error:  # noqa: BLE001 - the service outlives whatever befalls one turn; it is logged
                    if not is_unavailable(error):
                        _LOG.error("events: %s", type(error).__name__)
                    await pause(_PAUSE_SECONDS)
        finally:
            ringing.cancel()
            with suppress(asyncio.CancelledError):
                await ringing
            await self._led.stop()
            await self._own.stop()
            await asyncio.to_thread(self._hooks.close)

    async def _turn(self) -> None:
        if self.bell.leads:
            while await self._router.step():
                await self._led.send_due()
            await self._led.send_due()
            await self._tidy()
        else:
            self._router.forget()
        if bound := self.sockets.bound:
            await self._own.send_due(bound)

    async def _tidy(self) -> None:
        """Forgets events that are old, every hour; who was in error all that time is switched off."""
        if time.monotonic() - self._tidied < _TIDY_SECONDS:
            return
        self._tidied = time.monotonic()
        pool = self._engine.database.pool
        for id_ in await registrations.give_up(pool, after_seconds=KEPT_SECONDS):
            await standing.tell(self._engine, id_, "off", reason="")
        await events.purge(pool, older_than_seconds=KEPT_SECONDS)


@asynccontextmanager
async def serving(engine: Engine) -> AsyncGenerator[EventService]:
    """Events are routed and sent within."""
    service = EventService(engine)
    running = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
