"""Events for code in process: at least once, in order, from where it was, whatever fails."""

from __future__ import annotations

import httpx
import pytest
from tests.spec.asking import PATIENT, make, observation

from seve.engine.engine import Engine
from seve.engine.subscriptions.handlers import subscribe
from seve.engine.subscriptions.routing import Router
from seve.engine.subscriptions.service import EventService, serving
from seve.fhir.subscriptions.notifications import Told
from seve.fhir.subscriptions.refusals import UnknownTopic
from seve.fhir.subscriptions.topics import TOPICS
from seve.store import indexes

from .receiving import until

TOPIC = f"{TOPICS}Observation"


async def test_a_handler_hears_of_each_change_in_order(
    client: httpx.AsyncClient, engine: Engine, service: EventService
) -> None:
    del service
    heard: list[Told] = []

    async def handler(event: Told) -> None:
        heard.append(event)

    await subscribe(engine, TOPIC, handler, solution="essai")
    anne = await make(client, PATIENT)
    made = [await make(client, observation(anne["id"])) for _ in range(5)]
    await until(lambda: len(heard) == 5)
    assert [event.id for event in heard] == [one["id"] for one in made]
    assert heard[0].resource is not None
    assert heard[0].resource["code"] == made[0]["code"]


async def test_a_handler_that_fails_is_called_again_with_the_same_event_before_the_next(
    client: httpx.AsyncClient, engine: Engine, service: EventService
) -> None:
    del service
    heard: list[str] = []

    async def handler(event: Told) -> None:
        heard.append(event.id)
        if len(heard) == 1:
            raise ValueError

    await subscribe(engine, TOPIC, handler, solution="essai")
    anne = await make(client, PATIENT)
    first, second = await make(client, observation(anne["id"])), await make(client, observation(anne["id"]))
    await until(lambda: len(heard) == 3)
    assert heard == [first["id"], first["id"], second["id"]]


async def test_what_was_while_nothing_ran_comes_afterwards(client: httpx.AsyncClient, engine: Engine) -> None:
    heard: list[str] = []

    async def handler(event: Told) -> None:
        heard.append(event.id)

    await subscribe(engine, TOPIC, handler, solution="essai")
    anne = await make(client, PATIENT)
    made = [await make(client, observation(anne["id"])) for _ in range(3)]
    async with serving(engine):
        await until(lambda: len(heard) == 3)
    assert heard == [one["id"] for one in made]
    async with serving(engine):
        made.append(await make(client, observation(anne["id"])))
        await until(lambda: len(heard) == 4)
    assert heard == [one["id"] for one in made]
    engine.events.handlers.clear()


async def test_what_is_written_while_a_load_has_put_the_indexes_aside_is_told_once_they_are_back(
    client: httpx.AsyncClient, engine: Engine, postgres_url: str
) -> None:
    heard: list[str] = []

    async def handler(event: Told) -> None:
        heard.append(event.id)

    await subscribe(engine, TOPIC, handler, solution="essai")
    async with engine.database.pool.acquire() as connection:
        assert await indexes.drop(connection)
    try:
        anne = await make(client, PATIENT)
        made = await make(client, observation(anne["id"]))
        router = Router(engine)
        assert not await router.step()
        assert not await engine.database.pool.fetchval("SELECT count(*) FROM event"), "the whole store would be read"
    finally:
        await indexes.make(postgres_url)
    async with serving(engine):
        await until(lambda: heard == [made["id"]])
    engine.events.handlers.clear()


async def test_a_topic_that_there_is_not_is_refused(engine: Engine) -> None:
    async def handler(event: Told) -> None:
        del event

    with pytest.raises(UnknownTopic):
        await subscribe(engine, f"{TOPICS}Nothing", handler, solution="essai")
