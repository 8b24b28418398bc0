"""The outbox, for officers: which messages left, which wait, which failed. They hold no health data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.notifications.gateways import Outbox
from seve.engine.notifications.templates import rendered, template_of
from seve.store import notifications
from seve.web.record.room import Room

if TYPE_CHECKING:
    from seve.store.notifications import Message
    from seve.web.signin.pages import Endpoint

_MOST = 100
_KEPT_BACK = "…"


def outbox(room: Room) -> Endpoint:
    """`/desk/outbox`."""

    async def overview(request: Request) -> Response:
        held = await room.enter(request, "officer")
        found = await notifications.latest(room.engine.database.pool, limit=_MOST)
        gateways = room.engine.gateways
        messages = [(one, *_said(one, is_mailbox=isinstance(gateways[one.channel], Outbox))) for one in found]
        return room.render(request, "outbox.html", held=held, messages=messages, problem="")

    return overview


def _said(message: Message, *, is_mailbox: bool) -> tuple[str, str]:
    """Who holds a signed link acts for the person it was sent to: it is shown only where this page is their mailbox, too."""
    template = template_of(message.template)
    fields = {
        name: value if is_mailbox or template.fields[name] != "link" else _KEPT_BACK
        for name, value in message.fields.items()
    }
    return rendered(template, fields, message.language)
