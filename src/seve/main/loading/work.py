"""A worker process of a load: takes raw chunks, writes resources."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seve.engine.checking import Checker
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.kernel.identifiers import VersionClock
from seve.kernel.refusals import Refusal
from seve.main.child import settle_in
from seve.main.loading.resources import Refused, placed
from seve.main.wiring import definitions_of
from seve.store import loading
from seve.store.loading import Counts, Loadable

if TYPE_CHECKING:
    from seve.main.loading.chunks import Chunk, Document
    from seve.store.database import Connection

_CHUNKS_PER_COLLECTION = 64


@dataclass(frozen=True, slots=True)
class Terms:
    """What every worker of a load is told."""

    store_url: str
    base_url: str
    keeps_bundles: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a chunk."""

    counts: Counts
    refused: list[Refused]


@dataclass(slots=True)
class Worker:
    """One process's means: a connection, a clock, the definitions."""

    terms: Terms
    connection: Connection
    clock: VersionClock
    checker: Checker
    parameters: SearchParameters
    refused: list[Refused] = field(default_factory=list[Refused])
    chunks: int = 0

    @classmethod
    async def open(cls, terms: Terms) -> Worker:
        """Connected, with the definitions of the store."""
        connection = await loading.connect(terms.store_url)
        definitions = await definitions_of(connection)
        clock = await loading.next_clock(connection)
        return cls(terms, connection, clock, Checker(definitions), SearchParameters(definitions))

    async def load(self, chunk: Chunk) -> Outcome:
        """Writes a chunk, but for what is refused."""
        self.refused = []
        loadables = [loadable for document in chunk.documents for loadable in self.loadables(document)]
        counts = await loading.write_chunk(self.connection, self.clock, loadables, chunk=chunk.key)
        return Outcome(counts, self.refused)

    def loadables(self, document: Document) -> list[Loadable]:
        """The resources of a document that pass every check, with their index entries."""
        found = list[Loadable]()
        for entry in placed(document, keeps_bundles=self.terms.keeps_bundles, refuse=self.refused.append):
            try:
                self.checker.check(entry.resource)
            except Refusal as refusal:
                place = f"{entry.place} {entry.resource['resourceType']}/{entry.resource['id']}".strip()
                self.refused.append(Refused.by(refusal, document, place))
                continue
            entries = extract(entry.resource, parameters=self.parameters, base_url=self.terms.base_url)
            found.append(Loadable.of(entry.resource, entries))
        return found


_process: list[tuple[asyncio.AbstractEventLoop, Worker]] = []


def start(terms: Terms) -> None:
    """Prepares this process."""
    settle_in()
    gc.disable()  # parsed documents are trees: looking for cycles in them costs a quarter of the load
    loop = asyncio.new_event_loop()
    _process.append((loop, loop.run_until_complete(Worker.open(terms))))


def work(chunk: Chunk) -> Outcome:
    """One chunk, in this process."""
    [(loop, worker)] = _process
    outcome = loop.run_until_complete(worker.load(chunk))
    worker.chunks += 1
    if worker.chunks % _CHUNKS_PER_COLLECTION == 0:
        gc.collect()
    return outcome
