"""What every page has in common: language, the frame around it, how problems are told, and who visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from seve.engine.access import open_grant
from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language
from seve.web.frame import environment, frame
from seve.web.languages import language_of
from seve.web.styles import fetched_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.store.grant import Grant
    from seve.web.navigation import Audience
    from seve.web.signin.badges import Badge


class Visitors(Protocol):
    """Who visits the pages."""

    async def principal(self, request: Request) -> Principal | None:
        """Who is signed in; None for nobody."""
        ...

    async def badge(self, request: Request) -> Badge | None:
        """What the frame says of them; None for nobody."""
        ...

    async def grant(self, request: Request) -> Grant:
        """What the visitor may see: nothing for nobody."""
        ...


class OpenVisitors:
    """Everybody sees everything: for `seve serve --open`, on loopback only."""

    async def principal(self, request: Request) -> Principal | None:
        """Nobody signs in."""
        del request
        return None

    async def badge(self, request: Request) -> Badge | None:
        """Nobody is named."""
        del request
        return None

    async def grant(self, request: Request) -> Grant:
        """Without bounds."""
        del request
        return open_grant()


class Shell:
    """Renders pages; `packages` are those whose `templates/` are looked through after Sève's own."""

    def __init__(self, engine: Engine, visitors: Visitors, *, packages: Sequence[str] = ()) -> None:
        self.engine = engine
        self.visitors = visitors
        self._templates = environment(("seve.web", *packages))

    @property
    def is_open(self) -> bool:
        """Whether the pages are without access control."""
        return isinstance(self.visitors, OpenVisitors)

    def language(self, request: Request) -> Language:
        """The language of whoever asks."""
        return language_of(request)

    async def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        /,
        *,
        is_bare: bool = False,
        audience: Audience | None = None,
        **context: Any,
    ) -> Response:
        """A page in the frame. Templates say their texts by `say(key, …)`, keys below `web.pages`, or in full by `full`.

        `is_bare`: without asking who visits, for when that may be what can't be answered. `audience`: in the frame of other
        people, as the kit's page shows it.
        """
        visitor = None if is_bare else await self.visitors.badge(request)
        given = frame(request, visitor, is_open=self.is_open, fhir_url=self.engine.base_url, audience=audience)
        content = self._templates.get_template(template).render({**given, **context})
        return HTMLResponse(content, status, fetched_first(request))

    async def refused(self, request: Request, refusal: Refusal) -> Response:
        """The page of a refusal."""
        return await self.page(request, "problem.html", refusal.status, problem=self.told(request, refusal))

    def told(self, request: Request, refusal: Refusal) -> str:
        """What a refusal says, in the visitor's language."""
        return " ".join(issue.text(self.language(request)) for issue in refusal.issues)
