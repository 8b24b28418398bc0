"""Limited retention: what is past its time goes, by rule, and the trail says so; the rest stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.spec.access.conftest import api
from tests.spec.access.test_who_sees_what import status
from tests.spec.access.world import World, observation, patient

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.requests import Request
from seve.engine.rights import requests, retention

__all__ = ["api"]

RULE = '[[rule]]\nname="r"\nwhat="{what}"\ntypes={types}\ndays={days}\nground_fr="CSP"\nground_en="CSP"\n'


def rules(world: World, what: str, types: str = '["*"]', *, days: int = 365) -> list[retention.Rule]:
    return retention.read(RULE.format(what=what, types=types, days=days), world.engine.definitions)


def later(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


async def versions(world: World, type_: str) -> list[int]:
    rows = await world.engine.database.pool.fetch("SELECT version FROM version WHERE type = $1 ORDER BY 1", type_)
    return [row["version"] for row in rows]


async def test_the_shipped_rules_keep_a_new_record_whole(world: World) -> None:
    shipped = retention.read(retention.shipped(), world.engine.definitions)
    assert all(rule.ground_fr and rule.ground_en for rule in shipped)
    assert sum(one.versions for one in await retention.due(world.engine, shipped, at=later(0))) == 0
    assert sum(one.versions for one in await retention.purge(world.engine, shipped, at=later(0), by="test")) == 0


async def test_a_replaced_version_goes_with_its_index_rows_and_the_current_one_stays(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(observation("a1", "ana"), observation("a1", "ana", status="amended"), observation("b1", "bob"))
    chosen = rules(world, "replaced", '["Observation"]')
    assert [one.versions for one in await retention.due(world.engine, chosen, at=later(364))] == [0]
    assert [one.versions for one in await retention.due(world.engine, chosen, at=later(366))] == [1]
    assert await versions(world, "Observation") == [1, 1, 2], "a look takes nothing"
    [taken] = await retention.purge(world.engine, chosen, at=later(366), by="test")
    assert (taken.versions, taken.patients) == (1, 1)
    assert await versions(world, "Observation") == [1, 2]
    assert await status(api, "ana", "Observation/a1") == 200
    assert await status(api, "ana", "Observation/a1/_history/1") == 404
    left = "SELECT count(*) FROM link l WHERE NOT EXISTS (SELECT FROM version v WHERE v.vid = l.vid)"
    assert await world.engine.database.pool.fetchval(left) == 0


async def test_the_trail_says_what_went_and_why_and_how_much(world: World) -> None:
    await world.put(observation("a1", "ana"), observation("a1", "ana", status="amended"))
    await retention.purge(world.engine, rules(world, "replaced"), at=later(400), by="test")
    contents = await world.engine.database.pool.fetch("SELECT content FROM audit WHERE content LIKE '[\"retention\"%'")
    assert len(contents) == 1
    assert '"CSP"' in contents[0]["content"]
    assert json.dumps({"Observation": 1}, separators=(",", ":")).replace('"', '\\"') in contents[0]["content"]


async def test_what_was_deleted_goes_whole(world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    await perform(world.engine, open_grant(), Request("DELETE", "Observation/a1"))
    await retention.purge(world.engine, rules(world, "deleted"), at=later(366), by="test")
    assert await versions(world, "Observation") == [1]


async def test_a_record_unused_for_long_goes_and_an_open_request_holds_it_back(world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    await requests.ask(world.engine, world.principals["ana"], "Patient/ana", kind="contest", words="Qui ?")
    await retention.purge(world.engine, rules(world, "unused"), at=later(366), by="test")
    assert await versions(world, "Observation") == [1], "ana's stays: her request has no answer"
    assert await world.engine.database.pool.fetchval("SELECT count(*) FROM version WHERE id = 'bob'") == 0


async def test_the_record_of_who_died_goes_after_its_time_only(world: World) -> None:
    died = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    await world.put(patient("bob", deceasedDateTime=died), observation("b1", "bob"), observation("a1", "ana"))
    for days, left in ((300, 2), (400, 1)):
        await retention.purge(world.engine, rules(world, "deceased"), at=later(days), by="test")
        assert len(await versions(world, "Observation")) == left


@pytest.mark.parametrize(
    ("what", "types", "days"), [("all", '["*"]', 1), ("replaced", '["Nonsense"]', 1), ("replaced", '["*"]', 0)]
)
async def test_a_rule_that_can_not_be_applied_is_refused(world: World, what: str, types: str, days: int) -> None:
    with pytest.raises(ValueError, match="retention"):
        rules(world, what, types, days=days)
    with pytest.raises(ValueError, match="lacks"):
        retention.read('[[rule]]\nname="x"\n', world.engine.definitions)
