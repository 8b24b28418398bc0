"""Code systems, value sets and a concept map small enough to read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest_asyncio

BODY = "http://seve.example/corps"
ORGANS = "http://seve.example/organes"


def code_system() -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "id": "corps",
        "url": BODY,
        "version": "1",
        "name": "Corps",
        "title": "Parties du corps",
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "property": [
            {"code": "side", "type": "code"},
            {"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"},
            {"code": "notSelectable", "uri": "http://hl7.org/fhir/concept-properties#notSelectable", "type": "boolean"},
        ],
        "concept": [
            {
                "code": "limb",
                "display": "Limb",
                "property": [{"code": "notSelectable", "valueBoolean": True}],
                "designation": [{"language": "fr", "value": "Membre"}],
                "concept": [
                    {
                        "code": "arm",
                        "display": "Arm",
                        "definition": "From the shoulder to the hand",
                        "designation": [{"language": "fr", "value": "Bras"}],
                        "property": [{"code": "side", "valueCode": "up"}],
                        "concept": [
                            {"code": "hand", "display": "Hand", "property": [{"code": "side", "valueCode": "up"}]}
                        ],
                    },
                    {"code": "leg", "display": "Leg", "property": [{"code": "side", "valueCode": "down"}]},
                    {"code": "tail", "display": "Tail", "property": [{"code": "inactive", "valueBoolean": True}]},
                ],
            },
            {"code": "head", "display": "Head"},
        ],
    }


def value_set(id_: str, **compose: Any) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "id": id_,
        "url": f"http://seve.example/vs/{id_}",
        "status": "active",
        "compose": compose,
    }


@pytest_asyncio.fixture(loop_scope="session")
async def body(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The API with the code system of the body and some value sets in it."""
    resources = [
        code_system(),
        value_set("all", include=[{"system": BODY}]),
        value_set(
            "limbs", include=[{"system": BODY, "filter": [{"property": "concept", "op": "is-a", "value": "limb"}]}]
        ),
        value_set(
            "named",
            include=[
                {
                    "system": BODY,
                    "concept": [
                        {"code": "head", "display": "La tête"},
                        {"code": "arm", "designation": [{"language": "de", "value": "Arm (links)"}]},
                    ],
                }
            ],
        ),
        value_set(
            "upper",
            include=[
                {
                    "valueSet": ["http://seve.example/vs/limbs"],
                    "system": BODY,
                    "filter": [{"property": "side", "op": "=", "value": "up"}],
                }
            ],
            exclude=[{"system": BODY, "concept": [{"code": "hand"}]}],
        ),
        value_set("circular", include=[{"valueSet": ["http://seve.example/vs/circular"]}]),
        value_set("foreign", include=[{"system": "http://nowhere.example/codes"}]),
    ]
    for resource in resources:
        answer = await client.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
        assert answer.status_code == 201, answer.text
    return client


def given(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of an answer by name; those with parts as a list of dictionaries."""
    found: dict[str, Any] = {}
    for parameter in parameters["parameter"]:
        if "part" in parameter:
            found.setdefault(parameter["name"], []).append(given({"parameter": parameter["part"]}))
        else:
            found[parameter["name"]] = next(v for k, v in parameter.items() if k.startswith("value"))
    return found


def codes(expanded: dict[str, Any]) -> list[str]:
    """The codes of an expansion, depth first."""
    found: list[str] = []
    waiting = list(expanded["expansion"].get("contains", []))
    while waiting:
        item = waiting.pop(0)
        found.append(item["code"])
        waiting = item.get("contains", []) + waiting
    return found
