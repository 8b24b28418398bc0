"""The pages for browsing the record store: types, searches, a resource, its history. They see what the API would answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from seve.engine.dispatch import perform
from seve.engine.identity.refusals import SignInNeeded
from seve.engine.requests import Request
from seve.fhir.codec import encode_json_pretty
from seve.kernel.refusals import Refusal
from seve.kernel.texts import LANGUAGES, text
from seve.store import reading
from seve.store.database import is_unavailable
from seve.web import showing
from seve.web.assets import static_route
from seve.web.installing import installing_routes
from seve.web.kit.pages import kit_routes
from seve.web.languages import choose
from seve.web.look import came_from, choose_look
from seve.web.navigation import Navigation, Section
from seve.web.packing import Packing
from seve.web.security import SecurityHeaders
from seve.web.shell import Shell, Visitors
from seve.web.styles import NO_SHEETS, Sheets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seve.engine.engine import Engine


def pages(
    engine: Engine,
    visitors: Visitors,
    *,
    routes: Sequence[BaseRoute] = (),
    sections: Sequence[Section] = (),
    sheets: Mapping[str, str] = NO_SHEETS,
) -> Starlette:
    """The application that serves the pages of an engine; `routes`, `sections` and `sheets` (by their addresses) are those of other parts, the
    routes come first.
    """
    shell = Shell(engine, visitors)
    site = _Site(shell)
    made = Starlette(
        routes=[
            *routes,
            Route("/", site.home),
            Route("/health", site.health),
            Route("/language/{language}", site.language, methods=["GET"]),
            Route("/r/{type}", site.type),
            Route("/r/{type}/{id}", site.resource),
            Route("/r/{type}/{id}/_history", site.history),
            Route("/r/{type}/{id}/_history/{version}", site.resource),
            Route("/look", site.look, methods=["POST"]),
            *kit_routes(shell),
            *installing_routes(shell),
            static_route(),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Packing)],
        exception_handlers={404: site.lost, SignInNeeded: site.to_sign_in, Exception: site.failed},
    )
    made.state.navigation = Navigation(sections)
    made.state.sheets = Sheets(sheets)
    made.router.redirect_slashes = False  # it would redirect to whatever Host the request names
    return made


class _Site:
    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._engine = shell.engine

    async def home(self, request: HttpRequest) -> Response:
        grant = await self._shell.visitors.grant(request)
        is_signed_in = await self._shell.visitors.principal(request) is not None
        counts = {} if is_signed_in else await reading.counts_by_type(self._engine.database.pool, grant)
        asked = request.query_params.get("type", "").strip()
        if asked in self._engine.definitions.resource_types:
            return RedirectResponse(f"/r/{asked}", status_code=303)
        types = sorted(self._engine.definitions.resource_types)
        return await self._shell.page(request, "home.html", counts=counts, types=types, asked=asked)

    async def language(self, request: HttpRequest) -> Response:
        """Sets the language and goes back to the page it was asked from."""
        wanted = request.path_params["language"]
        response = RedirectResponse(came_from(request), status_code=303)
        if wanted in LANGUAGES:
            choose(response, wanted, is_secure=self._engine.base_url.startswith("https://"))
        return response

    async def look(self, request: HttpRequest) -> Response:
        """Sets the theme or the density and goes back to the page it was asked from."""
        return await choose_look(request, is_secure=self._engine.base_url.startswith("https://"))

    async def type(self, request: HttpRequest) -> Response:
        """A search of one type, by its own search text."""
        type_ = request.path_params["type"]
        asked = request.query_params.get("q", "").strip()
        page = request.query_params.get("_page")
        pairs = tuple((name, value) for part in asked.split("&") if part for name, _, value in [part.partition("=")])
        query = (*pairs, *((("_page", page),) if page else ()))
        parameters = (
            sorted(self._engine.parameters.of(type_)) if type_ in self._engine.definitions.resource_types else []
        )
        context: dict[str, Any] = {"type": type_, "asked": asked, "parameters": parameters}
        try:
            answer = await perform(
                self._engine, await self._shell.visitors.grant(request), Request("GET", type_, query=query)
            )
        except Refusal as refusal:
            return await self._shell.page(
                request,
                "type.html",
                refusal.status,
                rows=[],
                next=None,
                problem=self._shell.told(request, refusal),
                **context,
            )
        bundle = answer.resource
        rows = [(entry["resource"], showing) for entry in bundle.get("entry", ())]
        following = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
        token = dict(_pairs(following)).get("_page") if following else None
        next_ = f"/r/{type_}?{urlencode({'q': asked, '_page': token})}" if token else None
        return await self._shell.page(request, "type.html", rows=rows, next=next_, problem="", **context)

    async def resource(self, request: HttpRequest) -> Response:
        """One resource, or one version of it."""
        places = request.path_params
        path = f"{places['type']}/{places['id']}"
        if version := places.get("version"):
            path += f"/_history/{version}"
        try:
            answer = await perform(self._engine, await self._shell.visitors.grant(request), Request("GET", path))
        except Refusal as refusal:
            return await self._shell.refused(request, refusal)
        found = answer.resource
        return await self._shell.page(
            request,
            "resource.html",
            resource=found,
            title=showing.title(found),
            lines=showing.lines(found),
            raw=encode_json_pretty(found).decode(),
            path=path,
            version=version,
        )

    async def history(self, request: HttpRequest) -> Response:
        """The versions of one resource."""
        path = f"{request.path_params['type']}/{request.path_params['id']}"
        query = (("_count", "100"),)
        try:
            answer = await perform(
                self._engine, await self._shell.visitors.grant(request), Request("GET", f"{path}/_history", query=query)
            )
        except Refusal as refusal:
            return await self._shell.refused(request, refusal)
        return await self._shell.page(request, "history.html", entries=answer.resource.get("entry", []), path=path)

    async def health(self, request: HttpRequest) -> Response:
        """For load balancers: 200 when the store answers, 503 when it does not."""
        del request
        try:
            await self._engine.database.pool.fetchval("SELECT 1")
        except Exception as error:
            if not is_unavailable(error):
                raise
            return JSONResponse({"status": "store unreachable"}, 503)
        return JSONResponse({"status": "ready"})

    async def to_sign_in(self, request: HttpRequest, error: Exception) -> Response:
        """Nobody is signed in: to sign-in, and back here afterwards."""
        del error
        here = f"{request.url.path}{'?' + request.url.query if request.url.query else ''}"
        return RedirectResponse(f"/signin?{urlencode({'next': here})}", 303, {"cache-control": "no-store"})

    async def failed(self, request: HttpRequest, error: Exception) -> Response:
        """A bug, or a store that can't be reached: told without its cause."""
        is_passing = is_unavailable(error)
        key, status = ("unreachable", 503) if is_passing else ("failed", 500)
        problem = text(f"web.pages.{key}", {}, self._shell.language(request))
        return await self._shell.page(request, "problem.html", status, is_bare=True, problem=problem)

    async def lost(self, request: HttpRequest, error: Exception) -> Response:
        """A page that does not exist."""
        del error
        return await self._shell.page(
            request, "problem.html", 404, problem=text("web.pages.lost", {}, self._shell.language(request))
        )


def _pairs(url: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(urlsplit(url).query)
