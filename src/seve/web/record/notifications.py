"""My notifications: what one was told, and how one wants to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.notifications.preferring import wish
from seve.engine.notifications.refusals import WrongAddress
from seve.engine.notifications.templates import read
from seve.store import notifications
from seve.web.record.room import Room, back

if TYPE_CHECKING:
    from seve.web.signin.forms import Form

_MOST = 100


class NotificationPages:
    """For everybody who signs in."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(
        self, request: Request, *, refusal: WrongAddress | None = None, kept: Form | None = None
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

    async def see(self, request: Request) -> Response:
        """Marks all as read."""
        held, _ = await self._room.pages.sent(request)
        await notifications.see(self._room.engine.database.pool, held.principal.account)
        return back("/notifications")
