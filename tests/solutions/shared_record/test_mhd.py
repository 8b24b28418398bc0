"""Software feeds the record by the API alone: provide a document (MHD ITI-65 as a transaction), find it (ITI-67), fetch it (ITI-68)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha1
from typing import Any

import httpx
import pytest

from seve.fhir import Resource
from seve.solutions.shared_record.model.entries import entry

_DATA = b"Compte rendu du 3 novembre."
_DOCUMENT, _FILE = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "urn:uuid:8f6bb7e8-4a5c-4b8e-9d38-7b8d8e2b8e11"


def _bundle(**changes: Any) -> Resource:
    attachment = {
        "contentType": "text/plain", "url": _FILE, "size": len(_DATA), "title": "Compte rendu",
        "hash": b64encode(sha1(_DATA, usedforsecurity=False).digest()).decode(),
    }  # fmt: skip
    document = {
        "resourceType": "DocumentReference",
        "meta": {"source": "https://logiciel-hopital.example/9"},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "34112-3"}]},
        "subject": {"reference": "Patient/ana"},
        "date": "2026-11-03T10:00:00Z",
        "description": "Compte rendu d'hospitalisation",
        "content": [{"attachment": attachment}],
        **changes,
    }
    file = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": {"reference": _DOCUMENT},
        "data": b64encode(_DATA).decode(),
    }
    entries = [
        {"fullUrl": _DOCUMENT, "resource": document, "request": {"method": "POST", "url": "DocumentReference"}},
        {"fullUrl": _FILE, "resource": file, "request": {"method": "POST", "url": "Binary"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


async def test_a_document_is_provided_found_and_fetched(client: httpx.AsyncClient) -> None:
    await client.put("Patient/ana", json={"resourceType": "Patient", "id": "ana"})
    assert (await client.post("", json=_bundle())).status_code == 200
    query = {"patient": "Patient/ana", "status": "current", "type": "http://loinc.org|34112-3"}
    found = (await client.get("DocumentReference", params=query)).json()
    (document,) = [one["resource"] for one in found["entry"]]
    attachment = document["content"][0]["attachment"]
    fetched = (await client.get(attachment["url"], headers={"accept": "application/fhir+json"})).json()
    assert b64decode(fetched["data"]) == _DATA
    shown = entry(document, "fr")
    assert (shown.class_, shown.software) == ("reports", "logiciel-hopital.example")


async def test_a_client_that_does_not_conform_is_told_where_and_nothing_is_kept(client: httpx.AsyncClient) -> None:
    await client.put("Patient/ana", json={"resourceType": "Patient", "id": "ana"})
    answer = await client.post("", json=_bundle(status="final"))
    assert answer.status_code == 422
    issue = answer.json()["issue"][0]
    assert issue["expression"] == ["Bundle.entry[0].resource.status"]
    for type_ in ("DocumentReference", "Binary"):
        assert (await client.get(type_, params={"_summary": "count"})).json()["total"] == 0


_NOS = "https://mos.esante.gouv.fr/NOS"
_TOLD: dict[str, Any] = {
    "category": [{"coding": [{"system": f"{_NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument", "code": "10"}]}],
    "securityLabel": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]}
    ],
    "context": {
        "period": {"start": "2026-11-01", "end": "2026-11-03"},
        "facilityType": {
            "coding": [{"system": f"{_NOS}/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite", "code": "SA01"}]
        },
        "practiceSetting": {
            "coding": [{"system": f"{_NOS}/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice", "code": "ETABLISSEMENT"}]
        },
    },
}


@pytest.mark.parametrize(
    ("name", "found", "missed"),
    [
        ("patient.identifier", "urn:oid:1.2.250.1.213.1.4.10|261036212345613", "urn:oid:1.2.250.1.213.1.4.10|1"),
        ("date", "ge2026-11-01", "ge2026-12-01"),
        ("period", "ge2026-11-02", "ge2026-12-01"),
        ("category", "10", "42"),
        ("facility", "SA01", "SA07"),
        ("setting", "ETABLISSEMENT", "AMBULATOIRE"),
        ("security-label", "N", "R"),
        ("contenttype", "text/plain", "application/pdf"),
    ],
)
async def test_a_document_is_found_by_the_parameters_of_iti_67(
    client: httpx.AsyncClient, name: str, found: str, missed: str
) -> None:
    ins = {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": "261036212345613"}
    await client.put("Patient/ana", json={"resourceType": "Patient", "id": "ana", "identifier": [ins]})
    assert (await client.post("", json=_bundle(**_TOLD))).status_code == 200
    for value, number in ((found, 1), (missed, 0)):
        answer = await client.get("DocumentReference", params={"status": "current", name: value, "_total": "accurate"})
        assert answer.json()["total"] == number


async def test_a_submission_set_and_a_replacement_come_in_one_transaction(client: httpx.AsyncClient) -> None:
    await client.put("Patient/ana", json={"resourceType": "Patient", "id": "ana"})
    first = (await client.post("", json=_bundle())).json()
    old = first["entry"][0]["response"]["location"].split("/")
    reference = "/".join(old[old.index("DocumentReference") : old.index("DocumentReference") + 2])
    bundle = _bundle(relatesTo=[{"code": "replaces", "target": {"reference": reference}}])
    kind = {"coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]}
    submission = {
        "resourceType": "List", "status": "current", "mode": "working", "code": kind, "subject": {"reference": "Patient/ana"},
        "entry": [{"item": {"reference": _DOCUMENT}}],
    }  # fmt: skip
    bundle["entry"].append({"resource": submission, "request": {"method": "POST", "url": "List"}})
    assert (await client.post("", json=bundle)).status_code == 200
    lists = (await client.get("List", params={"patient": "Patient/ana", "code": "submissionset"})).json()["entry"]
    assert lists[0]["resource"]["entry"][0]["item"]["reference"].startswith("DocumentReference/")
    newer = (await client.get("DocumentReference", params={"relatesto": reference, "relation": "replaces"})).json()
    assert len(newer["entry"]) == 1


async def test_a_file_that_is_not_what_it_says_is_refused_with_the_whole_transaction(client: httpx.AsyncClient) -> None:
    await client.put("Patient/ana", json={"resourceType": "Patient", "id": "ana"})
    bundle = _bundle()
    bundle["entry"][1]["resource"]["contentType"] = "application/pdf"
    answer = await client.post("", json=bundle)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1].resource.contentType"]
    assert (await client.get("DocumentReference", params={"_summary": "count"})).json()["total"] == 0
