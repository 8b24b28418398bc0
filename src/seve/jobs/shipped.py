"""The jobs that a server works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from seve.engine.notifications import sending
from seve.engine.notifications.notifying import SEND
from seve.jobs.declaring import Job
from seve.store import agendas

if TYPE_CHECKING:
    from seve.engine.engine import Engine


class Message(msgspec.Struct, frozen=True):
    """A message by its number."""

    id: int = 0


async def _send(engine: Engine, message: Message) -> None:
    await sending.send(engine, message.id)


SENDING = Job(SEND, Message, _send, queue="notifications", attempts=8, first_wait_seconds=30.0)


class Nothing(msgspec.Struct, frozen=True):
    """The payload of what is only scheduled."""


async def _roll(engine: Engine, _: Nothing) -> None:
    await agendas.roll(engine.database.pool)


ROLLING = Job("agendas.roll", Nothing, _roll, queue="agendas", schedule="10 2 * * *")
JOBS: Sequence[Job[Any]] = (SENDING, ROLLING)
