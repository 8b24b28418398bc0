"""Visitors who signed in: from the session's cookie to a principal and a grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from seve.engine.access.held import Grants
from seve.engine.identity.refusals import SignInNeeded
from seve.engine.identity.sessions import principal_of_cookie, session_of_cookie
from seve.web.signin import cookies
from seve.web.signin.badges import Badge, badge_of
from seve.web.signin.devices import address_of

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.engine.identity.service import Identity
    from seve.store.grant import Grant


class SignedInVisitors:
    """Those with a session in force; everybody else is led to sign-in."""

    def __init__(self, engine: Engine, identity: Identity) -> None:
        self._identity = identity
        self._grants = Grants(engine.parameters, base_url=engine.base_url)

    async def principal(self, request: Request) -> Principal | None:
        """Who is signed in; None for nobody."""
        cookie = cookies.read(self._identity, request, "session")
        return await principal_of_cookie(self._identity, cookie) if cookie else None

    async def badge(self, request: Request) -> Badge | None:
        """What the frame of a page says of them; None for nobody."""
        cookie = cookies.read(self._identity, request, "session")
        held = await session_of_cookie(self._identity, cookie) if cookie else None
        return await badge_of(self._identity.database, held) if held else None

    async def grant(self, request: Request) -> Grant:
        """What they may see. Raises SignInNeeded."""
        principal = await self.principal(request)
        if principal is None:
            raise SignInNeeded
        return self._grants.of(principal, source=address_of(request), request="")
