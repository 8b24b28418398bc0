"""The engine: what every interaction needs, wired once a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seve.engine.checking import Checker
from seve.engine.operations.definitions import definitions as own_definitions
from seve.engine.pages import PageLinks
from seve.engine.terminology import TerminologyService
from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.search.entries import Entries
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.store.read_lane import ReadLane
from seve.store.writing import CommitLane

if TYPE_CHECKING:
    from seve.store.database import Database


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for."""

    page: int = 20
    page_most: int = 1_000
    included_most: int = 2_000
    bundle_entries: int = 10_000


@dataclass(slots=True, eq=False)
class Engine:
    """Definitions in force, the store, and the rules between them. `base_url` ends without a slash."""

    database: Database
    definitions: Definitions
    parameters: SearchParameters
    checker: Checker
    terminology: TerminologyService
    pages: PageLinks
    base_url: str = ""
    import_hosts: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    lane: CommitLane = field(init=False)
    reads: ReadLane = field(init=False)

    def __post_init__(self) -> None:
        self.lane = CommitLane(self.database)
        self.reads = ReadLane(self.database)

    @classmethod
    async def open(
        cls, database: Database, definitions: Definitions, *, base_url: str, import_hosts: frozenset[str] = frozenset()
    ) -> Engine:
        """An engine on a prepared store. `import_hosts` are those that `$import` may read from."""
        definitions = definitions.with_resources(own_definitions())
        return cls(
            database=database,
            definitions=definitions,
            parameters=SearchParameters(definitions),
            checker=Checker(definitions),
            terminology=TerminologyService(database, definitions, base_url=base_url),
            pages=await PageLinks.open(database),
            base_url=base_url,
            import_hosts=import_hosts,
        )

    def entries(self, resource: Resource) -> Entries:
        """The index entries of a resource."""
        return extract(resource, parameters=self.parameters, base_url=self.base_url)
