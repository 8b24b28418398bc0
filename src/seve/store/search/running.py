"""Reading pages: which set drives is decided by counting a few entries of each, so that a page costs what it shows.

1. *Probe*: each criterion that can drive is counted up to `PROBE`. A small one is collected, the others test its members.
2. *Walk*: when all are large, one index is read in the order asked for, at most `WALK` entries, testing each; dense answers
   fill a page at once.
3. *Collect*: a walk that ends without filling its page means a sparse answer: the first criterion's set is collected whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from seve.fhir.search.query import And, Chain, Criterion, Has, Or, Query, Sort
from seve.store.search.arguments import Statement
from seve.store.search.conditions import conditions
from seve.store.search.ordering import order_by, walk
from seve.store.search.sources import can_drive, ordered_source, source

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection
    from seve.store.grant import Grant

    Records: TypeAlias = list[asyncpg.Record]

PROBE = 1_000
SHORT_WALK = 400
WALK = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: the snapshot of the first page, and the last `vid` shown (order of time) or how many were shown."""

    snapshot: str
    before: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One match of a search."""

    vid: int
    type: str
    id: str
    version: int
    body: str
    patient: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of matches; `next` is None on the last one."""

    matches: tuple[Found, ...]
    next: Place | None


async def search(connection: Connection, grant: Grant, query: Query, *, count: int, place: Place | None = None) -> Page:
    """One page of at most `count` matches, newest first unless the query sorts."""
    reader = _Reader(connection, grant, query, count=count + 1, place=place)
    rows = await reader.rows()
    shown = tuple(Found(r["vid"], r["type"], r["id"], r["version"], r["body"], r["patient"]) for r in rows[:count])
    snapshot = place.snapshot if place else rows[0]["snapshot"] if rows else ""
    return Page(shown, _next(reader, snapshot, shown) if len(rows) > count else None)


async def total(connection: Connection, grant: Grant, query: Query, *, snapshot: str | None = None) -> int:
    """How many resources match, exactly."""
    driver = await _smallest(connection, grant, [c for c in query.criteria if can_drive(c)])
    statement = Statement(grant, snapshot)
    relation = _driven(driver[0], statement) if driver else "version v"
    rest = _rest(query, driver[0] if driver else None)
    sql = f"SELECT count(*) FROM {relation} WHERE {_admitted(query, statement)} AND {conditions(rest, statement, 'v')}"
    value: int = await connection.fetchval(sql, *statement.arguments)
    return value


def _next(reader: _Reader, snapshot: str, shown: tuple[Found, ...]) -> Place:
    if reader.is_by_time and shown:
        return Place(snapshot, before=shown[-1].vid)
    return Place(snapshot, offset=reader.offset + len(shown))


async def _smallest(connection: Connection, grant: Grant, criteria: list[Criterion]) -> tuple[Criterion, int] | None:
    """The criterion with the fewest entries, and how many (at most PROBE). Chains are only counted when no other is small."""
    simple: list[Criterion] = [c for c in criteria if not isinstance(c, (Chain, Has, And, Or))]
    best = await _counted(connection, grant, simple)
    if best is not None and best[1] < PROBE:
        return best
    nested = await _counted(connection, grant, [c for c in criteria if c not in simple])
    return min((found for found in (nested, best) if found), key=lambda found: found[1], default=None)


async def _counted(connection: Connection, grant: Grant, criteria: list[Criterion]) -> tuple[Criterion, int] | None:
    if not criteria:
        return None
    statement = Statement(grant)
    probes = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM ({source(c, statement)}) s LIMIT {PROBE}) p)" for c in criteria
    )
    row = await connection.fetchrow(f"SELECT {probes}", *statement.arguments)
    assert row is not None
    counts = list(row.values())
    best = min(range(len(criteria)), key=counts.__getitem__)
    return criteria[best], counts[best]


def _driven(driver: Criterion, statement: Statement, *, order: str = "") -> str:
    """The versions that a criterion drives to; in an order of `vid` when asked for, so that a page ends the join early."""
    return (
        f"(SELECT DISTINCT vid FROM ({source(driver, statement)}) s{order} OFFSET 0) d JOIN version v ON v.vid = d.vid"
    )


def _rest(query: Query, driver: Criterion | None) -> tuple[Criterion, ...]:
    return tuple(c for c in query.criteria if c is not driver)


def _admitted(query: Query, statement: Statement) -> str:
    return f"{_of_types(query, statement, 'v')} AND {statement.current('v')}"


def _of_types(query: Query, statement: Statement, v: str) -> str:
    match query.types:
        case ():
            return "true"
        case (type_,):
            return f"{v}.type = {statement.bind(type_, 'text')}"
        case types:
            return f"{v}.type = ANY({statement.bind(list(types), 'text[]')})"


class _Reader:
    """Reads one page of one query."""

    def __init__(self, connection: Connection, grant: Grant, query: Query, *, count: int, place: Place | None) -> None:
        self._connection = connection
        self._grant = grant
        self._query = query
        self._count = count
        self._place = place
        self.offset = place.offset if place else 0
        self._sort = query.sort
        self._is_newest_first = not self._sort or self._sort[0] == Sort("_lastUpdated", "last_updated", (), True)
        self._is_oldest_first = bool(self._sort) and self._sort[0] == Sort("_lastUpdated", "last_updated", (), False)

    @property
    def is_by_time(self) -> bool:
        """Whether pages go by `vid`, so that the next one needs no counting from the start."""
        return self._is_newest_first or self._is_oldest_first

    async def rows(self) -> Records:
        """The page's rows, one more than it shows when there are more."""
        drivers = [c for c in self._query.criteria if can_drive(c)]
        if not self._is_plain(drivers):
            smallest = await _smallest(self._connection, self._grant, drivers)
            if smallest and smallest[1] < PROBE:
                return await self._collect(smallest[0])
        for most in (SHORT_WALK, WALK):  # dense answers fill their page within the first few hundred entries
            rows, is_complete = await self._walk(most)
            if is_complete or len(rows) >= self._count:
                return rows
        return await self._collect(drivers[0] if drivers else None)

    def _is_plain(self, drivers: list[Criterion]) -> bool:
        """Whether one index already has the answer in order, so that nothing needs counting."""
        is_single = len(drivers) == len(self._query.criteria) == 1
        return self.is_by_time and is_single and ordered_source(drivers[0], Statement(self._grant)) is not None

    async def _collect(self, driver: Criterion | None) -> Records:
        statement = self._statement()
        if driver is None:
            return await self._read("version v", self._query.criteria, statement)
        direction = "DESC" if self._is_newest_first else "ASC"
        order = f" ORDER BY vid {direction}" if self.is_by_time else ""
        relation = _driven(driver, statement, order=order)
        page_order = f"d.vid {direction}" if self.is_by_time else None
        return await self._read(relation, _rest(self._query, driver), statement, order=page_order)

    async def _walk(self, most: int) -> tuple[Records, bool]:
        """A page from at most `most` entries of one index in order, and whether that settles the page."""
        statement = self._statement()
        if self.is_by_time:
            return await self._walk_time(statement, most)
        ordered = walk(self._sort[0], statement, most=most + self.offset) if len(self._sort) == 1 else None
        if ordered is None:
            return [], False
        relation = f"({ordered.entries}) d JOIN version v ON v.vid = d.vid AND {ordered.is_first}"
        return await self._read(relation, self._query.criteria, statement, order=ordered.order), False

    async def _walk_time(self, statement: Statement, most: int) -> tuple[Records, bool]:
        ordered = next((c for c in self._query.criteria if ordered_source(c, Statement(self._grant))), None)
        rest = _rest(self._query, ordered)
        entries = self._entries(ordered, statement)
        limit = f" LIMIT {most}" if rest else ""  # with nothing to test, every entry but ended ones is shown
        walked = f"(SELECT vid FROM ({entries}) w ORDER BY vid {'DESC' if self._is_newest_first else 'ASC'}{limit})"
        bound = len(statement.arguments)
        rows = await self._read(f"{walked} d JOIN version v ON v.vid = d.vid", rest, statement)
        if not rest or len(rows) >= self._count:
            return rows, True
        entries_walked = await self._connection.fetchval(
            f"SELECT count(*) FROM {walked} d", *statement.arguments[:bound]
        )
        return rows, entries_walked < most

    def _entries(self, ordered: Criterion | None, statement: Statement) -> str:
        """The `vid`s of one index from where the page begins."""
        if ordered is not None and (entries := ordered_source(ordered, statement)):
            return f"{entries} AND {self._after('vid', statement)}"
        types = _of_types(self._query, statement, "e")
        return f"SELECT e.vid FROM version e WHERE {types} AND {self._after('e.vid', statement)}"

    def _after(self, vid: str, statement: Statement) -> str:
        if not self._place or self._place.before is None:
            return "true"
        return f"{vid} {'<' if self._is_newest_first else '>'} {statement.bind(self._place.before, 'bigint')}"

    def _statement(self) -> Statement:
        return Statement(self._grant, self._place.snapshot if self._place else None)

    async def _read(
        self, relation: str, criteria: tuple[Criterion, ...], statement: Statement, *, order: str | None = None
    ) -> Records:
        admitted = _admitted(self._query, statement)
        tests = conditions(criteria, statement, "v")
        cursor = self._after("v.vid", statement) if self.is_by_time else "true"
        order = order or order_by(self._sort, statement, "v")
        return await self._connection.fetch(
            f"SELECT v.vid, v.type, v.id, v.version, v.body, v.patient, pg_current_snapshot()::text AS snapshot FROM {relation} WHERE {admitted} AND {cursor} AND {tests} "
            f"ORDER BY {order} LIMIT {statement.bind(self._count, 'bigint')} OFFSET {statement.bind(self.offset, 'bigint')}",
            *statement.arguments,
        )
