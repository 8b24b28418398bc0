"""What the tests of the API share: two resources, and an answer with the status that is expected."""

from __future__ import annotations

from typing import Any

import httpx

PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:test", "value": "1"}],
    "name": [{"family": "Durand", "given": ["Zoé"]}],
    "gender": "female",
    "birthDate": "1980-02-03",
}


def observation(patient: str, **changes: Any) -> dict[str, Any]:
    """A weight of 54 kg on 2 January 2020."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2020-01-02T03:04:05Z",
        "valueQuantity": {"value": 54, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        **changes,
    }


async def ok(answer: httpx.Response, *statuses: int) -> Any:
    """The body of an answer with one of the statuses (200 and 201 when none is named)."""
    assert answer.status_code in (statuses or (200, 201)), f"{answer.status_code}: {answer.text[:500]}"
    return answer.json() if answer.content else None


async def make(client: httpx.AsyncClient, resource: dict[str, Any]) -> dict[str, Any]:
    """A stored resource."""
    return await ok(await client.post(resource["resourceType"], json=resource), 201)


async def found(client: httpx.AsyncClient, search: str) -> list[dict[str, Any]]:
    """The resources of one page of a search."""
    return [entry["resource"] for entry in (await ok(await client.get(search))).get("entry", [])]


def issue(answer: httpx.Response) -> dict[str, Any]:
    """The first issue of a refusal."""
    return answer.json()["issue"][0]
