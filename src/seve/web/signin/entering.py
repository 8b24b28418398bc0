"""Signing in, choosing an activity, signing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from seve.engine.identity import personas, relying_party, sessions, signing_in
from seve.engine.identity.activities import Activity, activities_of
from seve.engine.identity.refusals import NothingToActAs, SignInNeeded, SignInRefused, StepExpired, TooManyAttempts
from seve.engine.identity.sessions import Proof
from seve.engine.identity.tokens import digest, new_token
from seve.kernel.refusals import Refusal
from seve.store.identity import accounts, credentials
from seve.web.signin import cookies, forms
from seve.web.signin.devices import address_of, device_of

if TYPE_CHECKING:
    from seve.web.signin.pages import Pages

_PRIVATE = {"cache-control": "no-store"}


class EnteringPages:
    """From a stranger to a session as one activity."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._identity = pages.identity

    async def first(self, request: Request) -> Response:
        """The ways to sign in. Passkeys and form origins know one address, so other names of this host lead there."""
        if request.url.hostname != urlsplit(self._identity.site).hostname:
            return RedirectResponse(f"{self._identity.site}/signin", 303, _PRIVATE)
        response = await self._first(request)
        if onward := forms.local(request.query_params.get("next", "")):
            cookies.put(self._identity, response, "next", onward)
        return response

    async def password(self, request: Request) -> Response:
        """The first step of name and password."""
        form = await forms.read(self._identity, request, None)
        try:
            shown = await signing_in.with_password(
                self._identity, login=form["login"], password=form["password"], address=address_of(request)
            )
        except (SignInRefused, TooManyAttempts) as refusal:
            return await self._first(request, refusal, login=form["login"])
        if isinstance(shown, Proof):
            return await self.enter(request, shown)
        return self._pages.render(request, "code.html", token=shown)

    async def code(self, request: Request) -> Response:
        """The second step."""
        form = await forms.read(self._identity, request, None)
        try:
            proof = await signing_in.with_second_factor(
                self._identity, token=form["token"], code=form["code"], address=address_of(request)
            )
        except (SignInRefused, StepExpired, TooManyAttempts) as refusal:
            return await self._first(request, refusal)
        return await self.enter(request, proof)

    async def persona(self, request: Request) -> Response:
        """One click, in a demonstration store."""
        form = await forms.read(self._identity, request, None)
        return await self.enter(request, await personas.prove(self._identity, form["persona"]))

    async def lost(self, request: Request) -> Response:
        """The form for a recovery code."""
        return self._pages.render(request, "recover.html", problem="")

    async def recover(self, request: Request) -> Response:
        """A recovery code, or an officer's."""
        form = await forms.read(self._identity, request, None)
        try:
            proof = await signing_in.with_recovery_code(
                self._identity, login=form["login"], code=form["code"], address=address_of(request)
            )
        except (SignInRefused, TooManyAttempts) as refusal:
            return self._pages.render(
                request, "recover.html", refusal.status, problem=self._pages.told(request, refusal)
            )
        return await self.enter(request, proof, onward="/security")

    async def depart(self, request: Request) -> Response:
        """Off to another provider."""
        provider = self._identity.providers.get(request.path_params["provider"])
        if provider is None:
            raise StepExpired
        address, token = await relying_party.begin(self._identity, provider)
        response = RedirectResponse(address, 303, _PRIVATE)
        cookies.put(self._identity, response, "step", token)
        return response

    async def returned(self, request: Request) -> Response:
        """Back from another provider."""
        token = cookies.read(self._identity, request, "step")
        proof = await relying_party.finish(self._identity, token=token, answer=dict(request.query_params))
        return await self.enter(request, proof)

    async def enter(self, request: Request, proof: Proof, *, onward: str = "") -> Response:
        """A proof in hand: straight in when there is one activity, or else to the choice."""
        found = await self._activities(proof.account)
        held = await self._pages.held(request)
        again = held is not None and held.principal.account == proof.account
        same = [a for a in found if again and held and (a.kind, a.role) == (held.principal.kind, held.principal.role)]
        if len(found) == 1 or len(same) == 1:
            return await self._in(request, proof, found, chosen=(same or found)[0].key, onward=onward)
        token = new_token()
        await credentials.put_ceremony(
            self._identity.database.pool,
            digest(token),
            "choosing",
            data=asdict(proof),
            seconds=self._identity.policy.ceremony_seconds,
        )
        response = RedirectResponse("/signin/activity", 303, _PRIVATE)
        cookies.put(self._identity, response, "step", token)
        return response

    async def activities(self, request: Request) -> Response:
        """The choice: after sign-in, or to change activity within a session."""
        proof = await self._choosing(request, takes=False)
        found = await self._activities(proof.account)
        held = await self._pages.held(request)
        return self._pages.render(request, "activities.html", activities=found, held=held)

    async def choose(self, request: Request) -> Response:
        """In, as one of them: the token changes."""
        held = await self._pages.held(request)
        form = await forms.read(self._identity, request, held)
        proof = await self._choosing(request, takes=True)
        found = await self._activities(proof.account)
        return await self._in(request, proof, found, chosen=form["activity"])

    async def leave(self, request: Request) -> Response:
        """Ends this session."""
        held, _ = await self._pages.sent(request)
        await sessions.leave(self._identity, held.principal)
        response = RedirectResponse("/signin", 303, {**_PRIVATE, "clear-site-data": '"cache"'})
        cookies.drop(self._identity, response, "session")
        return response

    async def _in(
        self, request: Request, proof: Proof, found: Sequence[Activity], *, chosen: str, onward: str = ""
    ) -> Response:
        token = await sessions.sign_in(
            self._identity,
            proof,
            found,
            chosen=chosen,
            device=device_of(request),
            address=address_of(request),
            old=cookies.read(self._identity, request, "session"),
        )
        to = onward or forms.local(cookies.read(self._identity, request, "next")) or "/"
        response = RedirectResponse(to, 303, _PRIVATE)
        cookies.put(self._identity, response, "session", token)
        cookies.drop(self._identity, response, "step")
        cookies.drop(self._identity, response, "next")
        return response

    async def _choosing(self, request: Request, *, takes: bool) -> Proof:
        """The proof that waits for a choice, or else that of the session. Raises SignInNeeded."""
        key = digest(cookies.read(self._identity, request, "step"))
        look = credentials.take_ceremony if takes else credentials.see_ceremony
        if data := await look(self._identity.database.pool, key, "choosing"):
            return Proof(data["account"], tuple(data["methods"]), data["seconds"])
        if held := await self._pages.held(request):
            return Proof(held.principal.account, held.session.methods, int(held.session.proven_seconds))
        raise SignInNeeded

    async def _activities(self, account_id: str) -> list[Activity]:
        account = await accounts.by_id(self._identity.database.pool, account_id)
        found = await activities_of(self._identity.database.pool, account) if account else []
        if not found:
            raise NothingToActAs
        return found

    async def _first(self, request: Request, refusal: Refusal | None = None, *, login: str = "") -> Response:
        problem = self._pages.told(request, refusal) if refusal else ""
        cards = await personas.cards(self._identity)
        return self._pages.render(
            request,
            "signin.html",
            refusal.status if refusal else 200,
            problem=problem,
            login=login,
            cards=cards,
            providers=list(self._identity.providers.values()),
            again=bool(request.query_params.get("again")),
        )
