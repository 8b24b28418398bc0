"""Who keeps a place up to date: the staff of the organisation that manages it, and no other professional."""

from __future__ import annotations

import httpx

from seve.fhir import Resource

from .world import World


def ward(name: str, organization: str) -> Resource:
    return {
        "resourceType": "Location",
        "id": "ward",
        "status": "active",
        "name": name,
        "managingOrganization": {"reference": organization},
    }


async def put(api: httpx.AsyncClient, reader: str, body: Resource) -> int:
    return (await api.put("Location/ward", json=body, headers={"x-reader": reader})).status_code


async def test_staff_change_a_place_of_their_own_organisation_and_no_other_does(
    api: httpx.AsyncClient, world: World
) -> None:
    own = world.principals["doc"].organization
    assert own
    assert own != world.principals["other"].organization
    await world.put(ward("Cardiologie", own))
    assert await put(api, "other", ward("À moi", world.principals["other"].organization)) == 403
    assert await put(api, "ana", ward("À moi", own)) == 403
    assert await put(api, "doc", ward("Cardiologie A", own)) == 200
    assert (await api.get("Location/ward", headers={"x-reader": "other"})).json()["name"] == "Cardiologie A"


async def test_staff_make_places_of_their_own_organisation_alone_and_give_none_away(
    api: httpx.AsyncClient, world: World
) -> None:
    own, others = world.principals["doc"].organization, world.principals["other"].organization
    for organization, status in ((own, 201), (others, 403), ("Organization/nowhere", 403)):
        answer = await api.post("Location", json=ward("Salle", organization), headers={"x-reader": "doc"})
        assert answer.status_code == status
    await world.put(ward("Cardiologie", own))
    assert await put(api, "doc", ward("Cardiologie", others)) == 403


async def test_a_place_that_nobody_manages_is_changed_by_no_professional(api: httpx.AsyncClient, world: World) -> None:
    bare = {key: value for key, value in ward("Hall", "").items() if key != "managingOrganization"}
    await world.put(bare)
    assert await put(api, "doc", {**bare, "name": "Autre"}) == 403


async def test_staff_change_nothing_else_of_the_directory(api: httpx.AsyncClient, world: World) -> None:
    own = world.principals["doc"].organization
    await world.put({"resourceType": "HealthcareService", "id": "s", "providedBy": {"reference": own}, "name": "Soins"})
    body = {"resourceType": "HealthcareService", "id": "s", "providedBy": {"reference": own}, "name": "Autre"}
    answer = await api.put("HealthcareService/s", json=body, headers={"x-reader": "doc"})
    assert answer.status_code == 403
