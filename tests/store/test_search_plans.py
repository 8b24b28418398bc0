"""What a search reads of the indexes, beside what it shows: a plan that looks at everybody's entries is right and slow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from seve.fhir.access.reaches import PURPOSES
from seve.fhir.search.keys import compartment_key
from seve.store.database import Database
from seve.store.grant import Grant, Sight
from seve.store.search.arguments import Statement
from seve.store.search.sources import InSight, source

READER = 4_711
PATIENTS, LINKS = 2_000, 10


async def test_all_that_is_in_sight_of_few_is_found_without_the_links_of_everybody(database: Database) -> None:
    grant = Grant("reader", Sight(None, (), (READER,), PURPOSES["TREAT"], None))
    statement = Statement(grant)
    sql = source(InSight(("Observation",)), statement)
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(
                "INSERT INTO link SELECT $1, p, p * 100 + n, p FROM generate_series(1, $2::bigint) p, generate_series(1, $3::bigint) n",
                compartment_key("Patient"),
                PATIENTS,
                LINKS,
            )
            await connection.execute(
                "INSERT INTO reach SELECT p, $1, 1, true, 0, 0, $2, 0 FROM generate_series(1, 5) p", READER, 2**62
            )
            await connection.execute(  # others reach many, so that the planner takes anybody for one who does
                "INSERT INTO reach SELECT p, r, 1, true, 0, 0, $1, 0 FROM generate_series(1, $2::bigint) p, generate_series(1, 10) r",
                2**62,
                PATIENTS,
            )
            await connection.execute("ANALYZE link, reach")
            found = {row["vid"] for row in await connection.fetch(sql, *statement.arguments)}
            # The plan that stands for every reader, as the server's connections take it; EXPLAIN alone would look at this one.
            await connection.execute(f"PREPARE in_sight AS {sql}")
            values = ", ".join(f"'{{{','.join(map(str, one))}}}'" for one in statement.arguments)
            told: str = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE in_sight({values})")
            await connection.execute("DEALLOCATE in_sight")
        finally:
            await transaction.rollback()
    assert found == {p * 100 + n for p in range(1, 6) for n in range(1, LINKS + 1)}
    read = max(node["Actual Rows"] * node["Actual Loops"] for node in _nodes(json.loads(told)[0]["Plan"]))
    assert read <= len(found)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
