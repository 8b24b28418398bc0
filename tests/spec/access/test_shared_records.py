"""Documents go into a shared record that is open, and into no other, whichever way they come (N02, N03)."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from seve.fhir import Resource
from seve.fhir.access.openings import OWN, SYSTEM, TAGS
from seve.fhir.smart.scopes import Scopes
from seve.testing.site import INS, patient

from .world import World, care_team

_DOCUMENT, _FILE = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "urn:uuid:8f6bb7e8-4a5c-4b8e-9d38-7b8d8e2b8e11"
_KEPT = {"tag": [{"system": TAGS, "code": OWN}]}


def _document(patient: str = "ana", **more: Any) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": {"contentType": "text/plain", "url": _FILE}}],
        **more,
    }


def _transaction(*resources: Resource) -> Resource:
    """A document, its file, and what else is to be written with them."""
    file = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": {"reference": _DOCUMENT},
        "data": b64encode(b"Compte rendu").decode(),
    }
    entries = [
        {"fullUrl": _DOCUMENT, "resource": _document(), "request": {"method": "POST", "url": "DocumentReference"}},
        {"fullUrl": _FILE, "resource": file, "request": {"method": "POST", "url": "Binary"}},
        *({"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources),
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entries[1], entries[0], *entries[2:]]}


def _decision(
    state: str = "active", channel: str = "doctor", *, patient: str = "ana", minutes: int = -1, **more: Any
) -> Resource:
    return {
        "resourceType": "Consent",
        "status": state,
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]},
        "category": [{"coding": [{"system": SYSTEM, "code": channel}]}],
        "patient": {"reference": f"Patient/{patient}"},
        "dateTime": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds"),
        "policyRule": {"text": "ouverture"},
        **more,
    }


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def qualified(world: World) -> None:
    """Records are opened for qualified identities alone (tests/spec/identity/test_indexing.py)."""
    await world.put(*map(patient, INS))


async def _sent(api: httpx.AsyncClient, body: Resource, path: str = "", *, by: str = "doc") -> httpx.Response:
    return await api.post(path, json=body, headers={"x-reader": by})


async def _open(world: World, state: str = "active", *, minutes: int = -1) -> None:
    await world.put({**_decision(state, "patient", minutes=minutes), "id": f"opening{minutes + 100}"})


async def _number(api: httpx.AsyncClient) -> int:
    found = await api.get("DocumentReference", params={"_summary": "count"}, headers={"x-reader": "open"})
    return found.json()["total"]


def _issue(answer: httpx.Response) -> dict[str, Any]:
    return answer.json()["issue"][0]


async def test_a_document_is_refused_for_a_record_that_is_not_open_and_the_way_out_is_told(
    api: httpx.AsyncClient, world: World
) -> None:
    answer = await _sent(api, _document(), "DocumentReference")
    assert answer.status_code == 409
    assert _issue(answer)["code"] == "business-rule"
    assert _issue(answer)["expression"] == ["DocumentReference.subject"]
    told = _issue(answer)["details"]["text"]
    for part in ("Patient/ana", SYSTEM, f"{TAGS}|{OWN}"):
        assert part in told
    await _open(world)
    assert (await _sent(api, _document(), "DocumentReference")).status_code == 201


@pytest.mark.parametrize("state", ["proposed", "rejected", "inactive"])
async def test_a_notice_an_opposition_and_a_closing_keep_documents_out(
    api: httpx.AsyncClient, world: World, state: str
) -> None:
    await _open(world, minutes=-9)
    await _open(world, state, minutes=-5)
    assert (await _sent(api, _document(), "DocumentReference")).status_code == 409
    await _open(world, minutes=-2)
    assert (await _sent(api, _document(), "DocumentReference")).status_code == 201


async def test_a_transaction_says_which_entry_and_keeps_nothing(api: httpx.AsyncClient, world: World) -> None:
    answer = await _sent(api, _transaction())
    assert answer.status_code == 409
    assert _issue(answer)["expression"] == ["Bundle.entry[1].resource.subject"]
    files = await api.get("Binary", params={"_summary": "count"}, headers={"x-reader": "open"})
    assert (await _number(api), files.json()["total"]) == (0, 0)
    await _open(world)
    assert (await _sent(api, _transaction())).status_code == 200


async def test_a_conditional_transaction_says_which_entry_too(api: httpx.AsyncClient, world: World) -> None:
    bundle = _transaction()
    bundle["entry"][1]["request"]["ifNoneExist"] = "identifier=urn:x|1"
    assert _issue(await _sent(api, bundle))["expression"] == ["Bundle.entry[1].resource.subject"]
    await _open(world)
    assert (await _sent(api, bundle)).status_code == 200


async def test_what_opens_the_record_may_come_in_the_same_transaction(api: httpx.AsyncClient) -> None:
    assert (await _sent(api, _transaction(_decision()))).status_code == 200
    assert await _number(api) == 1


async def test_each_entry_of_a_batch_is_refused_on_its_own(api: httpx.AsyncClient, world: World) -> None:
    await world.put(care_team("team-bob", "bob", "PractitionerRole/doc-role"))
    await _open(world)
    entries = [
        {"resource": _document(name), "request": {"method": "POST", "url": "DocumentReference"}}
        for name in ("ana", "bob")
    ]
    answer = await _sent(api, {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [one["response"]["status"] for one in answer.json()["entry"]] == ["201", "409"]


async def test_a_machine_that_chooses_ids_is_asked_as_everybody_is(api: httpx.AsyncClient, world: World) -> None:
    await world.sign_in(
        "feeder", kind="machine", role="Device/machine", client="feeder", scopes=Scopes.parse("system/*.cruds"), reaches_all=True
    )  # fmt: skip
    path, body = "DocumentReference/given", {**_document(), "id": "given"}
    assert (await api.put(path, json=body, headers={"x-reader": "feeder"})).status_code == 409
    opening = {**_decision(channel="automatic"), "id": "given"}
    assert (await api.put("Consent/given", json=opening, headers={"x-reader": "feeder"})).status_code == 201
    assert (await api.put(path, json=body, headers={"x-reader": "feeder"})).status_code == 201


async def test_a_subject_by_its_whole_address_is_the_same_patient(api: httpx.AsyncClient, world: World) -> None:
    whole = _document(subject={"reference": f"{world.engine.base_url}/Patient/ana"})
    assert (await _sent(api, whole, "DocumentReference")).status_code == 409


async def test_a_closed_record_is_kept_in_order_and_gets_no_other_content(api: httpx.AsyncClient, world: World) -> None:
    await _open(world, minutes=-9)
    made = (await _sent(api, _document(), "DocumentReference")).json()
    await _open(world, "inactive", minutes=-5)
    path = f"DocumentReference/{made['id']}"
    other = {**made, "content": [{"attachment": {"contentType": "text/plain", "url": "urn:uuid:else"}}]}
    assert (await api.put(path, json=other, headers={"x-reader": "doc"})).status_code == 409
    superseded = {**made, "status": "superseded", "description": "Remplacé"}
    assert (await api.put(path, json=superseded, headers={"x-reader": "doc"})).status_code == 200
    assert (await api.delete(path, headers={"x-reader": "doc"})).status_code == 204


async def test_a_document_that_stays_with_its_organisation_needs_no_open_record(
    api: httpx.AsyncClient, world: World
) -> None:
    answer = await _sent(api, _document(meta=_KEPT), "DocumentReference")
    assert answer.status_code == 201
    path = f"DocumentReference/{answer.json()['id']}/$meta-delete"  # sharing it is taking the tag away
    label = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": _KEPT}]}
    assert (await _sent(api, label, path)).status_code == 409
    await _open(world)
    assert (await _sent(api, label, path)).status_code == 200


@pytest.mark.parametrize("channel", ["patient", "pharmacist", "desk", "automatic"])
async def test_a_doctor_opens_as_a_doctor_alone(api: httpx.AsyncClient, channel: str) -> None:
    answer = await _sent(api, _decision(channel=channel), "Consent")
    assert answer.status_code == 403
    assert f"“{channel}”" in _issue(answer)["details"]["text"]
    assert (await _sent(api, _decision(), "Consent")).status_code == 201


async def test_a_patient_opens_as_a_patient_and_a_nurse_not_at_all(api: httpx.AsyncClient) -> None:
    assert (await _sent(api, _decision(channel="patient"), "Consent", by="ana")).status_code == 201
    assert (await _sent(api, _decision(channel="doctor"), "Consent", by="nurse")).status_code == 403


@pytest.mark.parametrize("changes", [{"minutes": 60}, {"dateTime": "2026"}])
async def test_a_decision_that_would_outlive_those_after_it_is_refused(
    api: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    answer = await _sent(api, _decision(**changes), "Consent")
    assert answer.status_code == 422
    assert _issue(answer)["expression"] == ["Consent.dateTime"]


async def test_decisions_are_told_apart_by_when_they_were_made_not_by_how_the_time_is_written(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put({**_decision("active", dateTime="2026-06-01T11:30:00+02:00"), "id": "first"})
    await world.put({**_decision("inactive", dateTime="2026-06-01T10:00:00Z"), "id": "then"})
    assert (await _sent(api, _document(), "DocumentReference")).status_code == 409
