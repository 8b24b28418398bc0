"""The outbox, for officers: which messages left, which wait, which failed. They hold no health data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.notifications.templates import rendered, template_of
from seve.store import notifications
from seve.web.record.room import Room

if TYPE_CHECKING:
    from seve.store.notifications import Message
    from seve.web.signin.pages import Endpoint

_MOST = 100


def outbox(room: Room) -> Endpoint:
    """`/desk/outbox`."""

    async def overview(request: Request) -> Response:
        held = await room.enter(request, "officer")
        found = await notifications.latest(room.engine.database.pool, limit=_MOST)
        messages = [(message, *_said(message)) for message in found]
        return room.render(request, "outbox.html", held=held, messages=messages, problem="")

    return overview


def _said(message: Message) -> tuple[str, str]:
    return rendered(template_of(message.template), message.fields, message.language)
