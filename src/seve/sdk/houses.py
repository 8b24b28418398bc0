"""An organisation's own file, as a solution reaches it: documents shared to the record and withdrawn, and the rule that shares some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from seve.engine import houses as deeds
from seve.engine.refusals import NotFound as NoSuchResource
from seve.engine.refusals import VersionMismatch
from seve.fhir.house_documents import Rule
from seve.sdk.refusals import Changed, NotForYou, NotFound, Undeclared

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.houses import Hindrance, Standing
    from seve.fhir import Resource
    from seve.sdk.manifest import Manifest
    from seve.store.grant import Grant

_WRITES: Final = ("Binary", "DocumentReference", "PlanDefinition")


class Houses:
    """For one visitor of one solution, whose manifest writes Binary, DocumentReference and PlanDefinition."""

    def __init__(self, engine: Engine, grant: Grant, manifest: Manifest) -> None:
        self._engine = engine
        self._grant = grant
        self._manifest = manifest

    @property
    def own(self) -> str:
        """The organisation that the visitor acts for. Raises NoHouse."""
        return deeds.house_of(self._grant)

    async def share(self, id_: str, *, by: str, name: str) -> Resource:
        """The copy of a document in the shared record. Raises NotFound, NoHouse, NotCurrent, AlreadyShared, RecordNotOpen, NotQualified,
        what access refuses.
        """
        self._check()
        try:
            return await deeds.share(self._engine, self._grant, id_, by=by, name=name)
        except NoSuchResource as error:
            raise NotFound from error

    async def withdraw(self, id_: str) -> None:
        """What the record has of it goes into the archive. Raises NotFound, NoHouse, NotShared, what access refuses."""
        self._check()
        try:
            await deeds.withdraw(self._engine, self._grant, id_)
        except NoSuchResource as error:
            raise NotFound from error

    async def standings(self, documents: Sequence[Resource]) -> dict[str, Standing]:
        """How documents that the visitor was shown stand in the record, by id. Others than those of the visitor's organisation are left out."""
        self._check()
        own = deeds.house_of(self._grant)
        theirs = [one for one in documents if one.get("custodian", {}).get("reference") == own]
        return await deeds.standings(self._engine, self._grant, theirs)

    async def hindrance(self, document: Resource) -> Hindrance | None:
        """What hinders the rule from sharing a document that the visitor was shown; None for nothing."""
        self._check()
        return await deeds.hindrance(self._engine, self._grant, document)

    async def rule(self) -> Rule:
        """The rule of the visitor's organisation. Raises NoHouse."""
        self._check()
        return await deeds.rule(self._engine, deeds.house_of(self._grant))

    @property
    def may_rule(self) -> bool:
        """Whether the visitor is one of those who set the rule."""
        return deeds.may_rule(self._grant)

    async def keep_rule(self, wanted: Rule) -> Rule:
        """Sets it from now on. Raises NoHouse, NotTheirRule, Changed."""
        self._check()
        try:
            return await deeds.keep_rule(self._engine, self._grant, wanted)
        except VersionMismatch as error:
            raise Changed from error

    async def share_by_rule(self, id_: str) -> bool:
        """Carries out the rule on one document; whether that shared it. A visitor asks so of what they see of their own file; the rule
        decides. Raises NotFound.
        """
        self._check()
        try:
            if self._grant.sight is not None:
                await deeds.kept(self._engine, self._grant, id_)
        except NoSuchResource as error:
            raise NotFound from error
        found = await deeds.share_by_rule(self._engine, id_)
        return isinstance(found, dict)

    async def waiting_of(self, patient: str) -> tuple[str, ...]:
        """The ids of what organisations keep about a patient. For work in the background alone: raises NotForYou for a visitor."""
        self._check()
        if self._grant.sight is not None:
            raise NotForYou
        return await deeds.waiting_of(self._engine, patient)

    def _check(self) -> None:
        for type_ in _WRITES:
            if type_ not in self._manifest.writes:
                raise Undeclared(solution=self._manifest.id, verb="writes", type=type_)
