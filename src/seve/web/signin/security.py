"""My security: sessions, passkeys, code generator, password, recovery codes, applications, delegations, and what happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from seve.engine.identity import code_generators, delegations, passwords, relying_party, sessions, signing_in
from seve.engine.identity.refusals import DelegationRefused, SignInNeeded, SignInRefused, StepExpired
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import accounts, applications, credentials
from seve.store.identity import sessions as stored
from seve.web.signin import cookies
from seve.web.signin.wording import lines

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.store.identity.accounts import Account
    from seve.web.signin.pages import Pages

_PRIVATE = {"cache-control": "no-store"}


class SecurityPages:
    """One page, and a form for each deed."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._identity = pages.identity

    async def overview(self, request: Request) -> Response:
        """Everything that opens the account, and everything that is open."""
        held = await self._pages.session(request)
        pool, account = self._identity.database.pool, await self._account(held)
        language = self._pages.language(request)
        grants = [(g, lines(Scopes.parse(g.scopes), language)) for g in await applications.grants(pool, account.id)]
        return self._pages.render(
            request,
            "security.html",
            held=held,
            account=account,
            sessions=await stored.of(pool, account.id),
            passkeys=await credentials.of(pool, account.id, "passkey"),
            generators=await credentials.of(pool, account.id, "totp"),
            has_password=bool(await credentials.of(pool, account.id, "password")),
            recovery=len(await credentials.of(pool, account.id, "recovery")),
            grants=grants,
            delegations=await stored.delegations(pool, account.id),
            events=await accounts.told(pool, account.id),
            identities=await accounts.identities(pool, account.id),
            providers=list(self._identity.providers.values()),
            today=datetime.now(UTC).date().isoformat(),
        )

    async def end_session(self, request: Request) -> Response:
        """One session, this one perhaps."""
        held, form = await self._pages.sent(request)
        key = int(form["session"]) if form["session"].isascii() and form["session"].isdigit() else 0
        await sessions.end(self._identity, held.principal.account, min(key, 2**63 - 1))
        return _back("sessions")

    async def end_everywhere(self, request: Request) -> Response:
        """All sessions, with this one."""
        held, _ = await self._pages.sent(request)
        await sessions.end_all(self._identity, held.principal.account)
        response = RedirectResponse("/signin", 303, _PRIVATE)
        cookies.drop(self._identity, response, "session")
        return response

    async def begin_generator(self, request: Request) -> Response:
        """A key to scan."""
        held, _ = await self._pages.sent(request)
        sessions.check_fresh(self._identity, held)
        account = await self._own_account(held)
        token, key, address = await code_generators.begin(self._identity, account)
        picture = code_generators.picture(address)
        return self._pages.render(request, "generator.html", held=held, token=token, secret=key, picture=picture)

    async def confirm_generator(self, request: Request) -> Response:
        """A first code takes it into use."""
        held, form = await self._pages.sent(request)
        sessions.check_fresh(self._identity, held)
        account = await self._own_account(held)
        await code_generators.confirm(
            self._identity, account, token=form["token"], code=form["code"], label=form["label"] or "TOTP"
        )
        await accounts.tell(self._identity.database.pool, account.id, "added_totp", by=account.id)
        return _back("generators")

    async def remove_credential(self, request: Request) -> Response:
        """A passkey or a generator."""
        held, form = await self._pages.sent(request)
        try:
            id_ = bytes.fromhex(form["credential"])
        except ValueError as error:
            raise StepExpired from error
        await signing_in.remove_credential(self._identity, held, id_)
        return _back("passkeys")

    async def set_password(self, request: Request) -> Response:
        """A new password."""
        held, form = await self._pages.sent(request)
        sessions.check_fresh(self._identity, held)
        account = await self._own_account(held)
        await passwords.set_password(self._identity, account, form["password"], current=form["current"])
        await sessions.end_all(self._identity, account.id, but=held.principal.session)
        await accounts.tell(self._identity.database.pool, account.id, "set_password", by=account.id)
        return _back("password")

    async def recovery_codes(self, request: Request) -> Response:
        """New codes, shown once."""
        held, _ = await self._pages.sent(request)
        await self._own_account(held)
        codes = await signing_in.new_recovery_codes(self._identity, held)
        return self._pages.render(request, "recovery_codes.html", held=held, codes=codes)

    async def link_identity(self, request: Request) -> Response:
        """Off to another provider, whose answer will be linked to this account: a form of this session, and a fresh proof."""
        held, form = await self._pages.sent(request)
        sessions.check_fresh(self._identity, held)
        account = await self._own_account(held)
        if (provider := self._identity.providers.get(form["provider"])) is None:
            raise StepExpired
        address, token = await relying_party.begin(self._identity, provider, link_to=account.id)
        response = self._pages.onward(request, address)
        cookies.put(self._identity, response, "step", token)
        return response

    async def withdraw(self, request: Request) -> Response:
        """What was granted to an application ends, with its tokens."""
        held, form = await self._pages.sent(request)
        key = int(form["grant"]) if form["grant"].isascii() and form["grant"].isdigit() else 0
        pool, account = self._identity.database.pool, held.principal.account
        if await applications.withdraw(pool, account, min(key, 2**63 - 1)):
            self._identity.held.clear()
            await accounts.tell(pool, account, "withdrew", by=account)
        return _back("applications")

    async def delegate(self, request: Request) -> Response:
        """To a secretary or a replacement, from a day to a day."""
        held, form = await self._pages.sent(request)
        await delegations.give(
            self._identity,
            held,
            to=form["to"],
            kind="replacement" if form["kind"] == "replacement" else "secretary",
            since=_day(form["since"]),
            until=_day(form["until"]) + timedelta(days=1),
        )
        return _back("delegations")

    async def end_delegation(self, request: Request) -> Response:
        """From either side."""
        held, form = await self._pages.sent(request)
        key = int(form["delegation"]) if form["delegation"].isascii() and form["delegation"].isdigit() else 0
        await delegations.end(self._identity, held, min(key, 2**63 - 1))
        self._identity.held.clear()
        return _back("delegations")

    async def _account(self, held: Held) -> Account:
        if (account := await accounts.by_id(self._identity.database.pool, held.principal.account)) is None:
            raise SignInNeeded
        return account

    async def _own_account(self, held: Held) -> Account:
        """A persona is shared by all visitors: nobody puts a lock of their own on it."""
        if (account := await self._account(held)).is_demo:
            raise SignInRefused
        return account


def _day(written: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(written), time(), UTC)
    except (ValueError, OverflowError) as error:
        raise DelegationRefused from error


def _back(section: str) -> Response:
    return RedirectResponse(f"/security#{section}", 303, _PRIVATE)
