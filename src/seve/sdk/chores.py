"""Work of a solution in the background: `jobs.py` names it in `JOBS`, the queue does it, on a schedule or when asked.

It is the platform's own work, under no visitor's grant, and still within the types that the manifest names.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Generic

import msgspec

from seve.engine.access import open_grant
from seve.engine.identity.keys import Keys
from seve.engine.notifications.notifying import notify
from seve.jobs.declaring import Job as QueueJob
from seve.jobs.declaring import Payload
from seve.sdk.admissions import Admissions
from seve.sdk.agendas import Agendas
from seve.sdk.asks import Asks
from seve.sdk.houses import Houses
from seve.sdk.links import Links
from seve.sdk.records import Records
from seve.store import jobs

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.sdk.manifest import Manifest
    from seve.sdk.solution import Solution
    from seve.store.grant import Grant

_SLIP_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Job(Generic[Payload]):
    """A kind of work, named within its solution. It may be done twice, so it must not matter. `payload` holds ids, never what a
    record says; `schedule` is a cron line in UTC ("": none), whose payload is made of its defaults.
    """

    name: str
    payload: type[Payload]
    work: Callable[[Chores, Payload], Awaitable[None]]
    schedule: str = ""
    attempts: int = 5


class Doors:
    """Telling people and asking for work: the same from a page and from the background."""

    def __init__(self, engine: Engine, grant: Grant, manifest: Manifest) -> None:
        self._engine = engine
        self._manifest = manifest
        self.records = Records(engine, grant, manifest)
        self.agendas = Agendas(engine, grant, manifest)
        self.asks = Asks(engine, grant, manifest)
        self.admissions = Admissions(engine, grant, manifest)
        self.houses = Houses(engine, grant, manifest)
        self.links = Links(engine, manifest)

    @property
    def opening_notice_days(self) -> int:
        """How long before the automatic opening of records people are told: a setting, never less than the law's six weeks."""
        return self._engine.opening_notice_days

    async def notify(self, person: str, template: str, **fields: object) -> int:
        """Tells a person (a reference) something, by a template of the platform; how many accounts of theirs were told.

        Raises UnknownTemplate, WrongField.
        """
        async with self._engine.database.transaction() as connection:
            return await notify(connection, person, template, now=datetime.now(UTC), **fields)

    async def notify_practice(self, role: str, template: str, **fields: object) -> int:
        """The same for who acts in a role (`PractitionerRole/1`): the professional, and the secretaries who act for them now. The manifest
        reads PractitionerRole.
        """
        found = await self.records.search("PractitionerRole", ("_id", role.partition("/")[2]))
        people = [str(one.get("practitioner", {}).get("reference", "")) for one in found.matches]
        return sum([await self.notify(one, template, **fields) for one in (role, *people) if one])

    async def enqueue(
        self, job: Job[Payload], payload: Payload, *, wait_seconds: float = 0.0, slip: bytes = b""
    ) -> None:
        """Asks for work of the solution. A `slip` is what the work needs and the queue may not show: sealed, under the name that the
        payload's field `slip` gets, until the work tears it or an officer discards the job.
        """
        queued = _queued(job, self._manifest)
        async with self._engine.database.transaction() as connection:
            if slip:
                name = secrets.token_urlsafe(_SLIP_BYTES)
                payload = msgspec.structs.replace(payload, slip=name)
                await jobs.keep_slip(connection, name, self._keys.seal(slip, about=_about(name)))
            await queued.enqueue(connection, payload, wait_seconds=wait_seconds)

    @property
    def _keys(self) -> Keys:
        return Keys(self._engine.ledger.keys.directory)


class Chores(Doors):
    """What work in the background has at hand."""

    async def slip(self, name: str) -> bytes | None:
        """What came with the work; None once it was torn."""
        sealed = await jobs.slip(self._engine.database.pool, name)
        return self._keys.open(sealed, about=_about(name)) if sealed is not None else None

    async def tear(self, name: str) -> None:
        """The work is done: nothing of the slip is left."""
        await jobs.tear_slip(self._engine.database.pool, name)

    @property
    def now(self) -> datetime:
        """The time, with its zone."""
        return datetime.now(UTC)


def _about(name: str) -> str:
    return f"slip {name}"


def queue_jobs(solution: Solution) -> list[QueueJob[Any]]:
    """The jobs of a solution as the queue knows them."""
    return [_queued(job, solution.manifest) for job in solution.jobs]


def _queued(job: Job[Payload], manifest: Manifest) -> QueueJob[Payload]:
    async def work(engine: Engine, payload: Payload) -> None:
        await job.work(Chores(engine, open_grant(), manifest), payload)

    name = f"{manifest.id}.{job.name}"
    return QueueJob(name, job.payload, work, queue=manifest.id, attempts=job.attempts, schedule=job.schedule)
