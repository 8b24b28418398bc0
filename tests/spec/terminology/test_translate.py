"""ConceptMap/$translate."""

import copy

import httpx
import pytest_asyncio
from tests.spec.terminology.conftest import BODY, ORGANS, given

MAP = {
    "resourceType": "ConceptMap",
    "id": "corps-organes",
    "url": "http://seve.example/map",
    "status": "active",
    "sourceUri": "http://seve.example/vs/limbs",
    "targetUri": "http://seve.example/vs/organs",
    "group": [
        {
            "source": BODY,
            "target": ORGANS,
            "element": [
                {"code": "head", "target": [{"code": "brain", "display": "Brain", "equivalence": "wider"}]},
                {"code": "leg", "target": [{"equivalence": "unmatched"}]},
                {
                    "code": "arm",
                    "target": [
                        {
                            "code": "muscle",
                            "equivalence": "equivalent",
                            "dependsOn": [
                                {
                                    "property": "http://seve.example/sex",
                                    "system": "http://hl7.org/fhir/administrative-gender",
                                    "value": "male",
                                }
                            ],
                            "product": [{"property": "http://seve.example/side", "system": BODY, "value": "up"}],
                        }
                    ],
                },
            ],
            "unmapped": {"mode": "fixed", "code": "other", "display": "Other"},
        }
    ],
}


@pytest_asyncio.fixture(loop_scope="session")
async def maps(client: httpx.AsyncClient) -> httpx.AsyncClient:
    assert (await client.put("ConceptMap/corps-organes", json=MAP)).status_code == 201
    return client


async def translated(client: httpx.AsyncClient, **params: object) -> dict:
    answer = await client.get("ConceptMap/$translate", params=params)
    assert answer.status_code == 200, answer.text
    return given(answer.json())


async def test_a_code_is_translated_by_url_by_instance_and_by_any_map(maps: httpx.AsyncClient) -> None:
    expected = [
        {
            "equivalence": "wider",
            "concept": {"system": ORGANS, "code": "brain", "display": "Brain"},
            "source": MAP["url"],
        }
    ]
    by_url = await translated(maps, url=MAP["url"], system=BODY, code="head")
    assert by_url == {"result": True, "match": expected}
    on_instance = await maps.get(f"ConceptMap/corps-organes/$translate?system={BODY}&code=head")
    assert given(on_instance.json()) == by_url
    assert await translated(maps, system=BODY, code="head", targetsystem=ORGANS) == by_url
    assert await translated(maps, system=BODY, code="head", source=MAP["sourceUri"], target=MAP["targetUri"]) == by_url
    assert (await translated(maps, system=BODY, code="head", target="http://other.example"))["result"] is False


async def test_reverse_turns_the_equivalence_round(maps: httpx.AsyncClient) -> None:
    found = await translated(maps, url=MAP["url"], system=ORGANS, code="brain", reverse="true")
    assert found["match"][0]["equivalence"] == "narrower"
    assert found["match"][0]["concept"]["code"] == "head"


async def test_an_unmatched_code_and_one_without_a_row(maps: httpx.AsyncClient) -> None:
    found = await translated(maps, url=MAP["url"], system=BODY, code="leg")
    assert found["result"] is False
    assert found["match"] == [{"equivalence": "unmatched", "source": MAP["url"]}]
    fixed = await translated(maps, url=MAP["url"], system=BODY, code="tail")
    assert fixed["match"][0]["concept"] == {"system": ORGANS, "code": "other", "display": "Other"}


async def test_a_dependency_must_be_told_and_products_are_answered(maps: httpx.AsyncClient) -> None:
    assert (await translated(maps, url=MAP["url"], system=BODY, code="arm"))["result"] is False
    concept = {"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}]}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "url", "valueUri": MAP["url"]},
            {"name": "coding", "valueCoding": {"system": BODY, "code": "arm"}},
            {
                "name": "dependency",
                "part": [
                    {"name": "element", "valueUri": "http://seve.example/sex"},
                    {"name": "concept", "valueCodeableConcept": concept},
                ],
            },
        ],
    }
    found = given((await maps.post("ConceptMap/$translate", json=parameters)).json())
    assert found["match"][0]["concept"]["code"] == "muscle"
    assert found["match"][0]["product"] == [
        {"element": "http://seve.example/side", "concept": {"system": BODY, "code": "up"}}
    ]


async def test_unmapped_codes_go_to_the_other_map(maps: httpx.AsyncClient) -> None:
    other = copy.deepcopy(MAP) | {
        "id": "other",
        "url": "http://seve.example/first",
        "sourceUri": "http://seve.example/x",
    }
    other["group"][0]["element"] = [{"code": "none"}]
    other["group"][0]["unmapped"] = {"mode": "other-map", "url": MAP["url"]}
    await maps.put("ConceptMap/other", json=other)
    found = await translated(maps, url=other["url"], system=BODY, code="head")
    assert [m["source"] for m in found["match"]] == [MAP["url"]]
    other["group"][0]["unmapped"]["url"] = "http://seve.example/none"
    await maps.put("ConceptMap/other", json=other)
    refused = await maps.get("ConceptMap/$translate", params={"url": other["url"], "system": BODY, "code": "head"})
    assert refused.status_code == 422


async def test_the_maps_of_r4_are_there(client: httpx.AsyncClient) -> None:
    found = await translated(client, system="http://hl7.org/fhir/address-use", code="home")
    assert "H" in [m["concept"]["code"] for m in found["match"]]


async def test_an_unknown_map_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "ConceptMap/$translate", params={"url": "http://x.example", "system": BODY, "code": "head"}
    )
    assert answer.status_code == 404
    assert (await client.get("ConceptMap/$translate", params={"code": "head"})).status_code == 400
