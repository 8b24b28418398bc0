"""Makers are told once of what runs out within thirty days."""

from __future__ import annotations

from datetime import timedelta

from seve.engine.access import open_grant
from seve.sdk import Chores
from seve.solutions.tool_register import solution
from seve.solutions.tool_register.actions.reminding import Nothing, remind
from seve.testing.site import Site

from .conftest import TODAY, YEAR, decide, declare, id_of, told


async def work(register: Site) -> None:
    await remind(Chores(register.engine, open_grant(), solution.manifest), Nothing())


def soon(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


async def published(register: Site, *, until: str, due: str = YEAR) -> str:
    """An entry of Inès' house alone; the id of its declaration."""
    for one in await register.stored("DeviceDefinition"):
        tags = [tag for tag in one["meta"]["tag"] if tag["system"] != "urn:seve:tools:state"]
        await register.put({**one, "meta": {"tag": tags}})
    declaration = id_of(await declare(await register.browser("ines"), hds_until=until))
    await decide(await register.browser("officer"), declaration, due=due)
    return declaration


async def test_a_maker_is_told_once_of_a_proof_that_ends_within_thirty_days(register: Site) -> None:
    await published(register, until=soon(29))
    await work(register)
    assert await told(register, "tool_ending") == ["ines"]
    await work(register)
    assert await told(register, "tool_ending") == ["ines"]


async def test_nobody_is_told_of_what_is_further_away_or_over(register: Site) -> None:
    await published(register, until=soon(40))
    await work(register)
    assert await told(register, "tool_ending") == []
    await published(register, until=soon(-1))
    await work(register)
    assert await told(register, "tool_ending") == []


async def test_the_yearly_check_is_told_of_and_a_new_check_keeps_what_was_told(register: Site) -> None:
    declaration = await published(register, until=soon(25), due=soon(20))
    await work(register)
    assert await told(register, "tool_ending") == ["ines"]
    await decide(await register.browser("officer"), declaration, due=YEAR)
    await work(register)
    assert await told(register, "tool_ending") == ["ines"]
    await decide(await register.browser("officer"), declaration, due=soon(10))
    await work(register)
    assert await told(register, "tool_ending") == ["ines", "ines"]


async def test_what_was_withdrawn_or_came_by_a_list_tells_nobody(register: Site) -> None:
    await published(register, until=soon(10))
    (entry,) = [one for one in await register.stored("DeviceDefinition") if "Visite Claire" in str(one)]
    (task,) = await register.stored("Task", ("_id", entry["identifier"][0]["value"]))
    await register.put({key: value for key, value in task.items() if key != "requester"})
    await work(register)
    assert await told(register, "tool_ending") == []
    await register.put(task)
    officer = await register.browser("officer")
    address = f"/tool-register/withdraw/{entry['id']}"
    await officer.get(address)
    await officer.post(address, version=entry["meta"]["versionId"], reason="Fin de service")
    await work(register)
    assert await told(register, "tool_ending") == []
