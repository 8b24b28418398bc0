"""Loading: many resources that keep their ids, by COPY, a chunk in one transaction with the mark that it is done.

A killed load goes on by the same chunks: those marked are passed over. The mark falls with the last commit, so nothing is
written twice and nothing is left out. What others write meanwhile is respected: the unique index (ref, version) decides, and
the loser looks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncpg

from seve.fhir import Resource
from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import hashed
from seve.kernel.identifiers import VersionClock
from seve.store.copying import CopyRows, VersionRow
from seve.store.deeds import Current
from seve.store.queries import statements
from seve.store.rows import Traits
from seve.store.staging import stamped

if TYPE_CHECKING:
    from seve.store.database import Connection

_ATTEMPTS = 20
_SESSION = {
    "application_name": "seve load",
    "jit": "off",
    "timezone": "UTC",
    "synchronous_commit": "off",  # the end of the load flushes
    "statement_timeout": "0",
}


@dataclass(frozen=True, slots=True)
class Loadable:
    """A checked resource with its id, and its index entries."""

    resource: Resource
    entries: Entries
    ref: int

    @classmethod
    def of(cls, resource: Resource, entries: Entries) -> Loadable:
        """With the key of the resource."""
        return cls(resource, entries, hashed(f"{resource['resourceType']}/{resource['id']}"))


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the resources of a chunk. All zero when another process wrote it before."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


class LoadContendedError(RuntimeError):
    """Others changed the same resources again and again; the chunk was not written."""

    def __init__(
        self, message: str = "others keep changing the same resources; run the same load again to go on"
    ) -> None:
        super().__init__(message)  # an argument, so that it can come from another process


class LoadTakenError(RuntimeError):
    """Two appointments take the same time of one person or room; nothing of their chunk was written."""

    def __init__(
        self,
        message: str = "two appointments take the same time of one professional, seat or room: correct one of them (start, end, "
        "status), then run the same load again to go on",
    ) -> None:
        super().__init__(message)


async def connect(url: str) -> Connection:
    """A connection for a load."""
    return await asyncpg.connect(url, server_settings=_SESSION)


async def next_clock(connection: Connection) -> VersionClock:
    """A clock of `vid`s with a worker number of its own."""
    return VersionClock(await connection.fetchval("SELECT nextval('worker_number')"))


async def write_chunk(
    connection: Connection, clock: VersionClock, loadables: Sequence[Loadable], *, chunk: int
) -> Counts:
    """Writes one chunk and marks it. Raises LoadContendedError, LoadTakenError."""
    for _ in range(_ATTEMPTS):
        try:
            async with connection.transaction():
                if await connection.fetchval(statements("loading")["claim"], chunk) is None:
                    return Counts()
                return await _write(connection, clock, loadables)
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            continue
        except asyncpg.ExclusionViolationError as error:
            raise LoadTakenError from error
    raise LoadContendedError


async def _write(connection: Connection, clock: VersionClock, loadables: Sequence[Loadable]) -> Counts:
    refs = list({loadable.ref for loadable in loadables})
    found = await connection.fetch(statements("write")["current"], refs)
    stage = _Stage(clock, {row["ref"]: Current.of(row) for row in found})
    for loadable in loadables:
        stage.add(loadable)
    await stage.rows().write(connection)
    if stage.ended:
        await connection.execute(statements("loading")["end_versions"], stage.ended)
    return Counts(stage.created, len(stage.staged) - stage.created, len(loadables) - len(stage.staged))


@dataclass(slots=True)
class _Stage:
    clock: VersionClock
    current: dict[int, Current]
    staged: list[tuple[VersionRow, Entries]] = field(default_factory=list[tuple[VersionRow, Entries]])
    ended: list[int] = field(default_factory=list[int])
    created: int = 0

    def add(self, loadable: Loadable) -> None:
        """Stages the next version of a resource, unless it is what stands already."""
        resource, before = loadable.resource, self.current.get(loadable.ref)
        type_, id_ = resource["resourceType"], resource["id"]
        if before and before.body == stamped(resource, id_, vid=before.vid, version=before.version):
            return
        vid = self.clock.next(after=before.vid if before else 0)
        version = before.version + 1 if before else 1
        body = stamped(resource, id_, vid=vid, version=version)
        author = before.traits.author if before else 0
        self.staged.append((VersionRow(vid, loadable.ref, version, type_, id_, "PUT", body, author), loadable.entries))
        self.current[loadable.ref] = Current(vid, version, body, Traits.of(loadable.entries, author=author))
        self.created += before is None or before.body is None
        if before:
            self.ended.append(before.vid)

    def rows(self) -> CopyRows:
        """All rows; in the order of `ref`, in which no two loads can wait for each other."""
        rows = CopyRows()
        for row, entries in sorted(self.staged, key=lambda staged: (staged[0].ref, staged[0].version)):
            rows.add_version(row, entries)
        return rows


async def loaded(connection: Connection) -> set[int]:
    """The chunks of a load under way that are in the store."""
    return {row["chunk"] for row in await connection.fetch(statements("loading")["loaded"])}


async def is_under_way(connection: Connection) -> bool:
    """Whether a load was begun and not completed."""
    found: bool = await connection.fetchval(statements("loading")["is_under_way"])
    return found


async def complete(connection: Connection) -> None:
    """Forgets the marks; once it returns, everything that was loaded is on disk."""
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = on")
        await connection.execute(statements("loading")["forget"])


async def vacuum(connection: Connection) -> None:
    """Statistics and the visibility map, without which the first searches would be slow."""
    await connection.execute("VACUUM ANALYZE")
