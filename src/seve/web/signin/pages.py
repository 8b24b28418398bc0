"""What every page of sign-in shares: language, session, rendering, and what becomes of a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from seve.engine.identity.applications.refusals import SentBack
from seve.engine.identity.holding import Held
from seve.engine.identity.refusals import ProofTooOld, SignInNeeded
from seve.engine.identity.sessions import session_of_cookie
from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language, module_of, text
from seve.web.frame import environment, frame
from seve.web.languages import language_of
from seve.web.signin import cookies, forms
from seve.web.signin.badges import badge_of
from seve.web.signin.forms import Form
from seve.web.styles import fetched_first

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_PRIVATE = {"cache-control": "no-store"}


class Pages:
    """The templates, and the sessions behind the requests. `package` is whose templates come first, and whose texts `tell` says."""

    def __init__(self, identity: Identity, *, package: str = "web/signin") -> None:
        self.identity = identity
        self._package = package
        self._templates = environment(dict.fromkeys((module_of(package), "seve.web")))

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """Turns what is refused into a page: without a session to sign-in, with an old proof to proving it again."""

        async def answer(request: Request) -> Response:
            try:
                held = await self.held(request)
                request.state.badge = await badge_of(self.identity.database, held) if held else None
                return await endpoint(request)
            except SentBack as sent:
                return self.onward(request, sent.address)
            except SignInNeeded:
                return self._to_sign_in(request, "/signin")
            except ProofTooOld:
                return self._to_sign_in(request, "/signin?again=1")
            except Refusal as refusal:
                problem = self.told(request, refusal)
                return self.render(request, "problem.html", refusal.status, problem=problem)

        return answer

    async def held(self, request: Request) -> Held | None:
        """The session of a request, when one is in force."""
        cookie = cookies.read(self.identity, request, "session")
        return await session_of_cookie(self.identity, cookie) if cookie else None

    async def session(self, request: Request) -> Held:
        """The session of a request. Raises SignInNeeded."""
        if (held := await self.held(request)) is None:
            raise SignInNeeded
        return held

    async def sent(self, request: Request) -> tuple[Held, Form]:
        """The session and its form. Raises SignInNeeded, ForgedRequest."""
        held = await self.session(request)
        return held, await forms.read(self.identity, request, held)

    def language(self, request: HTTPConnection) -> Language:
        """The language of whoever asks."""
        return language_of(request)

    def told(self, request: Request, refusal: Refusal) -> str:
        """A refusal in the person's language."""
        return " ".join(issue.text(self.language(request)) for issue in refusal.issues)

    def render(self, request: Request, template: str, status: int = 200, /, **context: Any) -> Response:
        """A page. It is about one person, so that nothing keeps it. `held` in the context is the session whose forms it has."""
        language = self.language(request)

        def tell(key: str, **fields: object) -> str:
            return text(f"{self._package}.{key}", fields, language)

        given = frame(request, request.state.badge, is_open=False, fhir_url=self.identity.fhir_url)
        given |= {"tell": tell, "csrf_of": forms.csrf_of, "has_passkeys": self.identity.has_passkeys}
        if taken := given.keys() & context.keys():
            raise ValueError(f"{template} is given names that the frame has: {', '.join(sorted(taken))}")
        content = self._templates.get_template(template).render({**given, **context})
        return HTMLResponse(content, status, {**_PRIVATE, **fetched_first(request)})

    def onward(self, request: Request, address: str) -> Response:
        """A page that leads to an application: after a form, `form-action` lets no redirect leave this site."""
        if request.method == "GET":
            return RedirectResponse(address, 303, _PRIVATE)
        return self.render(request, "onward.html", address=address)

    def _to_sign_in(self, request: Request, path: str) -> Response:
        response = RedirectResponse(path, 303, _PRIVATE)
        query = f"?{request.url.query}" if request.url.query else ""
        here = f"{request.url.path}{query}" if request.method == "GET" else forms.local("/security")
        cookies.put(self.identity, response, "next", forms.local(here))
        return response
