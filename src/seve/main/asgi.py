"""The application that each server process runs: the FHIR API, the authorization server, and the pages."""

from __future__ import annotations

import asyncio
import gc
import os
import traceback
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from seve.engine.engine import Engine
from seve.engine.identity.service import open_identity
from seve.engine.subscriptions.service import serving
from seve.engine.tasks.runner import Runner
from seve.jobs.working import working
from seve.main.mode import OPEN_MODE
from seve.main.registry import jobs, solutions
from seve.main.settings import Settings
from seve.main.wiring import open_engine
from seve.rest.app import FhirApp
from seve.rest.gate import BearerGate, OpenGate
from seve.rest.oauth.app import is_mine, oauth
from seve.rest.shield.shield import Rules, Shield
from seve.rest.websockets import PATH, EventSockets
from seve.sdk.events import listen
from seve.sdk.serving import solution_routes, solution_sections, solution_sheets, solution_sockets
from seve.sdk.sockets import SolutionSockets
from seve.web.app import pages
from seve.web.desk import desk_routes
from seve.web.record import record_routes
from seve.web.shell import OpenVisitors
from seve.web.signin.routes import signin_routes
from seve.web.visitors import SignedInVisitors

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from seve.engine.identity.service import Identity
    from seve.rest.answering import Send
    from seve.rest.asking import Receive, Scope
    from seve.rest.gate import Gate


_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Something that never returns is at work within."""
    running = asyncio.create_task(work)
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
    """`/fhir` to the API, `/oauth` to the authorization server, everything else to the pages; opens the store at start-up and closes it at the end."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._fhir: FhirApp | None = None
        self._sockets: EventSockets | None = None
        self._solution_sockets: SolutionSockets | None = None
        self._oauth: ASGIApp | None = None
        self._pages: ASGIApp | None = None
        self._shield: Shield | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._shield is not None:
            await self._shield(scope, receive, send)

    def gate(self, engine: Engine, identity: Identity) -> Gate:
        """Who comes in to the API."""
        return BearerGate(engine, identity)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            sockets = self._sockets if scope["path"] == PATH else self._solution_sockets or self._sockets
            if sockets is not None:
                await sockets(scope, receive, send)
        elif self._oauth is not None and is_mine(scope["path"]):
            await self._oauth(scope, receive, send)
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
        settings = Settings.read()
        try:
            engine = await self._stack.enter_async_context(open_engine(settings))
            await self._open_doors(engine, settings)
            self._shield = Shield(self._route, rules_of(settings, is_open=bool(os.environ.get(OPEN_MODE))))
        except Exception as error:  # noqa: BLE001 - a process that can't open the store must say why and end
            traceback.print_exception(error)  # the server says nothing of why
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await self._stack.enter_async_context(_beside(Runner(engine).run()))
        await listen(engine, solutions())
        service = await self._stack.enter_async_context(serving(engine))
        self._sockets = EventSockets(service.sockets)
        await self._stack.enter_async_context(working(engine, settings.store_url, jobs()))
        _spare_the_collector()
        await send({"type": "lifespan.startup.complete"})

    async def _open_doors(self, engine: Engine, settings: Settings) -> None:
        if os.environ.get(OPEN_MODE):
            self._fhir, self._pages = FhirApp(engine, OpenGate()), pages(engine, OpenVisitors())
            return
        identity = await self._stack.enter_async_context(
            open_identity(engine.database, ledger=engine.ledger, fhir_url=settings.fhir_url, keys=settings.keys)
        )
        engine.oauth_url = f"{identity.site}/oauth"
        self._fhir, self._oauth = FhirApp(engine, self.gate(engine, identity)), oauth(identity)
        self._solution_sockets = solution_sockets(engine, identity, solutions())
        await self._stack.enter_async_context(_beside(self._solution_sockets.relay.run()))
        self._pages = pages(
            engine,
            SignedInVisitors(engine, identity),
            routes=[
                *signin_routes(identity),
                *record_routes(engine, identity),
                *desk_routes(engine, identity),
                *(route for solution in solutions() for route in solution_routes(engine, identity, solution)),
            ],
            sections=[section for solution in solutions() for section in solution_sections(solution)],
            sheets=solution_sheets(solutions()),
        )


def rules_of(settings: Settings, *, is_open: bool) -> Rules:
    """What the shield goes by; an open server, which is for benchmarks, has no rates."""
    return Rules(
        site=settings.fhir_url.removesuffix("/fhir"),
        proxies=settings.trusted_proxies,
        origins=settings.cors_origins,
        session_rate=0 if is_open else settings.session_requests_per_second,
        address_rate=0 if is_open else settings.address_requests_per_second,
    )


app = Application()
