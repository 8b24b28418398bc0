"""Asks, as a solution reaches them: requests that several may take over, each asked by a Task (`seve.engine.asks`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from seve.engine import asks as deeds
from seve.engine.asks import Ask, Taking
from seve.engine.refusals import NotFound as NoSuchResource
from seve.engine.refusals import VersionMismatch
from seve.sdk.refusals import Changed, NotFound, Undeclared

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.fhir import Resource
    from seve.sdk.manifest import Manifest
    from seve.store.grant import Grant

_WRITES: Final = ("Appointment", "CareTeam", "ServiceRequest", "Task")


class Asks:
    """For one visitor of one solution, whose manifest writes Appointment, CareTeam, ServiceRequest and Task."""

    def __init__(self, engine: Engine, grant: Grant, manifest: Manifest) -> None:
        self._engine = engine
        self._grant = grant
        self._manifest = manifest

    async def keep(self, request: Resource, asks: Sequence[Resource] = ()) -> Resource:
        """A request, new or changed, with the Tasks that ask for it (new or changed), all or nothing; as stored. Patients and who represents
        them may make one with the intent `proposal`. Raises NotAsked, Changed, InvalidContent, what access refuses.
        """
        self._check()
        try:
            return await deeds.keep(self._engine, self._grant, request, asks)
        except VersionMismatch as error:
            raise Changed from error

    async def mine(self, code: str, roles: Iterable[str]) -> tuple[Ask, ...]:
        """The asks of a code to these roles of the visitor's, the latest first: what they may know, and who it is for once it is theirs."""
        self._check()
        return await deeds.mine(self._engine, self._grant, code, roles)

    async def decline(self, id_: str) -> None:
        """They do not take it over. Raises NotFound, AskIsOver."""
        self._check()
        try:
            await deeds.decline(self._engine, self._grant, id_)
        except NoSuchResource as error:
            raise NotFound from error

    async def take(self, id_: str, taking: Taking) -> Resource:
        """They take it over, the first who does has it: the Appointment as stored. Raises NotFound, AskIsOver, TooLate, NoAgenda,
        NotTheirTime, NotFree.
        """
        self._check()
        try:
            return await deeds.take(self._engine, self._grant, id_, taking)
        except NoSuchResource as error:
            raise NotFound from error

    async def finish(self, id_: str) -> None:
        """The first visit was made. Raises NotFound, AskIsOver."""
        self._check()
        try:
            await deeds.finish(self._engine, self._grant, id_)
        except NoSuchResource as error:
            raise NotFound from error

    def _check(self) -> None:
        for type_ in _WRITES:
            if type_ not in self._manifest.writes:
                raise Undeclared(solution=self._manifest.id, verb="writes", type=type_)
