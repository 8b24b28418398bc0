"""Sending one message, and saying what became of it; trying again is the job's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.engine.notifications.refusals import CannotSend, DeviceGone
from seve.engine.notifications.templates import rendered, template_of
from seve.store import notifications

if TYPE_CHECKING:
    from seve.engine.engine import Engine


async def send(engine: Engine, id_: int) -> None:
    """Sends a message that is not sent yet. Raises CannotSend."""
    pool = engine.database.pool
    message = await notifications.message(pool, id_)
    if message is None or message.state == "sent":
        return
    subject, body = rendered(template_of(message.template), message.fields, message.language)
    try:
        await engine.gateways[message.channel].send(message.address, subject=subject, body=body)
    except DeviceGone as refusal:  # nobody is there to be told: nothing to try again
        await notifications.settle(pool, id_, "failed", reason=str(refusal))
        return
    except CannotSend as refusal:
        await notifications.settle(pool, id_, "failed", reason=str(refusal))
        raise
    await notifications.settle(pool, id_, "sent")
