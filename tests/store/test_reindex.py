"""Index rows made anew: by reindexing after new search parameters, and away by sweeping."""

from typing import Any

import httpx
import pytest
from tests.store.loads import PATIENT, RESOURCES, document, index_rows, loaded

from seve.engine.engine import Engine
from seve.fhir.definitions import core
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.store import reindexing, sweeping

EYES = {
    "resourceType": "SearchParameter",
    "url": "http://x.example/SearchParameter/eyes",
    "name": "eyes",
    "description": "Colour of the eyes",
    "code": "eyes",
    "status": "active",
    "base": ["Patient"],
    "type": "token",
    "expression": "Patient.extension('http://x.example/eyes').value",
}


async def _reindexed(engine: Engine, **options: Any) -> int:
    async with engine.database.pool.acquire() as connection:
        number = await reindexing.reindex(connection, engine.entries, **{"wanted": "x", **options})
        await connection.execute("DELETE FROM setting WHERE name IN ('parameters', 'horizon', 'reindex', 'swept')")
    return number


async def test_a_reindex_mends_missing_and_superfluous_rows(engine: Engine, postgres_url: str) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    before = await index_rows(engine.database)
    pool = engine.database.pool
    await pool.execute("DELETE FROM posting WHERE key IN (SELECT key FROM posting LIMIT 3)")
    await pool.execute("DELETE FROM words")
    await pool.execute("INSERT INTO link SELECT 1, 2, vid, 0 FROM version")
    await pool.execute("INSERT INTO text_value SELECT 1, 'x', vid, 0, NULL FROM version")
    await pool.execute("UPDATE version SET present = '{1}', patient = 5")
    assert await index_rows(engine.database) != before
    assert await _reindexed(engine) == 3
    assert await index_rows(engine.database) == before
    assert not await pool.fetchval("SELECT count(*) FROM pg_indexes WHERE indexname = 'posting_by_vid'")


async def test_a_reindex_that_finds_all_well_writes_nothing(engine: Engine, postgres_url: str) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    places = "SELECT array_agg(ctid::text ORDER BY ctid) FROM {}"
    tables = ("version", "posting", "link", "text_value", "moment", "quantity", "position", "words")
    before = [await engine.database.pool.fetchval(places.format(table)) for table in tables]
    await _reindexed(engine)
    assert [await engine.database.pool.fetchval(places.format(table)) for table in tables] == before


async def test_a_reindex_of_one_type_leaves_the_others(engine: Engine, postgres_url: str) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    await engine.database.pool.execute("DELETE FROM words")
    await _reindexed(engine, type_="Patient")
    assert await engine.database.pool.fetchval("SELECT count(*) FROM words") == 1


async def test_a_new_search_parameter_makes_a_reindex_due_and_it_then_finds(engine: Engine, postgres_url: str) -> None:
    eyes = {"extension": [{"url": "http://x.example/eyes", "valueCode": "green"}]}
    await loaded(postgres_url, document({**PATIENT, **eyes}))
    pool = engine.database.pool
    before = await pool.fetchval("SELECT count(*) FROM posting")
    definitions = core().with_resources([EYES])
    parameters = SearchParameters(definitions)
    wanted = reindexing.fingerprint(definitions)
    assert wanted != reindexing.fingerprint(core())
    async with pool.acquire() as connection:
        assert await reindexing.is_due(connection, wanted)
        await reindexing.reindex(connection, lambda r: extract(r, parameters=parameters), wanted=wanted)
        assert not await reindexing.is_due(connection, wanted)
        await connection.execute("DELETE FROM setting WHERE name IN ('parameters', 'horizon')")
    assert await pool.fetchval("SELECT count(*) FROM posting") > before


async def test_an_empty_store_takes_new_parameters_at_once(engine: Engine) -> None:
    async with engine.database.pool.acquire() as connection:
        assert not await reindexing.is_due(connection, "anything")
        await connection.execute("DELETE FROM setting WHERE name = 'parameters'")


async def test_a_stopped_reindex_goes_on_where_it_was(engine: Engine, postgres_url: str) -> None:
    patients = [{**PATIENT, "id": f"p{number}"} for number in range(1_200)]
    await loaded(postgres_url, document(*patients))
    told = list[int]()

    def stop(number: int) -> None:
        told.append(number)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        async with engine.database.pool.acquire() as connection:
            await reindexing.reindex(connection, engine.entries, wanted="x", tell=stop)
    assert await _reindexed(engine) == 1_200 - told[0]


async def test_two_reindexes_at_once_are_refused(engine: Engine, postgres_url: str) -> None:
    await loaded(postgres_url, document(*RESOURCES))
    async with engine.database.pool.acquire() as one, engine.database.pool.acquire() as two:
        await one.execute("SELECT pg_advisory_lock($1)", reindexing.LOCK)
        with pytest.raises(reindexing.ReindexRunningError):
            await reindexing.reindex(two, engine.entries, wanted="x")
        await one.execute("SELECT pg_advisory_unlock($1)", reindexing.LOCK)


async def _rows_by_vid(engine: Engine) -> int:
    tables = ("posting", "link", "text_value", "moment", "words")
    counts = " + ".join(f"(SELECT count(DISTINCT vid) FROM {table})" for table in tables)
    number: int = await engine.database.pool.fetchval(f"SELECT {counts}")
    return number


async def test_sweeping_takes_the_rows_of_old_versions_and_keeps_the_versions(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    for gender in ("female", "male", "other"):
        await client.put("Patient/p1", json={**PATIENT, "gender": gender})
    await client.put("Patient/p2", json={**PATIENT, "id": "p2"})
    await client.delete("Patient/p2")
    before = await index_rows(engine.database)
    async with engine.database.pool.acquire() as connection:
        assert await sweeping.sweep(connection, engine.entries) == 0, "nothing is a day old"
        assert await sweeping.sweep(connection, engine.entries, older_than_seconds=-5) == 3
        assert await sweeping.sweep(connection, engine.entries, older_than_seconds=-5) == 0
        await connection.execute("DELETE FROM setting WHERE name IN ('swept', 'horizon')")
    assert await index_rows(engine.database) == before
    current = await engine.database.pool.fetchval(
        "SELECT count(*) FROM version WHERE ended IS NULL AND body IS NOT NULL"
    )
    assert current == 1
    assert await engine.database.pool.fetchval("SELECT count(DISTINCT vid) FROM posting") == 1
    assert (await client.get("Patient/p1/_history/1")).json()["gender"] == "female"


async def test_a_page_link_from_before_the_horizon_is_gone_and_a_new_one_is_honoured(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    for number in range(3):
        await client.put(f"Patient/p{number}", json={**PATIENT, "id": f"p{number}"})

    async def next_link() -> str:
        found = (await client.get("Patient", params={"_count": "1"})).json()
        return next(link["url"] for link in found["link"] if link["relation"] == "next")

    old = await next_link()
    assert (await client.get(old)).status_code == 200
    await client.put("Patient/p0", json={**PATIENT, "id": "p0", "gender": "male"})
    async with engine.database.pool.acquire() as connection:
        assert await sweeping.sweep(connection, engine.entries, older_than_seconds=-5) == 1
    assert (await client.get(old)).status_code == 410
    assert (await client.get(await next_link())).status_code == 200
    await engine.database.pool.execute("DELETE FROM setting WHERE name IN ('swept', 'horizon')")
