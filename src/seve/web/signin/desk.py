"""The officer's desk, as far as accounts go: applications that wait, help for who lost every key, and accounts to close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from seve.engine.identity import signing_in
from seve.engine.identity.applications import registry
from seve.engine.identity.refusals import OfficerNeeded
from seve.fhir.search.keys import fold
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import accounts, applications
from seve.web.signin.wording import lines

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.web.signin.pages import Pages

_PRIVATE = {"cache-control": "no-store"}
_STATES: dict[str, Literal["approved", "refused", "blocked"]] = {
    "approve": "approved",
    "refuse": "refused",
    "block": "blocked",
}


class DeskPages:
    """For officers only."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._identity = pages.identity

    async def overview(self, request: Request) -> Response:
        """What waits."""
        held = await self._pages.session(request)
        _check(held)
        return await self._desk(request, held)

    async def decide(self, request: Request) -> Response:
        """On one application."""
        held, form = await self._pages.sent(request)
        _check(held)
        if (state := _STATES.get(form["decision"])) is not None:
            reaches_all = form["reaches_all"] == "yes"
            await registry.decide(self._identity, held, form["client"], state=state, reaches_all=reaches_all)
            self._identity.held.clear()
        return RedirectResponse("/desk/accounts", 303, _PRIVATE)

    async def help_out(self, request: Request) -> Response:
        """A one-time code for the holder of a login."""
        held, form = await self._pages.sent(request)
        _check(held)
        account = await accounts.by_login(self._identity.database.pool, fold(form["login"]))
        code, until = await signing_in.help_out(self._identity, held, account=account.id if account else "")
        return await self._desk(request, held, code=code, until=until.strftime("%Y-%m-%d %H:%M UTC"))

    async def block(self, request: Request) -> Response:
        """Shuts the holder of a login out."""
        held, form = await self._pages.sent(request)
        _check(held)
        account = await accounts.by_login(self._identity.database.pool, fold(form["login"]))
        await signing_in.shut_out(self._identity, held, account=account.id if account else "")
        return RedirectResponse("/desk/accounts", 303, _PRIVATE)

    async def _desk(self, request: Request, held: Held, *, code: str = "", until: str = "") -> Response:
        language = self._pages.language(request)
        known = await applications.clients(self._identity.database.pool, "pending", "approved", "blocked")
        shown = [(client, lines(Scopes.parse(client.scopes), language)) for client in known]
        return self._pages.render(request, "desk.html", held=held, clients=shown, code=code, until=until)


def _check(held: Held) -> None:
    if held.principal.kind != "officer":
        raise OfficerNeeded
