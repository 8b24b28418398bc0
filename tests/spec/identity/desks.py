"""The identity desks of three organisations, and the patients that these manage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from tests.spec.access.world import World, observation, professional
from tests.spec.access.world import world as made_world
from tests.unit.engine.matching.test_grading import NUMBER, person

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.engine.identity.merging.duplicates import find_duplicates
from seve.engine.identity.principal import IDENTITY_DESK
from seve.fhir import Resource
from seve.fhir.access.reaches import TERRITORIES
from seve.rest.app import FhirApp
from seve.testing.plugin import BASE_URL

_GROUP = [{"coding": [{"system": TERRITORIES, "code": "ght"}]}]


def managed(id_: str, organization: str, **more: Any) -> Resource:
    manager = {"reference": f"Organization/{organization}"}
    return person(id=id_, active=True, managingOrganization=manager, **more)


@pytest_asyncio.fixture(loop_scope="session")
async def people(engine: Engine) -> World:
    """The clinic has two records of Zoé, `elsewhere` a third; each has a desk, and so has the group that the clinic belongs to."""
    world = await made_world(engine)
    await world.put(
        {"resourceType": "Organization", "id": "group", "active": True, "name": "GHT", "type": _GROUP},
        {"resourceType": "Organization", "id": "clinic", "name": "Clinique", "partOf": {"reference": "Organization/group"}},
        managed("one", "clinic", number=NUMBER),
        managed("two", "clinic"),
        managed("three", "elsewhere"),
        observation("pulse", "one"),
        {"resourceType": "Task", "id": "care", "status": "requested", "intent": "order", "for": {"reference": "Patient/one"}},
    )  # fmt: skip
    for organization in ("clinic", "elsewhere", "group"):
        name = f"desk-{organization}"
        await world.put(*professional(name, organization))
        await world.sign_in(
            name,
            role=f"PractitionerRole/{name}-role",
            person=f"Practitioner/{name}",
            organization=f"Organization/{organization}",
            profession=IDENTITY_DESK,
            purpose="PATADMIN",
        )
    await find_duplicates(engine, open_grant(), looked_at=lambda _: None)
    return world


@pytest_asyncio.fixture(loop_scope="session")
async def desks(people: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=FhirApp(people.engine, people))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as opened:
        yield opened
