"""Reading by identity: the latest version, an exact one, histories, and the documents behind references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seve.fhir.search.keys import value_key
from seve.store.queries import statements
from seve.store.search.arguments import Statement

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Connection, Pool
    from seve.store.grant import Grant

    Reader = Connection | Pool

BEGINNING_OF_TIME = 0
END_OF_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stored:
    """One version as stored. `body` is None for a deletion; `method` is the verb that made it; `patient` the key of whose
    data it is (0: nobody's).
    """

    type: str
    id: str
    vid: int
    version: int
    method: str
    body: str | None
    patient: int = 0


async def read(reader: Reader, grant: Grant, type_: str, id_: str) -> Stored | None:
    """The latest version, deleted or not; None when the resource never existed."""
    rows = await _rows(reader, grant, "latest", value_key(f"{type_}/{id_}"), type_, id_)
    row = rows[0] if rows else None
    return Stored(type_, id_, row["vid"], row["version"], row["method"], row["body"], row["patient"]) if row else None


async def vread(reader: Reader, grant: Grant, type_: str, id_: str, *, version: int) -> Stored | None:
    """One version; None when there is no such version."""
    rows = await _rows(reader, grant, "exact", value_key(f"{type_}/{id_}"), version, type_, id_)
    row = rows[0] if rows else None
    return Stored(type_, id_, row["vid"], row["version"], row["method"], row["body"], row["patient"]) if row else None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of history: `since` <= vid < `before`, without the versions already replaced at `in_force_at` (0: any)."""

    since: int = BEGINNING_OF_TIME
    before: int = END_OF_TIME
    in_force_at: int = 0


async def history(
    reader: Reader, grant: Grant, span: Span, *, type_: str = "", id_: str = "", count: int
) -> list[Stored]:
    """Versions from the newest, of one resource, of a type, or of everything."""
    bounds = (span.since, span.before, span.in_force_at, count)
    if not type_:
        rows = await _rows(reader, grant, "history_of_system", *bounds)
    elif not id_:
        rows = await _rows(reader, grant, "history_of_type", type_, *bounds)
    else:
        ref = value_key(f"{type_}/{id_}")
        rows = await _rows(reader, grant, "history_of_instance", ref, type_, id_, *bounds)
    return [_stored(row) for row in rows]


async def several(reader: Reader, grant: Grant, references: Sequence[str]) -> list[Stored]:
    """The current documents behind `Type/id` references; those that are absent or deleted are left out."""
    rows = await _rows(reader, grant, "several", [value_key(reference) for reference in references])
    wanted = set(references)
    return [_current(row) for row in rows if f"{row['type']}/{row['id']}" in wanted]


async def pointing(
    reader: Reader, grant: Grant, references: Sequence[str], *, params: Sequence[int], type_: str, limit: int
) -> list[Stored]:
    """The current documents of a type ("" for any) that point to any of `references` by any of the parameter keys."""
    targets = [value_key(reference) for reference in references]
    rows = await _rows(reader, grant, "pointing", list(params), targets, type_, limit)
    return [_current(row) for row in rows]


async def counts_by_type(reader: Reader, grant: Grant) -> dict[str, int]:
    """How many current resources there are of each type."""
    return {row["type"]: row["number"] for row in await _rows(reader, grant, "counts_by_type")}


async def labels(reader: Reader, grant: Grant, *, type_: str) -> list[str]:
    """The distinct sets of labels (profile, security, tag) in use, as JSON; of one type, or of all ("")."""
    return [row["meta"] for row in await _rows(reader, grant, "labels", type_)]


async def _rows(reader: Reader, grant: Grant, name: str, *values: Any) -> list[asyncpg.Record]:
    statement = Statement(grant)
    sql = statement.filled(statements("read")[name], *values)
    return await reader.fetch(sql, *statement.arguments)


def _stored(row: asyncpg.Record) -> Stored:
    return Stored(row["type"], row["id"], row["vid"], row["version"], row["method"], row["body"], row["patient"])


def _current(row: asyncpg.Record) -> Stored:
    return Stored(row["type"], row["id"], row["vid"], row["version"], "", row["body"], row["patient"])
