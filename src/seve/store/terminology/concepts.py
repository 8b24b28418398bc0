"""A code system in tables: `fhir.terminology.concepts.Concepts` in SQL.

What is below a concept comes from the lineage that each row carries: an import pays for it once (CIM-10: 43,000 codes with
171,000 lineage entries), and a test of one code reads one row where a recursive query would climb. Filters that SQL
has no safe words for (`regex`, and any on the display) are decided by the same functions as in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from seve.fhir.codec.json import encode, parse
from seve.fhir.search.keys import trigrams
from seve.fhir.terminology.concepts import Concept, Filter, Header, Selection
from seve.fhir.terminology.filters import CODE_PROPERTIES, keeps, listed, wanted
from seve.fhir.terminology.hierarchy import Meanings, concept_of
from seve.fhir.terminology.memory import header_of
from seve.store.queries import statements
from seve.store.search.arguments import Arguments

if TYPE_CHECKING:
    import asyncpg

    from seve.store.reading import Reader

_ABOVE_OPERATORS = frozenset({"is-a", "descendent-of", "is-not-a", "generalizes"})
_VALUE_OPERATORS = frozenset({"=", "in", "not-in", "exists"})
_NEGATIONS = frozenset({"is-not-a", "not-in", "exists"})
_GRAM_LENGTH = 3
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
_NOBODY = 0
"""No concept has this number."""


class TableConcepts:
    """One imported version of a code system."""

    def __init__(self, reader: Reader, row: asyncpg.Record) -> None:
        self._reader = reader
        self._system: int = row["number"]
        self._size: int = row["size"]
        resource = parse(row["header"].encode())
        self._header = header_of({**resource, "content": "complete"})
        self._meanings = Meanings.of(resource)
        self._passed = dict[tuple[Filter, ...], list[int]]()

    @property
    def header(self) -> Header:
        """What it says of itself."""
        return self._header

    async def select(self, selection: Selection) -> Sequence[Concept]:
        """The concepts of a selection, in the order of the system."""
        statement = Arguments()
        condition = await self._condition(statement, selection)
        limit = f" LIMIT {statement.bind(selection.limit, 'bigint')}" if selection.limit is not None else ""
        offset = f" OFFSET {statement.bind(selection.offset, 'bigint')}" if selection.offset else ""
        found = f"SELECT number, parents, detail FROM concept WHERE {condition}"  # noqa: S608 - our own text
        if _is_selective(
            selection
        ):  # OFFSET 0 keeps the planner from walking the whole system in order until a page is full
            found = f"SELECT * FROM ({found} OFFSET 0) AS found"  # noqa: S608 - our own text
        sql = f"{found} ORDER BY number{limit}{offset}"
        return [self._concept(row) for row in await self._reader.fetch(sql, *statement.arguments)]

    async def count(self, selection: Selection) -> int:
        """How many there are."""
        if selection.is_everything:
            return self._size
        statement = Arguments()
        condition = await self._condition(statement, selection)
        sql = f"SELECT count(*) FROM concept WHERE {condition}"  # noqa: S608 - our own text
        return int(await self._reader.fetchval(sql, *statement.arguments) or 0)

    async def ancestors(self, code: str) -> frozenset[str]:
        """The codes above one."""
        rows = await self._reader.fetch(statements("terminology")["ancestors"], self._system, self._header.key(code))
        return frozenset(row["code"] for row in rows)

    def _concept(self, row: asyncpg.Record) -> Concept:
        return concept_of(parse(row["detail"].encode()), tuple(row["parents"]), self._meanings)

    async def _condition(self, statement: Arguments, selection: Selection) -> str:
        parts = [f"system = {statement.bind(self._system, 'integer')}"]
        if selection.codes is not None:
            keys = [self._header.key(code) for code in selection.codes]
            parts.append(f"key = ANY({statement.bind(keys, 'text[]')})")
        if selection.is_active_only:
            parts.append("is_active")
        if selection.is_concrete_only:
            parts.append("NOT is_abstract")
        parts += _texts(statement, selection.words)
        parts += await self._filters(statement, selection.filters)
        return " AND ".join(parts)

    async def _filters(self, statement: Arguments, filters: Sequence[Filter]) -> list[str]:
        above = [f for f in filters if f.operator in _ABOVE_OPERATORS]
        lineages = await self._lineages({self._header.key(f.value) for f in above}) if above else {}
        parts = [_on_lineage(statement, f, lineages.get(self._header.key(f.value), ())) for f in above]
        valued = [f for f in filters if f.operator in _VALUE_OPERATORS and f.property != "display"]
        parts += [self._on_values(statement, f) for f in valued]
        others = tuple(f for f in filters if f not in above and f not in valued)
        if others:
            parts.append(f"number = ANY({statement.bind(await self._passing(others), 'integer[]')})")
        return parts

    def _on_values(self, statement: Arguments, filter_: Filter) -> str:
        if filter_.operator == "exists":
            is_own = filter_.property in CODE_PROPERTIES
            there = "true" if is_own else f"jsonb_exists(properties, {statement.bind(filter_.property, 'text')})"
            return there if wanted(filter_) else f"NOT {there}"
        some = sorted(listed(filter_)) if filter_.operator != "=" else [filter_.value]
        if filter_.property in CODE_PROPERTIES:
            found = f"code = ANY({statement.bind(some, 'text[]')})"
        else:
            objects = [encode({filter_.property: [value]}).decode() for value in some]
            found = f"properties @> ANY({statement.bind(objects, 'jsonb[]')})"
        return f"NOT {found}" if filter_.operator == "not-in" else found

    async def _lineages(self, keys: Iterable[str]) -> Mapping[str, Sequence[int]]:
        """By key, the number of a concept followed by its lineage."""
        rows = await self._reader.fetch(statements("terminology")["lineages"], self._system, sorted(keys))
        return {row["key"]: (row["number"], *row["lineage"]) for row in rows}

    async def _passing(self, filters: tuple[Filter, ...]) -> list[int]:
        if filters not in self._passed:
            self._passed[filters] = await self._tested(filters)
        return self._passed[filters]

    async def _tested(self, filters: Sequence[Filter]) -> list[int]:
        tests = [keeps(f, lambda _: frozenset()) for f in filters]
        if all(f.property in CODE_PROPERTIES for f in filters):
            rows = await self._reader.fetch("SELECT number, code FROM concept WHERE system = $1", self._system)
            return [row["number"] for row in rows if all(test(Concept(row["code"])) for test in tests)]
        rows = await self._reader.fetch("SELECT number, parents, detail FROM concept WHERE system = $1", self._system)
        return [row["number"] for row in rows if all(test(self._concept(row)) for test in tests)]


def _is_selective(selection: Selection) -> bool:
    """Whether an index finds it: by codes, by a word long enough for trigrams, by a filter that says what is, not what isn't."""
    has_grams = any(len(word) >= _GRAM_LENGTH for word in selection.words)
    return selection.codes is not None or has_grams or any(f.operator not in _NEGATIONS for f in selection.filters)


def _on_lineage(statement: Arguments, filter_: Filter, found: Sequence[int]) -> str:
    number, lineage = (found[0], list(found[1:])) if found else (_NOBODY, list[int]())
    match filter_.operator:
        case "generalizes":
            return f"number = ANY({statement.bind(lineage, 'integer[]')})"
        case "is-not-a":
            return f"NOT lineage @> {statement.bind([number], 'integer[]')}"
        case "descendent-of":
            below = f"lineage @> {statement.bind([number], 'integer[]')}"
            return f"{below} AND number <> {statement.bind(number, 'integer')}"
        case _:
            return f"lineage @> {statement.bind([number], 'integer[]')}"


def _texts(statement: Arguments, words: Sequence[str]) -> list[str]:
    grams = sorted({gram for word in words for gram in trigrams(word)})
    parts = [f"trigrams @> {statement.bind(grams, 'integer[]')}"] if grams else []
    return parts + [f"names LIKE {statement.bind(f'%{word.translate(_ESCAPES)}%', 'text')}" for word in words]
