"""The pages of a solution as routes: session, role, form and language are settled before a page is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from seve.engine.access import public_grant
from seve.engine.access.held import Grants
from seve.engine.identity.attempts import Attempt
from seve.engine.identity.refusals import SignInNeeded
from seve.engine.rights.printing import NoPrinterError, as_pdf
from seve.sdk.chores import Doors
from seve.sdk.links import Links
from seve.sdk.refusals import NoPrinter, NotForYou
from seve.sdk.sockets import Rooms, SolutionSockets, Way
from seve.sdk.visit import NOBODY, Again, Document, Paper, To, View, Visit, Visitor
from seve.web.navigation import Audience, Section, audience_of
from seve.web.signin.devices import address_of
from seve.web.signin.forms import Form
from seve.web.signin.forms import read as read_form
from seve.web.signin.pages import Pages
from seve.web.uploads import Sent, read_sent

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.holding import Held
    from seve.engine.identity.service import Identity
    from seve.kernel.refusals import Refusal
    from seve.sdk.solution import Page, Solution
    from seve.store.grant import Grant

PRIVATE = {"cache-control": "no-store"}
_NO_FORM = Form(())
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_NO_FILES: Mapping[str, Sent] = {}
_LONGEST_CODE = 40
_DEVICES = ("camera", "microphone", "geolocation")


def solution_routes(engine: Engine, identity: Identity, solution: Solution) -> list[BaseRoute]:
    """The routes below the solution's path, and its static files."""
    place = _Place(engine, identity, solution)
    routes: list[BaseRoute] = [place.route(page) for page in solution.pages]
    if solution.has_static:
        static = StaticFiles(packages=[(solution.module, "static")])
        routes.insert(0, Mount(f"{solution.manifest.path}/static", static))
    return routes


def solution_sockets(engine: Engine, identity: Identity, solutions: Iterable[Solution]) -> SolutionSockets:
    """The websockets of all solutions."""
    places = [_Place(engine, identity, one) for one in solutions]
    return SolutionSockets(engine, identity, [way for place in places for way in place.ways()])


def solution_sections(solution: Solution) -> tuple[Section, ...]:
    """Its place in the navigation of those whom it is for; none without an icon."""
    manifest = solution.manifest
    if not manifest.icon:
        return ()
    audiences = frozenset[Audience](audience_of(role, is_open=False) for role in manifest.roles)
    key, about = f"{solution.package}.pages.nav", manifest.summary
    place = Section("place", key, manifest.path, manifest.icon, audiences, near=manifest.near, is_care=manifest.care)
    return (replace(place, about={"fr": about.fr, "en": about.en}),)


def solution_sheets(solutions: Iterable[Solution]) -> dict[str, str]:
    """The sheets of solutions by their addresses."""
    return {f"{one.manifest.path}/static/{name}": content for one in solutions for name, content in one.sheets.items()}


class _Place:
    """Where the pages of one solution are answered."""

    def __init__(self, engine: Engine, identity: Identity, solution: Solution) -> None:
        self._engine = engine
        self._solution = solution
        self._pages = Pages(identity, package=solution.package)
        self._grants = Grants(engine.parameters, base_url=engine.base_url)
        self._rooms = Rooms(engine, solution.manifest.id)

    def route(self, page: Page) -> Route:
        """One page."""

        async def answer(request: Request) -> Response:
            if page.link:
                return await self._linked(request, page)
            if page.is_slowed:
                return await self._slowed(request, page)
            held = await self._let_in(request, page)
            form, files = _NO_FORM, dict[str, Sent]()
            if held is not None and page.method == "POST":
                form, files = await read_sent(self._pages.identity, request, held)
            shown = await page.answer(self._visit(request, held, form, files))
            if isinstance(shown, Paper):
                return await self._printed(request, held, shown)
            return _with_devices(page, self._response(request, held, shown))

        path = self._solution.manifest.path + page.path.removesuffix("/")
        return Route(path, self._pages.guarded(answer), methods=[page.method])

    async def _linked(self, request: Request, page: Page) -> Response:
        """A page for a signed link: the platform does what it is for, and the trail has an entry of nobody. Raises NotFound."""
        visit = self._linked_visit(request, page.link)
        if page.method == "POST":
            visit = replace(visit, form=await read_form(self._pages.identity, request, None))
        shown = await page.answer(visit)
        if isinstance(shown, Paper):
            return await self._printed(request, None, shown)
        return _with_devices(page, self._response(request, None, shown))

    def _linked_visit(self, connection: HTTPConnection, purpose: str) -> Visit:
        """Of who holds a signed link for a purpose. Raises NotFound."""
        linked = Links(self._engine, self._solution.manifest).opened(connection.path_params["link"], purpose)
        return replace(self._unsigned(connection), linked=linked)

    async def _slowed(self, request: Request, page: Page) -> Response:
        """A form with a code of ours, which nobody may guess. Raises TooManyAttempts."""
        form = await read_form(self._pages.identity, request, None)
        name = f"{self._solution.manifest.id} {form['code'][:_LONGEST_CODE]}"
        attempt = Attempt(self._pages.identity, name=name, address=address_of(request))
        await attempt.begin()
        shown = await page.answer(self._unsigned(request, form))
        assert not isinstance(shown, Paper)
        await (attempt.failed() if isinstance(shown, Again) else attempt.succeeded())
        return self._response(request, None, shown)

    def _unsigned(self, connection: HTTPConnection, form: Form = _NO_FORM) -> Visit:
        """A visit of nobody, for whom the platform acts."""
        connection.state.badge = None
        grant = replace(public_grant(source=address_of(connection)), sight=None, scopes=None)
        doors = Doors(self._engine, grant, self._solution.manifest)
        return replace(self._visit(connection, None, form), doors=doors)

    async def _let_in(self, request: Request, page: Page) -> Held | None:
        """The session; None for nobody, on a page for anyone. Raises SignInNeeded, NotForYou."""
        held = await self._pages.held(request)
        if held is None and "anyone" not in page.roles:
            raise SignInNeeded
        if held is not None and page.roles.isdisjoint(("anyone", held.principal.kind)):
            raise NotForYou
        return held

    def ways(self) -> list[Way]:
        """The websockets."""
        path = self._solution.manifest.path
        return [
            Way(one, self._rooms, self._visit, self._linked_visit, path=path + one.path)
            for one in self._solution.sockets
        ]

    def _visit(
        self, request: HTTPConnection, held: Held | None, form: Form = _NO_FORM, files: Mapping[str, Sent] = _NO_FILES
    ) -> Visit:
        source = address_of(request)
        grant = self._grants.of(held.principal, source=source, request="") if held else public_grant(source=source)
        badge = getattr(request.state, "badge", None)  # websockets have none
        return Visit(
            visitor=_visitor(held, name=badge.name if badge else "") if held else NOBODY,
            language=self._pages.language(request),
            doors=Doors(self._engine, grant, self._solution.manifest),
            now=datetime.now(UTC),
            path=request.path_params,
            query=request.query_params,
            form=form,
            files=files,
            asked=tuple(request.query_params.multi_items()),
            desk_doors=self._desk_doors(held, grant),
            rooms=self._rooms,
        )

    def _response(self, request: Request, held: Held | None, shown: View | Again | To | Document) -> Response:
        match shown:
            case To(path, query):
                asked = f"?{urlencode(query)}" if query else ""
                return RedirectResponse(self._solution.manifest.path + path.removesuffix("/") + asked, 303, PRIVATE)
            case Document():
                return _document(shown)
            case Again(view, problem):
                return self._page(request, held, view, problem)
            case _:
                return self._page(request, held, shown, None)

    def _desk_doors(self, held: Held | None, grant: Grant) -> Doors | None:
        """For an officer, who sees everything there, and leaves the same trail."""
        if held is None or held.principal.kind != "officer":
            return None
        return Doors(self._engine, replace(grant, sight=None, scopes=None), self._solution.manifest)

    async def _printed(self, request: Request, held: Held | None, paper: Paper) -> Response:
        page = self._page(request, held, paper.view, None)
        try:
            data = await as_pdf(bytes(page.body).decode())
        except NoPrinterError as error:
            raise NoPrinter from error
        return _document(Document(data, "application/pdf", paper.name))

    def _page(self, request: Request, held: Held | None, view: View, problem: Refusal | None) -> Response:
        context = {name: getattr(view, name) for name in view.__dataclass_fields__}
        language = self._pages.language(request)
        return self._pages.render(
            request,
            view.template,
            problem.status if problem else 200,
            held=held,
            base=self._solution.manifest.path,
            problem=self._pages.told(request, problem) if problem else "",
            issues=[(issue.expression, issue.text(language)) for issue in problem.issues] if problem else [],
            **context,
        )


def _with_devices(page: Page, response: Response) -> Response:
    """The page may ask the browser for the devices that it uses, and for no others."""
    if page.uses:
        allowed = (f"{one}=({'self' if one in page.uses else ''})" for one in _DEVICES)
        response.headers["permissions-policy"] = ", ".join(allowed)
    return response


def _visitor(held: Held, *, name: str) -> Visitor:
    principal = held.principal
    assert principal.kind != "machine"  # a web session's never is
    return Visitor(
        role=principal.kind,
        name=name,
        acts_as=principal.role,
        person=principal.person,
        organization=principal.organization,
        profession=principal.profession,
        related=principal.related,
    )


def _document(document: Document) -> Response:
    """Never sniffed, never framed by others, never run: what a browser could run is only kept.

    A browser's own reader shows no PDF in a sandbox: a PDF that is shown has a policy without it, under which it loads nothing.
    """
    kind = "inline" if document.is_inline else "attachment"
    is_pdf = document.is_inline and document.content_type == "application/pdf"
    headers = {
        **PRIVATE,
        "content-disposition": f"{kind}; filename*=UTF-8''{quote(document.name, safe='')}",
        "content-security-policy": _PDF_POLICY if is_pdf else f"sandbox; {_POLICY}",
        "x-content-type-options": "nosniff",
    }
    return Response(document.data, 200, headers, document.content_type)
