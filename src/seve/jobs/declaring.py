"""Jobs as they are declared: a name, a typed payload, what to do, how often to try."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from seve.store import jobs

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection

Payload = TypeVar("Payload", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Job(Generic[Payload]):
    """A kind of work. It may be done twice (a worker can be killed after it), so it must not matter.

    It is tried `attempts` times; the waits between double from `first_wait_seconds`. `schedule` is a cron line in UTC ("": none);
    the payload is then made of its defaults. `lock` gives a key: payloads of the same key are worked on one after the other.
    """

    name: str
    payload: type[Payload]
    work: Callable[[Engine, Payload], Awaitable[None]]
    queue: str = "default"
    attempts: int = 5
    first_wait_seconds: float = 5.0
    schedule: str = ""
    lock: Callable[[Payload], str] | None = None

    async def enqueue(self, connection: Connection, payload: Payload, *, wait_seconds: float = 0.0) -> int:
        """Puts it into the queue together with whatever else the connection's transaction writes; its number."""
        lock = f"{self.name} {self.lock(payload)}" if self.lock else ""
        content = msgspec.json.encode(payload)
        return await jobs.enqueue(
            connection, self.name, content, queue=self.queue, lock=lock, wait_seconds=wait_seconds
        )

    def wait_seconds(self, attempts: int) -> float | None:
        """How long to wait after so many failures; None when it has failed for good."""
        return self.first_wait_seconds * 2.0 ** (attempts - 1) if attempts < self.attempts else None
