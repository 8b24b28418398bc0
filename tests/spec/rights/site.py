"""The pages over the small world of access: a browser for each of its readers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
from starlette.applications import Starlette
from tests.spec.access.world import World
from tests.spec.signin.place import Browser

from seve.engine.identity.service import Identity
from seve.web.app import pages
from seve.web.desk import desk_routes
from seve.web.record import record_routes
from seve.web.signin import signin_routes
from seve.web.visitors import SignedInVisitors

SITE = "http://sante.example"


@dataclass(slots=True)
class Site:
    """The whole of the pages, and who may sign in."""

    world: World
    identity: Identity
    keys: Path

    def application(self) -> Starlette:
        engine, identity = self.world.engine, self.identity
        routes = [*signin_routes(identity), *record_routes(engine, identity), *desk_routes(engine, identity)]
        return pages(engine, SignedInVisitors(engine, identity), routes=routes)

    async def browser(self, name: str) -> Browser:
        """A browser in the session of one of the world's readers."""
        from seve.engine.identity.tokens import digest, new_token

        token = new_token()
        await self.world.engine.database.pool.execute(
            "UPDATE session SET token = $1, csrf = $2 WHERE key = $3",
            digest(token),
            os.urandom(32),
            self.world.principals[name].session,
        )
        self.identity.held.clear()
        transport = httpx.ASGITransport(app=self.application())
        client = httpx.AsyncClient(transport=transport, base_url=SITE, headers={"accept-language": "fr"})
        client.cookies.set("seve", token)
        return Browser(client)


def text(browser: Browser) -> str:
    return unescape(browser.page)


__all__ = ["SITE", "Site", "text"]
