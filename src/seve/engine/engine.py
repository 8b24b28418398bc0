"""The engine: what every interaction needs, wired once a process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seve.engine.checking import Checker
from seve.engine.ice import IceServers
from seve.engine.identity.keys import Keys
from seve.engine.notifications.gateways import Gateway, Outbox
from seve.engine.notifications.pushing import WebPush
from seve.engine.operations.definitions import definitions as own_definitions
from seve.engine.pages import PageLinks
from seve.engine.subscriptions.knowing import Events
from seve.engine.terminology import TerminologyService
from seve.fhir import Resource
from seve.fhir.codec import decode_json
from seve.fhir.definitions import Definitions
from seve.fhir.search.entries import Entries
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.kernel.refusals import InvalidContent
from seve.store.audit.ledger import Ledger
from seve.store.read_lane import ReadLane
from seve.store.writing import CommitLane, Writing

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring
    from seve.store.database import Database
    from seve.store.notifications import Channel


_FIRST = (
    b'{"resourceType":"Observation","status":"final","code":{"text":"x"},'
    b'"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"}}'
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for."""

    page: int = 20
    page_most: int = 1_000
    included_most: int = 2_000
    bundle_entries: int = 10_000


@dataclass(slots=True, eq=False)
class Engine:
    """Definitions in force, the store, and the rules between them. `base_url` ends without a slash; `oauth_url` is where tokens
    come from ("" without access control).
    """

    database: Database
    definitions: Definitions
    parameters: SearchParameters
    checker: Checker
    terminology: TerminologyService
    pages: PageLinks
    base_url: str = ""
    oauth_url: str = ""
    import_hosts: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    gateways: dict[Channel, Gateway] = field(default_factory=lambda: {"email": Outbox(), "sms": Outbox()})
    ice: IceServers = field(default_factory=IceServers)
    opening_notice_days: int = 42
    ledger: Ledger = field(kw_only=True)
    events: Events = field(kw_only=True)
    lane: CommitLane = field(init=False)
    reads: ReadLane = field(init=False)

    def __post_init__(self) -> None:
        self.lane = CommitLane(self.database, self.ledger)
        self.reads = ReadLane(self.database, self.ledger)

    @asynccontextmanager
    async def writing(self, *, locks: Sequence[int]) -> AsyncGenerator[Writing]:
        """A transaction that holds advisory locks; what it writes and its entries in the trail are committed together."""
        async with self.ledger.strand() as strand:
            async with self.database.transaction(locks=locks) as connection:
                yield Writing(connection, self.database, strand)
            strand.advance()

    @classmethod
    async def open(
        cls,
        database: Database,
        definitions: Definitions,
        *,
        keys: Keyring,
        base_url: str,
        import_hosts: frozenset[str] = frozenset(),
        hook_hosts: frozenset[str] = frozenset(),
    ) -> Engine:
        """An engine on a prepared store. `keys` are those of the audit trail; `import_hosts` are those that `$import` may read from,
        `hook_hosts` those of private networks that subscriptions may call.
        """
        definitions = definitions.with_resources(own_definitions())
        terminology = TerminologyService(database, definitions, base_url=base_url)
        engine = cls(
            database=database,
            definitions=definitions,
            parameters=SearchParameters(definitions),
            checker=Checker(definitions, terminology=terminology.memory),
            terminology=terminology,
            pages=await PageLinks.open(database),
            base_url=base_url,
            import_hosts=import_hosts,
            ledger=Ledger(database, keys),
            events=Events.open(Keys(keys.directory), definitions, hook_hosts=hook_hosts),
        )
        engine.gateways["push"] = WebPush.open(
            database.pool, Keys(keys.directory).pushing, subject=base_url, trusted=hook_hosts
        )
        engine.warm()
        return engine

    def warm(self) -> None:
        """Builds what is built once (types, units), so that the first request does not wait for it."""
        found = decode_json(_FIRST)
        self.checker.check(found)
        self.entries(found)

    async def check(self, resource: Resource) -> None:
        """Raises InvalidContent with every issue when a rule is broken; codes that memory can't decide are asked of the store."""
        pending = self.checker.check(resource)
        issues = await self.terminology.settle(pending)
        if any(issue.severity == "error" for issue in issues):
            raise InvalidContent(issues)

    def entries(self, resource: Resource) -> Entries:
        """The index entries of a resource."""
        return extract(resource, parameters=self.parameters, base_url=self.base_url)
