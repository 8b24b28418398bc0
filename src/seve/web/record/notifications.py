"""My notifications: what one was told, and how one wants to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.notifications import pushing
from seve.engine.notifications.preferring import wish
from seve.engine.notifications.push_messages import public_text
from seve.engine.notifications.refusals import NoDevice, WrongAddress
from seve.engine.notifications.templates import read
from seve.store import devices, notifications
from seve.web.record.room import Room, back

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.web.signin.forms import Form

_MOST = 100


class NotificationPages:
    """For everybody who signs in."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(
        self, request: Request, *, refusal: WrongAddress | NoDevice | None = None, kept: Form | None = None
    ) -> Response:
        """The latest, and the wishes."""
        held = await self._room.pages.session(request)
        pool, account = self._room.engine.database.pool, held.principal.account
        language = self._room.pages.language(request)
        found = await notifications.of_account(pool, account, limit=_MOST)
        return self._room.render(
            request,
            "notifications.html",
            refusal.status if refusal else 200,
            held=held,
            told=[(one, *read(one, language)) for one in found],
            has_new=any(one.seen is None for one in found),
            wishes=await notifications.preference(pool, account),
            push_key=_push_key(self._room.engine),
            devices=await devices.of_account(pool, account),
            problem=self._room.told(request, refusal),
            kept=kept,
        )

    async def keep(self, request: Request) -> Response:
        """Keeps the wishes."""
        held, form = await self._room.pages.sent(request)
        try:
            wanted = wish(
                held.principal.account,
                language=form["language"],
                email=form["email"],
                phone=form["phone"],
                quiet_from=form["quiet_from"],
                quiet_until=form["quiet_until"],
            )
        except WrongAddress as refusal:
            return await self.overview(request, refusal=refusal, kept=form)
        await notifications.prefer(self._room.engine.database.pool, wanted)
        return back("/notifications", done="kept")

    async def subscribe(self, request: Request) -> Response:
        """Keeps the browser, which is told by web push from now on."""
        held, form = await self._room.pages.sent(request)
        engine = self._room.engine
        try:
            await pushing.subscribe(
                engine.database.pool,
                held.principal.account,
                endpoint=form["endpoint"],
                key=form["key"],
                auth=form["auth"],
                trusted=engine.events.hook_hosts,
            )
        except NoDevice as refusal:
            return await self.overview(request, refusal=refusal)
        return back("/notifications", done="told")

    async def forget(self, request: Request) -> Response:
        """A device of the visitor's is told no more."""
        held, form = await self._room.pages.sent(request)
        written = form["device"]
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 19 else 0
        await devices.forget(self._room.engine.database.pool, held.principal.account, number)
        return back("/notifications", done="forgotten")

    async def see(self, request: Request) -> Response:
        """Marks all as read."""
        held, _ = await self._room.pages.sent(request)
        await notifications.see(self._room.engine.database.pool, held.principal.account)
        return back("/notifications")


def _push_key(engine: Engine) -> str:
    """What browsers subscribe with; "" where an operator put something else in the place of web push."""
    gateway = engine.gateways["push"]
    return public_text(gateway.key) if isinstance(gateway, pushing.WebPush) else ""
