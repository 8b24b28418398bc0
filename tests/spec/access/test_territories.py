"""Territories: who works for one reaches what belongs to it, as far as their role goes, and nothing of another territory."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from seve.engine.identity.principal import STEERING
from seve.fhir import Resource
from seve.fhir.access.reaches import TERRITORIES

from .world import World, professional

_KIND = [{"coding": [{"system": TERRITORIES, "code": "ght"}]}]


def _organization(id_: str, *, whole: str = "", **more: Any) -> Resource:
    found: Resource = {"resourceType": "Organization", "id": id_, "active": True, "name": id_, **more}
    return {**found, "partOf": {"reference": f"Organization/{whole}"}} if whole else found


def _ward(organization: str, name: str = "Médecine") -> Resource:
    manager = {"reference": f"Organization/{organization}"}
    return {"resourceType": "Location", "id": f"ward-{organization}", "name": name, "managingOrganization": manager}


def _affiliation(**more: Any) -> Resource:
    return {
        "resourceType": "OrganizationAffiliation",
        "id": "ally",
        "organization": {"reference": "Organization/north"},
        "participatingOrganization": {"reference": "Organization/ally"},
        **more,
    }


@pytest.fixture
async def territories(world: World) -> World:
    """North has a hospital with a service, South has another hospital; each has somebody who steers it."""
    await world.put(
        _organization("north", type=_KIND),
        _organization("south", type=_KIND),
        _organization("hospital", whole="north"),
        _organization("service", whole="hospital"),
        _organization("far", whole="south"),
        _organization("ally"),
        *(_ward(one) for one in ("hospital", "service", "far", "ally")),
    )
    for name in ("north", "south", "hospital"):
        await world.put(*professional(f"steer-{name}", name))
        await world.sign_in(
            f"steer-{name}",
            role=f"PractitionerRole/steer-{name}-role",
            person=f"Practitioner/steer-{name}",
            organization=f"Organization/{name}",
            profession=STEERING,
            purpose="HOPERAT",
        )
    return world


async def _change(api: httpx.AsyncClient, reader: str, organization: str) -> int:
    body = _ward(organization, "Ouvert")
    return (await api.put(f"Location/ward-{organization}", json=body, headers={"x-reader": reader})).status_code


async def test_steering_keeps_the_places_of_its_territory_and_of_no_other(
    api: httpx.AsyncClient, territories: World
) -> None:
    assert {one: await _change(api, "steer-north", one) for one in ("hospital", "service", "far", "ally")} == {
        "hospital": 200, "service": 200, "far": 403, "ally": 403,
    }  # fmt: skip
    assert {one: await _change(api, "steer-south", one) for one in ("hospital", "service", "far")} == {
        "hospital": 403, "service": 403, "far": 200,
    }  # fmt: skip


async def test_steering_makes_places_within_its_territory_and_gives_none_away(
    api: httpx.AsyncClient, territories: World
) -> None:
    for organization, status in (("service", 201), ("far", 403)):
        answer = await api.post("Location", json=_ward(organization), headers={"x-reader": "steer-north"})
        assert answer.status_code == status
    given = {**_ward("hospital"), "managingOrganization": {"reference": "Organization/far"}}
    answer = await api.put("Location/ward-hospital", json=given, headers={"x-reader": "steer-north"})
    assert answer.status_code == 403


async def test_only_a_territory_reaches_what_belongs_to_it(api: httpx.AsyncClient, territories: World) -> None:
    assert await _change(api, "steer-hospital", "hospital") == 200
    assert await _change(api, "steer-hospital", "service") == 403


async def test_who_gives_care_reaches_nothing_by_a_territory(api: httpx.AsyncClient, territories: World) -> None:
    await territories.put(*professional("regional", "north"))
    await territories.sign_in(
        "regional",
        role="PractitionerRole/regional-role",
        person="Practitioner/regional",
        organization="Organization/north",
        profession="10",
    )
    assert await _change(api, "regional", "hospital") == 403


async def test_affiliations_count_while_they_last(api: httpx.AsyncClient, territories: World) -> None:
    await territories.put(_affiliation(active=True, period={"start": "2020-01-01"}))
    assert await _change(api, "steer-north", "ally") == 200
    for over in ({"active": False}, {"period": {"end": "2021-01-01"}}, {"period": {"start": "2999-01-01"}}):
        await territories.put(_affiliation(**over))
        assert await _change(api, "steer-north", "ally") == 403


async def test_what_leaves_a_territory_is_out_of_its_reach_at_once(api: httpx.AsyncClient, territories: World) -> None:
    await territories.put(_organization("hospital", whole="south"))
    assert await _change(api, "steer-north", "service") == 403
    assert await _change(api, "steer-south", "service") == 200
    await territories.put(_organization("south"))  # a territory no more
    assert await _change(api, "steer-south", "service") == 403


async def test_circles_of_organisations_end(api: httpx.AsyncClient, territories: World) -> None:
    await territories.put(_organization("north", whole="service", type=_KIND))
    assert await _change(api, "steer-north", "hospital") == 200
    assert await _change(api, "steer-north", "far") == 403


async def test_steering_sees_nothing_of_patients(api: httpx.AsyncClient, territories: World) -> None:
    managed = {"resourceType": "Patient", "id": "ana", "managingOrganization": {"reference": "Organization/hospital"}}
    await territories.put(managed)
    for reader in ("steer-north", "steer-hospital"):
        assert (await api.get("Patient/ana", headers={"x-reader": reader})).status_code == 404


async def test_only_the_officer_says_what_belongs_to_what(api: httpx.AsyncClient, territories: World) -> None:
    for reader, status in (("steer-north", 403), ("doc", 403), ("officer", 200)):
        body = _organization("far", whole="north")
        answer = await api.put("Organization/far", json=body, headers={"x-reader": reader})
        assert answer.status_code == status, reader
    assert await _change(api, "steer-north", "far") == 200
