"""Reading pages: which set drives is decided by counting a few entries of each, so that a page costs what it shows.

1. *Probe*: each criterion that can drive is counted up to `PROBE`. A small one is collected, the others test its members.
2. *Walk*: when all are large, one index is read in the order asked for, at most `WALK` entries, testing each; dense answers
   fill a page at once.
3. *Collect*: a walk that ends without filling its page means a sparse answer: the first criterion's set is collected whole.

For a reader who doesn't reach everybody, all that they may see is one more set that can drive (a patient has little beside a
territory); when they reach few, walks go further and leave out what is out of reach before they look at a version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from seve.fhir.search.query import And, Chain, Criterion, Has, Or, Query, Sort
from seve.store.search import sights
from seve.store.search.arguments import Statement
from seve.store.search.conditions import conditions
from seve.store.search.ordering import order_by, walk
from seve.store.search.sources import InSight, can_drive, ordered_source, source

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection
    from seve.store.grant import Grant

    Records: TypeAlias = list[asyncpg.Record]

Driver: TypeAlias = Criterion | InSight

PROBE = 1_000
ENTRIES_A_PATIENT = 100
_ALL = "version v"
SHORT_WALK = 400
WALK = 5_000
NARROWED_WALK = 20_000


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
    """A page of matches; `next` is None on the last one; `total` is how many match in all, where that is known."""

    matches: tuple[Found, ...]
    next: Place | None
    total: int | None = None


async def search(
    connection: Connection,
    grant: Grant,
    query: Query,
    *,
    count: int,
    place: Place | None = None,
    is_counted: bool = False,
) -> Page:
    """One page of at most `count` matches, newest first unless the query sorts; with their exact total when `is_counted`."""
    reader = _Reader(connection, grant, query, count=count + 1, place=place, is_counted=is_counted)
    rows = await reader.rows()
    shown = tuple(Found(r["vid"], r["type"], r["id"], r["version"], r["body"], r["patient"]) for r in rows[:count])
    snapshot = place.snapshot if place else rows[0]["snapshot"] if rows else ""
    following = _next(reader, snapshot, shown) if len(rows) > count else None
    is_whole = place is None and following is None
    known: int | None = len(shown) if is_whole else rows[0]["total"] if rows else None
    if known is None and is_counted:
        known = await total(connection, grant, query, snapshot=place.snapshot if place else None)
    return Page(shown, following, known)


async def total(connection: Connection, grant: Grant, query: Query, *, snapshot: str | None = None) -> int:
    """How many resources match, exactly."""
    is_narrow = await sights.patients(connection, grant) < sights.FEW
    driver = await _smallest(connection, grant, _drivers(query, is_narrow=is_narrow), most=PROBE)
    statement = Statement(grant, snapshot, is_narrowed=True)
    relation = _driven(driver[0], statement) if driver else _ALL
    rest = _rest(query, driver[0] if driver else None)
    sql = f"SELECT count(*) FROM {relation} WHERE {_admitted(query, statement)} AND {conditions(rest, statement, 'v')}"
    value: int = await connection.fetchval(sql, *statement.arguments)
    return value


def _next(reader: _Reader, snapshot: str, shown: tuple[Found, ...]) -> Place:
    if reader.is_by_time and shown:
        return Place(snapshot, before=shown[-1].vid)
    return Place(snapshot, offset=reader.offset + len(shown))


def _drivers(query: Query, *, is_narrow: bool) -> list[Driver]:
    """The sets worth counting, in the query's order; last, for a reader of few patients, all that is in sight."""
    drivers: list[Driver] = [c for c in query.criteria if can_drive(c)]
    return [*drivers, InSight(query.types)] if is_narrow else drivers


def _is_bounded(grant: Grant) -> bool:
    """Whether there are patients that the reader doesn't reach."""
    return grant.sight is not None and not grant.sight.reaches_all


async def _smallest(
    connection: Connection, grant: Grant, drivers: list[Driver], *, most: int
) -> tuple[Driver, int] | None:
    """The set with the fewest entries, and how many (at most `most`). Chains are only counted when no other is small."""
    simple: list[Driver] = [c for c in drivers if not isinstance(c, (Chain, Has, And, Or))]
    best = await _counted(connection, grant, simple, most=most)
    if best is not None and best[1] < most:
        return best
    nested = await _counted(connection, grant, [c for c in drivers if c not in simple], most=most)
    return min((found for found in (nested, best) if found), key=lambda found: found[1], default=None)


async def _counted(
    connection: Connection, grant: Grant, drivers: list[Driver], *, most: int
) -> tuple[Driver, int] | None:
    if not drivers:
        return None
    statement = Statement(grant)
    probes = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM ({source(c, statement)}) s LIMIT {most}) p)" for c in drivers
    )
    row = await connection.fetchrow(f"SELECT {probes}", *statement.arguments)
    assert row is not None
    counts = list(row.values())
    best = min(range(len(drivers)), key=counts.__getitem__)
    return drivers[best], counts[best]


def _driven(driver: Driver, statement: Statement, *, order: str = "") -> str:
    """The versions that a criterion drives to; in an order of `vid` when asked for, so that a page ends the join early."""
    return (
        f"(SELECT DISTINCT vid FROM ({source(driver, statement)}) s{order} OFFSET 0) d JOIN version v ON v.vid = d.vid"
    )


def _rest(query: Query, driver: Driver | None) -> tuple[Criterion, ...]:
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

    def __init__(
        self, connection: Connection, grant: Grant, query: Query, *, count: int, place: Place | None, is_counted: bool
    ) -> None:
        self._connection = connection
        self._grant = grant
        self._query = query
        self._count = count
        self._place = place
        self._is_counted = is_counted and place is None
        self.offset = place.offset if place else 0
        self._is_bounded = _is_bounded(grant)
        self._is_narrow = False
        self._sort = query.sort
        self._is_newest_first = not self._sort or self._sort[0] == Sort("_lastUpdated", "last_updated", (), True)
        self._is_oldest_first = bool(self._sort) and self._sort[0] == Sort("_lastUpdated", "last_updated", (), False)

    @property
    def is_by_time(self) -> bool:
        """Whether pages go by `vid`, so that the next one needs no counting from the start."""
        return self._is_newest_first or self._is_oldest_first

    async def rows(self) -> Records:
        """The page's rows, one more than it shows when there are more."""
        patients = await sights.patients(self._connection, self._grant)
        self._is_narrow = patients < sights.FEW
        walks = (NARROWED_WALK,) if self._is_narrow else (SHORT_WALK, WALK)
        if is_plain := self._is_plain():
            rows = await self._walk(walks[0])
            if rows is not None:
                return rows
        drivers = _drivers(self._query, is_narrow=self._is_narrow)
        smallest = await _smallest(self._connection, self._grant, drivers, most=PROBE)
        if smallest and smallest[1] < PROBE:
            return await self._collect(smallest[0])
        for most in walks[is_plain:]:
            if (rows := await self._walk(most)) is not None:
                return rows
        if self._is_narrow:
            return await self._collect(await self._cheapest(drivers, most=patients * ENTRIES_A_PATIENT))
        return await self._collect(
            smallest[0] if smallest else InSight(self._query.types) if self._is_bounded else None
        )

    async def _cheapest(self, drivers: list[Driver], *, most: int) -> Driver:
        """The criterion with fewer entries than all that is in sight has, as far as one can guess; else all that is in sight."""
        *criteria, in_sight = drivers
        smallest = await _smallest(self._connection, self._grant, criteria, most=most)
        return smallest[0] if smallest and smallest[1] < most else in_sight

    def _is_plain(self) -> bool:
        """Whether one index already has the answer in order, so that nothing needs counting."""
        criteria = self._query.criteria
        return (
            self.is_by_time and len(criteria) == 1 and ordered_source(criteria[0], Statement(self._grant)) is not None
        )

    async def _collect(self, driver: Driver | None) -> Records:
        statement = self._statement(is_narrowed=self._is_bounded)
        if driver is None:
            return await self._read(_ALL, self._query.criteria, statement, is_whole=True)
        direction = "DESC" if self._is_newest_first else "ASC"
        order = f" ORDER BY vid {direction}" if self.is_by_time else ""
        relation = _driven(driver, statement, order=order)
        page_order = f"d.vid {direction}" if self.is_by_time else None
        return await self._read(relation, _rest(self._query, driver), statement, order=page_order, is_whole=True)

    async def _walk(self, most: int) -> Records | None:
        """A page from at most `most` entries of one index in order; None when that doesn't settle it."""
        statement = self._statement(is_narrowed=self._is_narrow)
        if self.is_by_time:
            return await self._walk_time(statement, most)
        ordered = walk(self._sort[0], statement, most=most + self.offset) if len(self._sort) == 1 else None
        if ordered is None:
            return None
        relation = f"({ordered.entries}) d JOIN version v ON v.vid = d.vid AND {ordered.is_first}"
        rows = await self._read(relation, self._query.criteria, statement, order=ordered.order)
        return rows if len(rows) >= self._count else None

    async def _walk_time(self, statement: Statement, most: int) -> Records | None:
        ordered = next((c for c in self._query.criteria if ordered_source(c, Statement(self._grant))), None)
        rest = _rest(self._query, ordered)
        entries = self._entries(ordered, statement)
        # With nothing to test, every entry but ended ones is shown: no end is set, the page is.
        limit = f" LIMIT {most}" if rest or self._is_bounded else ""
        walked = f"(SELECT * FROM ({entries}) e ORDER BY vid {'DESC' if self._is_newest_first else 'ASC'}{limit})"
        bound = len(statement.arguments)
        relation = (
            f"(SELECT vid FROM {walked} w WHERE true{statement.within('patient')}) d JOIN version v ON v.vid = d.vid"
        )
        rows = await self._read(relation, rest, statement)
        if not limit or len(rows) >= self._count:
            return rows
        seen = await self._connection.fetchval(f"SELECT count(*) FROM {walked} d", *statement.arguments[:bound])
        return rows if seen < most else None

    def _entries(self, ordered: Criterion | None, statement: Statement) -> str:
        """The `vid`s of one index from where the page begins."""
        if ordered is not None and (entries := ordered_source(ordered, statement)):
            return f"{entries} AND {self._after('vid', statement)}"
        types = _of_types(self._query, statement, "e")
        return f"SELECT e.vid, e.patient FROM version e WHERE {types} AND {self._after('e.vid', statement)}"

    def _after(self, vid: str, statement: Statement) -> str:
        if not self._place or self._place.before is None:
            return "true"
        return f"{vid} {'<' if self._is_newest_first else '>'} {statement.bind(self._place.before, 'bigint')}"

    def _statement(self, *, is_narrowed: bool) -> Statement:
        return Statement(self._grant, self._place.snapshot if self._place else None, is_narrowed=is_narrowed)

    async def _read(
        self,
        relation: str,
        criteria: tuple[Criterion, ...],
        statement: Statement,
        *,
        order: str | None = None,
        is_whole: bool = False,
    ) -> Records:
        """A page of a relation; when that is the whole answer, its rows are counted on the way, if that was asked."""
        admitted = _admitted(self._query, statement)
        tests = conditions(criteria, statement, "v", entry="v" if relation == _ALL else "d")
        cursor = self._after("v.vid", statement) if self.is_by_time else "true"
        order = order or order_by(self._sort, statement, "v")
        total = "count(*) OVER ()" if is_whole and self._is_counted else "NULL::bigint"
        return await self._connection.fetch(
            f"SELECT v.vid, v.type, v.id, v.version, v.body, v.patient, pg_current_snapshot()::text AS snapshot, {total} AS total "
            f"FROM {relation} WHERE {admitted} AND {cursor} AND {tests} "
            f"ORDER BY {order} LIMIT {statement.bind(self._count, 'bigint')} OFFSET {statement.bind(self.offset, 'bigint')}",
            *statement.arguments,
        )
