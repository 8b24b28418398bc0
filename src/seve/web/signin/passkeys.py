"""The two ceremonies of WebAuthn, for the script `passkeys.js`: options as JSON, answers as plain forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from seve.engine.identity import passkeys, sessions
from seve.engine.identity.refusals import SignInNeeded, SignInRefused
from seve.store.identity import accounts
from seve.store.identity.accounts import Account
from seve.web.signin import forms
from seve.web.signin.devices import address_of, device_of
from seve.web.signin.entering import EnteringPages

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.web.signin.pages import Pages

_PRIVATE = {"cache-control": "no-store"}


class PasskeyPages:
    """Signing in with a passkey, and adding one."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._identity = pages.identity
        self._entering = EnteringPages(pages)

    async def begin_sign_in(self, request: Request) -> Response:
        """Options for `navigator.credentials.get`, the same for everybody."""
        await forms.read(self._identity, request, None)
        token, options = await passkeys.begin_sign_in(self._identity)
        return JSONResponse({"token": token, "options": options}, headers=_PRIVATE)

    async def sign_in(self, request: Request) -> Response:
        """The authenticator's answer."""
        form = await forms.read(self._identity, request, None)
        proof = await passkeys.finish_sign_in(
            self._identity, token=form["token"], answer=form["answer"], address=address_of(request)
        )
        return await self._entering.enter(request, proof)

    async def begin_registration(self, request: Request) -> Response:
        """Options for `navigator.credentials.create`."""
        held, _ = await self._pages.sent(request)
        sessions.check_fresh(self._identity, held)
        token, options = await passkeys.begin_registration(self._identity, await self._account(held))
        return JSONResponse({"token": token, "options": options}, headers=_PRIVATE)

    async def register(self, request: Request) -> Response:
        """The new passkey."""
        held, form = await self._pages.sent(request)
        sessions.check_fresh(self._identity, held)
        account = await self._account(held)
        label = form["label"].strip() or device_of(request) or "?"
        await passkeys.finish_registration(
            self._identity, account, token=form["token"], answer=form["answer"], label=label
        )
        await accounts.tell(self._identity.database.pool, account.id, "added_passkey", by=account.id)
        return RedirectResponse("/security#passkeys", 303, _PRIVATE)

    async def _account(self, held: Held) -> Account:
        if (account := await accounts.by_id(self._identity.database.pool, held.principal.account)) is None:
            raise SignInNeeded
        if account.is_demo:
            raise SignInRefused  # personas are shared: a visitor's key must not open them for good
        return account
