"""One process's terminology service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seve.engine.terminology import searching
from seve.engine.terminology.settling import settle
from seve.engine.terminology.sources import Documents, StoreSources
from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.search.query import Query
from seve.fhir.terminology.definitions import DefinitionTerminology, member
from seve.fhir.validation.seams import PendingCode
from seve.kernel.refusals import Issue

if TYPE_CHECKING:
    from seve.store.database import Database
    from seve.store.reading import Reader


class TerminologyService:
    """Decides what searches and validation ask of a terminology. `memory` answers what the definitions know, without waiting."""

    def __init__(self, database: Database, definitions: Definitions, *, base_url: str = "") -> None:
        self.memory = DefinitionTerminology(definitions)
        self._database = database
        self._base_url = base_url
        self._documents = Documents()

    def sources(self, *, reader: Reader | None = None, given: Sequence[Resource] = ()) -> StoreSources:
        """Sources for one request, by a connection when one is held; `given` are resources that came with it."""
        return StoreSources(reader or self._database.pool, self.memory.sources, self._documents, given=given)

    async def member(self, value_set: str, system: str | None, code: str) -> bool | None:
        """Whether a code is in a value set, by canonical; None when its content isn't known here. Raises TerminologyRefusal.

        `system` None means any of the systems that the value set draws from.
        """
        return await member(self.sources(), value_set, system, code=code)

    async def settled(self, query: Query) -> Query:
        """The query with `:in`, `:not-in`, `:above` and `:below` replaced by the codes they stand for.

        Raises searching.UnknownSearched, searching.SearchedTooLarge, TerminologyRefusal.
        """
        return await searching.settled(query, self.sources, base_url=self._base_url)

    async def settle(self, pending: Sequence[PendingCode]) -> list[Issue]:
        """What to tell of the codes that validation left open."""
        return await settle(self.sources(), pending) if pending else []
