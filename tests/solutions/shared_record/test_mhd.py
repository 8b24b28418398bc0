"""Software feeds the record by the API alone: provide a document (MHD ITI-65 as a transaction), find it (ITI-67), fetch it (ITI-68)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha1
from typing import Any

import httpx

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
