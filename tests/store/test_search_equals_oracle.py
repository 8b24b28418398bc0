"""SQL answers as the oracle does: every parameter of R4 with values made to match and values made not to, by every plan."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.unit.fhir.search.matcher import Record, World, record
from tests.unit.fhir.search.searching import r4
from tests.unit.fhir.search.test_every_parameter import PLACES, variants

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.fhir import Resource
from seve.fhir.access.reaches import PURPOSES
from seve.fhir.search.grammar import parse
from seve.fhir.search.query import Query
from seve.store.deeds import Deed, Draft
from seve.store.grant import Grant, Sight
from seve.store.search import running, sights
from seve.store.search.arguments import Statement

EVERYTHING = open_grant()
NUMBERS = (200, 1_601)
MODIFIED = {
    "token": ("{code}:not={value}", "{code}:missing=false", "{code}:missing=true"),
    "string": ("{code}:contains={value}", "{code}:exact={value}", "{code}:missing=true"),
    "date": (
        "{code}=gt{value}",
        "{code}=le{value}",
        "{code}=ne{value}",
        "{code}=sa{value}",
        "{code}=eb{value}",
        "{code}=ap{value}",
    ),
    "number": ("{code}=gt{value}", "{code}=le{value}", "{code}=ne{value}"),
    "quantity": ("{code}=gt{value}", "{code}=le{value}", "{code}=ne{value}"),
    "reference": ("{code}:missing=true", "{code}:missing=false"),
    "uri": ("{code}:below={value}", "{code}:missing=true"),
    "composite": ("{code}:missing=true",),
    "special": (),
}


def made() -> tuple[list[Resource], list[tuple[str, str, str]]]:
    """Resources with ids of their own, and searches as (type, parameter, value) by which some of them are found."""
    resources: list[Resource] = []
    searches: list[tuple[str, str, str]] = []
    for parameter, way in PLACES:
        for number in NUMBERS:
            for one in variants(parameter, way, number):
                resources.append({**one.value, "id": f"r{len(resources)}"})
                name, _, value = f"{parameter.code}={one.search}".partition("=")
                searches.append((parameter.resource_type, name, value))
                for form in MODIFIED[parameter.type]:
                    modified, _, text = form.format(code=parameter.code, value=one.search).partition("=")
                    searches.append((parameter.resource_type, modified, text))
    return resources, list(dict.fromkeys(searches))


async def store(engine: Engine, resources: list[Resource]) -> None:
    """Writes resources as they are: they are made for search, not for validation."""
    for start in range(0, len(resources), 200):
        deeds: list[Deed] = []
        for resource in resources[start : start + 200]:
            draft = Draft("PUT", resource, engine.entries(resource))
            deeds.append(Deed(resource["resourceType"], resource["id"], lambda _, draft=draft: draft, is_new=True))
        await engine.lane.commit(EVERYTHING, deeds)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    shared_engine: Engine,
) -> AsyncIterator[tuple[Engine, dict[str, list[Record]], list[tuple[str, Query]]]]:
    await shared_engine.database.pool.execute(
        "TRUNCATE version, posting, link, text_value, moment, quantity, position, words, reach, authored"
    )
    resources, searches = made()
    await store(shared_engine, resources)
    records: dict[str, list[Record]] = {}
    for resource in resources:
        records.setdefault(resource["resourceType"], []).append(record(resource, r4()))
    queries = [(f"{t}?{n}={v}", parse([(n, v)], types=[t], parameters=r4(), lenient=True)) for t, n, v in searches]
    yield shared_engine, records, [(text, query) for text, query in queries if not query.ignored]
    await shared_engine.database.pool.execute(
        "TRUNCATE version, posting, link, text_value, moment, quantity, position, words, reach, authored"
    )


async def differing(
    engine: Engine,
    records: dict[str, list[Record]],
    queries: list[tuple[str, Query]],
    *,
    count: int,
    grant: Grant = EVERYTHING,
) -> list[tuple[str, set[str], set[str]]]:
    wrong: list[tuple[str, set[str], set[str]]] = []
    async with engine.database.pool.acquire() as connection:
        for text, query in queries:
            expected = set(World(records.get(query.types[0], [])).search(query))
            found: list[str] = []
            place = None
            while True:
                page = await running.search(
                    connection, grant, query, count=count, place=place, is_counted=place is None
                )
                assert place or page.total == len(expected), text
                found += [f"{match.type}/{match.id}" for match in page.matches]
                place = page.next
                if place is None:
                    break
            if set(found) != expected or len(found) != len(expected):
                wrong.append((text, set(found), expected))
    return wrong


async def test_a_small_answer_is_that_of_the_oracle(
    world: tuple[Engine, dict[str, list[Record]], list[tuple[str, Query]]],
) -> None:
    engine, records, queries = world
    assert len(queries) > 5_000
    assert await differing(engine, records, queries, count=1_000) == []


async def test_a_large_answer_read_by_walking_an_index_is_that_of_the_oracle(
    world: tuple[Engine, dict[str, list[Record]], list[tuple[str, Query]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, records, queries = world
    monkeypatch.setattr(running, "PROBE", 1)
    assert await differing(engine, records, queries[::3], count=7) == []


async def test_the_total_is_the_number_of_matches(
    world: tuple[Engine, dict[str, list[Record]], list[tuple[str, Query]]],
) -> None:
    engine, records, queries = world
    async with engine.database.pool.acquire() as connection:
        for text, query in queries[::7]:
            expected = len(World(records.get(query.types[0], [])).search(query))
            assert await running.total(connection, open_grant(), query) == expected, text


READER = 4_711
BOUND = Grant("reader", Sight(session=None, standing=(), readers=(READER,), purpose=PURPOSES["TREAT"], profession=None))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visible(
    world: tuple[Engine, dict[str, list[Record]], list[tuple[str, Query]]],
) -> dict[str, list[Record]]:
    """What a reader sees who reaches a third of the patients, wrote about others, and sees what is nobody's."""
    engine, records, _ = world
    async with engine.database.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO reach SELECT DISTINCT patient, $1::bigint, 1, true, 0, 0, $2::bigint, 0 FROM version "
            "WHERE patient <> 0 AND patient % 3 = 0",
            READER,
            2**62,
        )
        await connection.execute(
            "UPDATE version SET author = $1, patient = patient WHERE patient % 3 <> 0 AND vid % 5 = 0", READER
        )
        statement = Statement(BOUND)
        rows = await connection.fetch(
            f"SELECT v.id FROM version v WHERE {statement.current('v')}", *statement.arguments
        )
    ids = {row["id"] for row in rows}
    return {type_: [one for one in of_type if one.id in ids] for type_, of_type in records.items()}


@pytest.mark.parametrize(
    "limits", [(1_000, 20_000, 3_000), (1, 20_000, 3_000), (1, 5, 3_000), (1, 5, 0), (1, 4, 3_000)]
)
async def test_a_reader_who_reaches_some_finds_what_the_oracle_finds_in_what_they_see(
    world: tuple[Engine, dict[str, list[Record]], list[tuple[str, Query]]],
    visible: dict[str, list[Record]],
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[int, int, int],
) -> None:
    engine, records, queries = world
    assert sum(map(len, visible.values())) < 0.9 * sum(map(len, records.values()))
    probe, walk, few = limits
    monkeypatch.setattr(running, "PROBE", probe)
    monkeypatch.setattr(running, "NARROWED_WALK", walk)
    monkeypatch.setattr(running, "SHORT_WALK", walk)
    monkeypatch.setattr(running, "ENTRIES_A_PATIENT", walk % 2)  # 0: all that is in sight drives
    monkeypatch.setattr(sights, "FEW", few)
    monkeypatch.setattr(sights, "_known", {})
    assert await differing(engine, visible, queries[(walk + few) % 7 :: 7], count=7, grant=BOUND) == []
