"""The consent page: which application wants what, for what, for how long; each scope may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.identity.applications import asking, consenting
from seve.engine.identity.applications.consenting import DAYS, Answer
from seve.web.signin.wording import lines

if TYPE_CHECKING:
    from seve.web.signin.pages import Pages


class ConsentPages:
    """Puts an application's request before the person."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._identity = pages.identity

    async def question(self, request: Request) -> Response:
        """What is asked."""
        held = await self._pages.session(request)
        token = request.query_params.get("request", "")
        put = await consenting.question(self._identity, held, await asking.see(self._identity, token))
        return self._pages.render(
            request,
            "consent.html",
            held=held,
            token=token,
            put=put,
            lines=lines(put.scopes, self._pages.language(request)),
            days=DAYS,
        )

    async def decide(self, request: Request) -> Response:
        """What was answered; the browser goes back to the application either way."""
        held, form = await self._pages.sent(request)
        if form["decision"] != "grant":
            return self._pages.onward(request, await consenting.refuse(self._identity, form["request"]))
        days = int(form["days"]) if form["days"].isascii() and form["days"].isdigit() else DAYS[0]
        answer = Answer(form.all("scope"), form["patient"], days)
        return self._pages.onward(request, await consenting.grant(self._identity, held, form["request"], answer))

    async def launch(self, request: Request) -> Response:
        """Starts an application from a patient's page (EHR launch): the fields `client` and `patient` ("Patient/1", or none)."""
        held, form = await self._pages.sent(request)
        address = await consenting.launch(self._identity, held, form["client"], patient=form["patient"])
        return self._pages.onward(request, address)
