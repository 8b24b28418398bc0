"""The application that each server process runs: the FHIR API, and the pages."""

from __future__ import annotations

import asyncio
import gc
import traceback
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from seve.engine.engine import Engine
from seve.engine.tasks.runner import Runner
from seve.main.settings import Settings
from seve.main.wiring import open_engine
from seve.rest.app import FhirApp
from seve.web.app import pages

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from seve.rest.answering import Send
    from seve.rest.asking import Receive, Scope


_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000


@asynccontextmanager
async def _background(engine: Engine) -> AsyncGenerator[None]:
    """Tasks are worked on within."""
    running = asyncio.create_task(Runner(engine).run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _spare_the_collector() -> None:
    """What was built at the start stays for good, and documents have no cycles: the collector need not look at them so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, 20, 100)


class Application:
    """`/fhir` to the API, everything else to the pages; opens the store at start-up and closes it at the end."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._fhir: FhirApp | None = None
        self._pages: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._fhir is not None and (scope["path"] == "/fhir" or scope["path"].startswith("/fhir/")):
            await self._fhir(scope, receive, send)
        elif self._pages is not None:
            await self._pages(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start(send)
            else:
                await self._stack.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self, send: Send) -> None:
        try:
            engine = await self._stack.enter_async_context(open_engine(Settings.read()))
        except Exception as error:  # noqa: BLE001 - a process that can't open the store must say why and end
            traceback.print_exception(error)  # the server says nothing of why
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await self._stack.enter_async_context(_background(engine))
        self._fhir, self._pages = FhirApp(engine), pages(engine)
        _spare_the_collector()
        await send({"type": "lifespan.startup.complete"})


app = Application()
