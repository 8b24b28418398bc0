"""The queue of suspected duplicates."""

from __future__ import annotations

import httpx
from tests.spec.identity.test_merge import get, merged, put, unmerged, world
from tests.unit.engine.matching.test_grading import changed, person

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.engine.identity.merging.duplicates import find_duplicates, task_id

TASKS = "Task?code=duplicate-patients&_total=accurate"


async def found(engine: Engine) -> tuple[int, int]:
    tally = await find_duplicates(engine, open_grant(), looked_at=lambda _: None)
    return tally.resources, tally.queued


async def test_each_probable_pair_stands_in_the_queue_once(client: httpx.AsyncClient, engine: Engine) -> None:
    await put(client, person(id="a"))
    await put(client, person(changed(birth_date="1984-07-03"), id="b"))
    await put(client, person(changed(given="LUCAS", family="PETIT", birth_date="1951-11-30", sex="male"), id="c"))
    await put(client, person(id="gone", active=False))
    assert await found(engine) == (4, 1)
    [entry] = (await get(client, TASKS))["entry"]
    task = entry["resource"]
    assert task["status"] == "requested"
    assert {task["focus"]["reference"], task["input"][0]["valueReference"]["reference"]} == {"Patient/a", "Patient/b"}
    assert task["input"][1]["valueCode"] == "probable"
    assert await found(engine) == (4, 0)


async def test_a_pair_that_was_rejected_does_not_come_back(client: httpx.AsyncClient, engine: Engine) -> None:
    await put(client, person(id="a"))
    await put(client, person(id="b"))
    assert await found(engine) == (2, 1)
    task = await get(client, f"Task/{task_id('Patient/b', 'Patient/a')}")
    await put(client, {**task, "status": "rejected"})
    assert await found(engine) == (2, 0)
    assert (await get(client, f"Task/{task['id']}"))["status"] == "rejected"


async def test_a_merge_completes_the_task_of_the_pair_and_an_unmerge_opens_it(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    await world(client)
    await put(client, person(id="one", active=True))
    await put(client, person(id="two", active=True))
    await found(engine)
    task = f"Task/{task_id('Patient/one', 'Patient/two')}"
    assert (await get(client, task))["status"] == "requested"
    await merged(client)
    assert (await get(client, task))["status"] == "completed"
    assert (await unmerged(client)).status_code == 200
    assert (await get(client, task))["status"] == "requested"


async def test_twins_are_not_queued(client: httpx.AsyncClient, engine: Engine) -> None:
    home = {"address": [{"postalCode": "29000"}], "telecom": [{"system": "phone", "value": "0612345678"}]}
    await put(client, person(id="a", **home))
    await put(client, person(changed(given="ANNE"), id="b", **home))
    assert await found(engine) == (2, 0)
