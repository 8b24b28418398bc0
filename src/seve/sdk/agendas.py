"""Agendas, as a solution reaches them: free times, and the deeds on appointments that the engine checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.engine import agendas as deeds
from seve.engine.agendas import Alone
from seve.engine.refusals import NotFound as NoSuchResource
from seve.engine.refusals import VersionMismatch
from seve.sdk.refusals import Changed, NotFound, Undeclared
from seve.store import agendas
from seve.store.agendas import Free, Wanted

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.fhir import Resource
    from seve.sdk.manifest import Manifest
    from seve.store.grant import Grant


class Agendas:
    """For one visitor of one solution, whose manifest reads Schedule, and writes Appointment to book."""

    def __init__(self, engine: Engine, grant: Grant, manifest: Manifest) -> None:
        self._engine = engine
        self._grant = grant
        self._manifest = manifest

    async def free(self, wanted: Wanted) -> tuple[Free, ...]:
        """The first times that are free, in order. Whose time it is, is public; who takes it is not told."""
        if "Schedule" not in self._manifest.reads:
            raise Undeclared(solution=self._manifest.id, verb="reads", type="Schedule")
        return await agendas.free(self._engine.database.pool, wanted)

    async def book(self, appointment: Resource, *, alone: Alone | None = None) -> Resource:
        """A new appointment of the agenda that it names (`seve.fhir.scheduling.with_asked`), as stored. With `alone`, nobody books for
        its patients meanwhile: what it counts stands until the booking is written.

        Raises NotFree (with the next choices), NotTheirTime, NoAgenda, InvalidContent, what `alone` refuses.
        """
        self._check()
        return await deeds.book(self._engine, self._grant, appointment, alone=alone)

    async def change(self, appointment: Resource) -> Resource:
        """An appointment that was read, changed; as stored. Moving it asks for free time as booking does.

        Raises Changed when it is not the latest any more, NotFound, NotFree, NotTheirTime, NotTheirPart, InvalidContent.
        """
        self._check()
        try:
            return await deeds.change(self._engine, self._grant, appointment)
        except NoSuchResource as error:
            raise NotFound from error
        except VersionMismatch as error:
            raise Changed from error

    async def keep(self, schedule: Resource) -> Resource:
        """A new agenda of the visitor's, or one that was read, changed; as stored.

        Raises Changed, NotFound, NotTheirTime, InvalidContent.
        """
        self._check("Schedule")
        try:
            return await deeds.keep(self._engine, self._grant, schedule)
        except NoSuchResource as error:
            raise NotFound from error
        except VersionMismatch as error:
            raise Changed from error

    def _check(self, type_: str = "Appointment") -> None:
        if type_ not in self._manifest.writes:
            raise Undeclared(solution=self._manifest.id, verb="writes", type=type_)
