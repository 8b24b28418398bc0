"""The table `reach` for people: who reaches a record, and what says so."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.access.reaches import EVERYONE
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.store.queries import statements
from seve.store.search.arguments import Statement

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Pool
    from seve.store.grant import Grant

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """`reader` is a reference, "*" for all professionals, "" for who is not on this server; `purpose` as in `PURPOSES`.

    `since` and `until` are microseconds since 1970. `basis` is the resource that says so; None for broken glass, whose
    `reason` is given.
    """

    reader: str
    purpose: int
    opens: bool
    lifts: int
    since: int
    until: int
    basis: Resource | None
    reason: str


async def of_patient(pool: Pool, grant: Grant, patient: str) -> list[Row]:
    """The rows of a patient (`Patient/1`) that are not over; none for a grant that doesn't see the patient."""
    statement = Statement(grant)
    at = time.time_ns() // 1_000
    sql = statement.filled(statements("rights")["reaching"], value_key(patient), at, _MOST)
    return [_row(row) for row in await pool.fetch(sql, *statement.arguments)]


def _row(row: asyncpg.Record) -> Row:
    who = f"{row['who_type']}/{row['who_id']}" if row["who_type"] else ""
    basis: Resource | None = parse(row["body"].encode()) if row["body"] else None
    if basis is not None:
        basis = {**basis, "id": row["id"]}
    return Row(
        "*" if row["reader"] == EVERYONE else who,
        row["purpose"],
        row["opens"],
        row["lifts"],
        row["since"],
        row["until"],
        basis,
        row["reason"] or "",
    )
