"""The admissions office, as a solution reaches it: stays that are expected, and patients whom it may know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.engine import admissions as deeds
from seve.engine.access.finding import Traits
from seve.engine.refusals import NotFound as NoSuchResource
from seve.sdk.refusals import NotFound, Undeclared

if TYPE_CHECKING:
    from datetime import date

    from seve.engine.engine import Engine
    from seve.fhir import Resource
    from seve.france.cards import Authorities
    from seve.sdk.manifest import Manifest
    from seve.store.grant import Grant


class Admissions:
    """For one visitor of one solution, whose manifest writes Encounter (and Patient, to register one)."""

    def __init__(self, engine: Engine, grant: Grant, manifest: Manifest) -> None:
        self._engine = engine
        self._grant = grant
        self._manifest = manifest

    async def expect(self, appointment_id: str) -> Resource:
        """The planned stay of an appointment, made once. Raises NotFound, NoOffice."""
        self._check("Encounter")
        try:
            return await deeds.expect(self._engine, self._grant, appointment_id)
        except NoSuchResource as error:
            raise NotFound from error

    async def present(self, *, family: str, given: str, birth_date: str) -> str:
        """`Patient/id` of who stands at the desk. Raises NotTheOffice, NobodyToOpen, TooManyAttempts."""
        self._check("Encounter")
        traits = Traits(family=family, given=given, birth_date=birth_date)
        return await deeds.present(self._engine, self._grant, traits)

    async def register(self, patient: Resource) -> Resource:
        """A new patient, as stored. Raises NotTheOffice, InvalidContent."""
        self._check("Patient")
        return await deeds.register(self._engine, self._grant, patient)

    async def leave(self, patient: str, *, day: date) -> None:
        """The last stay of a patient ended. Raises NotTheOffice, NotFound."""
        self._check("Encounter")
        try:
            await deeds.leave(self._engine, self._grant, patient, day=day)
        except NoSuchResource as error:
            raise NotFound from error

    def authorities(self) -> Authorities:
        """Whose signatures on identity cards are known. Raises ValueError for a file among them that is no certificate."""
        return deeds.authorities(self._engine.ledger.keys.directory)

    def _check(self, type_: str) -> None:
        if type_ not in self._manifest.writes:
            raise Undeclared(solution=self._manifest.id, verb="writes", type=type_)
