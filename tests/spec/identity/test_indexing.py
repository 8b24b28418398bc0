"""Only a qualified identity indexes shared data: documents by a matricule, documents into an open record, and opening one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.spec.asking import ok

from seve.engine.engine import Engine
from seve.fhir import Resource
from seve.fhir.access.openings import OWN, SYSTEM, TAGS
from seve.france.identity.ins import Matricule
from seve.france.identity.trust import Reliability
from seve.testing.site import INS, patient

_RECOVERED = Reliability("PROV", "INSI")
_OWN = {"meta": {"tag": [{"system": TAGS, "code": OWN}]}}
_MATRICULE = {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": INS["ana"]}
_INDEXES: dict[str, dict[str, Any]] = {
    "subject": {"subject": {"reference": "Patient/ana", "identifier": _MATRICULE}},
    "source": {"context": {"sourcePatientInfo": {"reference": "Patient/ana", "identifier": _MATRICULE}}},
    "contained": {"contained": [{"resourceType": "Patient", "id": "p", "identifier": [_MATRICULE]}],
                  "context": {"sourcePatientInfo": {"reference": "#p"}}},
}  # fmt: skip


def _document(**changes: Any) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": "Patient/ana"},
        "content": [{"attachment": {"title": "Compte rendu"}}],
        **changes,
    }


def _opening(status: str = "active", *, at: str = "2026-01-01T10:00:00Z") -> Resource:
    return {
        "resourceType": "Consent",
        "status": status,
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]},
        "category": [{"coding": [{"system": SYSTEM, "code": "patient"}]}],
        "patient": {"reference": "Patient/ana"},
        "dateTime": at,
        "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]},
    }


async def _ana(client: httpx.AsyncClient, *, is_qualified: bool) -> None:
    made = patient("ana") if is_qualified else patient("ana", reliability=_RECOVERED)
    await ok(await client.put("Patient/ana", json=made))


async def _refused(answer: httpx.Response, why: str, *, place: str) -> None:
    assert answer.status_code == 422
    first, second = answer.json()["issue"]
    assert first["code"] == second["code"] == "business-rule"
    assert first["expression"] == second["expression"] == [place]
    assert "takes a qualified identity" in first["details"]["text"]
    assert why in second["details"]["text"]


@pytest.mark.parametrize("index", _INDEXES)
async def test_a_matricule_indexes_a_document_of_a_qualified_identity_alone(
    client: httpx.AsyncClient, index: str
) -> None:
    await _ana(client, is_qualified=True)
    await ok(await client.post("DocumentReference", json=_document(**_INDEXES[index])), 201)
    await _ana(client, is_qualified=False)
    for changes in (
        _INDEXES[index],
        {**_INDEXES[index], **_OWN},
    ):  # nor in the local record: the number is not theirs for sure
        answer = await client.post("DocumentReference", json=_document(**changes))
        await _refused(answer, "no identity document was seen", place="DocumentReference.subject.identifier")
    assert (await client.get("DocumentReference", params={"_summary": "count"})).json()["total"] == 1


async def test_a_document_of_an_identity_that_is_not_qualified_is_kept_without_matricule_in_the_local_record(
    client: httpx.AsyncClient,
) -> None:
    await _ana(client, is_qualified=True)
    await ok(await client.post("Consent", json=_opening()), 201)
    await _ana(client, is_qualified=False)
    answer = await client.post("DocumentReference", json=_document())
    await _refused(answer, "no identity document was seen", place="DocumentReference.subject")
    kept = await ok(await client.post("DocumentReference", json=_document(**_OWN)), 201)
    answer = await client.put(f"DocumentReference/{kept['id']}", json={**_document(), "id": kept["id"]})
    assert answer.status_code == 422  # without the tag it would join the shared record
    operation = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": _OWN["meta"]}]}
    answer = await client.post(f"DocumentReference/{kept['id']}/$meta-delete", json=operation)
    assert answer.status_code == 422


async def test_only_a_qualified_identity_opens_a_shared_record(client: httpx.AsyncClient) -> None:
    await _ana(client, is_qualified=False)
    for status in ("active", "proposed"):
        answer = await client.post("Consent", json=_opening(status))
        await _refused(answer, "no identity document was seen", place="Consent.category")
    await ok(await client.post("Consent", json=_opening("rejected")), 201)  # everybody may oppose
    await _ana(client, is_qualified=True)
    await ok(await client.post("Consent", json=_opening()), 201)


async def test_an_identity_that_lost_its_standing_keeps_what_came_before_and_its_record_may_be_closed(
    client: httpx.AsyncClient,
) -> None:
    await _ana(client, is_qualified=True)
    consent = await ok(await client.post("Consent", json=_opening()), 201)
    document = await ok(await client.post("DocumentReference", json=_document(**_INDEXES["subject"])), 201)
    await _ana(client, is_qualified=False)
    await ok(await client.put(f"DocumentReference/{document['id']}", json={**document, "status": "superseded"}))
    await ok(await client.put(f"Consent/{consent['id']}", json={**consent, "status": "inactive"}))
    await ok(await client.post("DocumentReference", json=_document()), 201)  # into no shared record: it is closed


async def test_another_patients_matricule_or_that_of_nobody_here_is_refused(client: httpx.AsyncClient) -> None:
    await _ana(client, is_qualified=True)
    place = "DocumentReference.subject.identifier"
    another = Matricule.of("1841175123456", "nir-test").identifier()
    subject = {"reference": "Patient/ana", "identifier": another}
    await _refused(
        await client.post("DocumentReference", json=_document(subject=subject)), "not the one in force", place=place
    )
    nobody = await client.post("DocumentReference", json=_document(subject={"identifier": _MATRICULE}))
    await _refused(nobody, "names no patient", place=place)


async def test_a_test_number_indexes_nothing_in_production(client: httpx.AsyncClient, engine: Engine) -> None:
    await _ana(client, is_qualified=True)
    engine.database.identities = "production"
    try:
        answer = await client.post("DocumentReference", json=_document(**_INDEXES["subject"]))
    finally:
        engine.database.identities = "test"
    await _refused(answer, "number of tests in production", place="DocumentReference.subject.identifier")


async def test_a_whole_transaction_is_refused_and_one_with_its_patient_is_taken(client: httpx.AsyncClient) -> None:
    def bundle(reliability: Reliability | None) -> Resource:
        who = patient("ana", reliability=reliability) if reliability else patient("ana")
        entries = [
            {"resource": who, "request": {"method": "PUT", "url": "Patient/ana"}},
            {"resource": _document(**_INDEXES["subject"]), "request": {"method": "POST", "url": "DocumentReference"}},
        ]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    assert (await client.post("", json=bundle(_RECOVERED))).status_code == 422
    assert (await client.get("Patient/ana")).status_code == 404
    await ok(await client.post("", json=bundle(None)))


async def test_a_patch_that_adds_a_matricule_is_looked_at_too(client: httpx.AsyncClient) -> None:
    await _ana(client, is_qualified=False)
    made = await ok(await client.post("DocumentReference", json=_document()), 201)
    change = [{"op": "add", "path": "/subject/identifier", "value": _MATRICULE}]
    headers = {"content-type": "application/json-patch+json"}
    answer = await client.patch(f"DocumentReference/{made['id']}", json=change, headers=headers)
    assert answer.status_code == 422
    await _ana(client, is_qualified=True)
    await ok(await client.patch(f"DocumentReference/{made['id']}", json=change, headers=headers))
