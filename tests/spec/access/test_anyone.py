"""What anyone sees without signing in: the directory as far as it is public, nobody's data; and nothing can be written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
import pytest_asyncio

from seve.engine.access import background_grant, public_grant
from seve.rest.app import FhirApp
from seve.sdk import Page, Shown, Visit
from seve.store.grant import Grant
from seve.testing.plugin import BASE_URL

from .world import World, observation

_CANARY = "Xylophanès"


class AnyoneGate:
    """Lets everybody in as nobody."""

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        del headers
        return public_grant(source=source or "203.0.113.9")


@pytest_asyncio.fixture(loop_scope="session")
async def street(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The API as anyone would see it."""
    await world.put(
        {"resourceType": "Patient", "id": "ana", "name": [{"family": _CANARY}], "generalPractitioner": [{"reference": "Practitioner/doc"}]},
        observation("a1", "ana"),
        {"resourceType": "RelatedPerson", "id": "r1", "patient": {"reference": "Patient/ana"}, "name": [{"family": _CANARY}]},
        {"resourceType": "Location", "id": "place", "status": "active", "name": "Maison de santé"},
        {"resourceType": "Location", "id": "shelter", "name": _CANARY, "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}},
        {"resourceType": "Questionnaire", "id": "q1", "status": "active"},
    )  # fmt: skip
    transport = httpx.ASGITransport(app=FhirApp(world.engine, AnyoneGate()))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as opened:
        yield opened


async def test_anyone_reads_the_directory(street: httpx.AsyncClient) -> None:
    for path in ("Practitioner/doc", "PractitionerRole/doc-role", "Location/place", "Practitioner?_id=doc"):
        answer = await street.get(path)
        assert answer.status_code == 200, path
    assert (await street.get("Location?name=maison&_total=accurate")).json()["total"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "Patient/ana",
        "Patient?name=Xylo",
        "Observation/a1",
        "Observation/a1/_history",
        "Patient/ana/$everything",
        "RelatedPerson/r1",
        "Location/shelter",
        "Questionnaire/q1",
        "AuditEvent",
        "Practitioner?_id=doc&_revinclude=Patient:general-practitioner",
        "Practitioner?_has:Patient:general-practitioner:name=Xylo",
        "Location?name=Xylo",
    ],
)
async def test_anyone_sees_nothing_of_a_person(street: httpx.AsyncClient, path: str) -> None:
    answer = await street.get(path)
    assert _CANARY not in answer.text
    found = answer.json()
    if answer.status_code == 200:
        assert [
            e
            for e in found.get("entry", ())
            if e["resource"]["resourceType"] not in ("Practitioner", "OperationOutcome")
        ] == []
        assert "_has" not in path or not found.get("entry")
    else:
        assert answer.status_code in (403, 404), path


async def test_anyone_writes_nothing_and_starts_nothing(street: httpx.AsyncClient, world: World) -> None:
    place = {"resourceType": "Location", "id": "place", "status": "suspended", "name": "Fermé"}
    for method, path, body in (
        ("POST", "Location", {"resourceType": "Location", "name": "Chez moi"}),
        ("PUT", "Location/place", place),
        ("DELETE", "Location/place", None),
        ("POST", "Patient", {"resourceType": "Patient"}),
    ):
        answer = await street.request(method, path, json=body)
        assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
    assert (await street.get("Location/place")).json()["name"] == "Maison de santé"
    grant = public_grant(source="")
    with pytest.raises(
        ValueError, match="malformed"
    ):  # msgspec's DecodeError: no principal, so no grant in the background
        background_grant(grant.holder, grant.origin, world.engine.parameters, base_url=BASE_URL)


async def test_what_anyone_reads_is_in_the_trail_with_the_address_and_no_name(
    street: httpx.AsyncClient, world: World
) -> None:
    await street.get("Practitioner/doc")
    transport = httpx.ASGITransport(app=FhirApp(world.engine, world))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL + "/") as api:
        trail = (await api.get("AuditEvent?subtype=read", headers={"x-reader": "officer"})).json()
    event = trail["entry"][0]["resource"]
    assert [one["requestor"] for one in event["agent"]].count(True) == 1
    assert event["agent"][0]["network"]["address"] == "127.0.0.1"
    assert not any("reference" in one["who"] for one in event["agent"])


def test_a_page_for_anyone_takes_no_form() -> None:
    async def answer(visit: Visit) -> Shown:
        raise NotImplementedError(visit)

    assert Page("/", answer, frozenset({"anyone"})).method == "GET"
    with pytest.raises(ValueError, match="takes no form"):
        Page("/", answer, frozenset({"anyone", "patient"}), method="POST")
