"""CodeSystem/$lookup, $validate-code and $subsumes."""

import httpx
import pytest
from tests.spec.terminology.conftest import BODY, ORGANS, given


async def asked(client: httpx.AsyncClient, operation: str, **params: object) -> dict:
    answer = await client.get(f"CodeSystem/${operation}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["resourceType"] == "Parameters"
    return given(answer.json())


async def test_lookup_gives_names_properties_and_neighbours(body: httpx.AsyncClient) -> None:
    found = await asked(body, "lookup", system=BODY, code="arm")
    assert (found["name"], found["version"], found["display"]) == ("Parties du corps", "1", "Arm")
    assert found["designation"] == [{"language": "fr", "value": "Bras"}]
    assert {"code": "definition", "value": "From the shoulder to the hand"} in found["property"]
    assert {"code": "parent", "value": "limb"} in found["property"]
    assert {"code": "child", "value": "hand"} in found["property"]
    assert {"code": "side", "value": "up"} in found["property"]


async def test_lookup_narrows_to_the_properties_asked_and_speaks_french(body: httpx.AsyncClient) -> None:
    found = await asked(body, "lookup", system=BODY, code="arm", property="parent", displayLanguage="fr-FR")
    assert found["display"] == "Bras"
    assert found["property"] == [{"code": "parent", "value": "limb"}]
    assert "designation" not in found
    coding = {"name": "coding", "valueCoding": {"system": BODY, "code": "tail"}}
    posted = await body.post("CodeSystem/$lookup", json={"resourceType": "Parameters", "parameter": [coding]})
    assert {"code": "inactive", "value": True} in given(posted.json())["property"]


async def test_lookup_refuses_unknown_codes_and_systems(body: httpx.AsyncClient) -> None:
    for params in ({"system": BODY, "code": "wing"}, {"system": "http://nowhere.example", "code": "arm"}):
        answer = await body.get("CodeSystem/$lookup", params=params)
        assert answer.status_code == 404
        assert answer.json()["issue"][0]["code"] == "not-found"
    assert (await body.get("CodeSystem/$lookup")).status_code == 400


async def test_a_supplement_adds_names_and_properties_to_another_system(body: httpx.AsyncClient) -> None:
    supplement = {
        "resourceType": "CodeSystem",
        "url": "http://seve.example/corps-espagnol",
        "status": "active",
        "content": "supplement",
        "supplements": BODY,
        "property": [{"code": "weight", "type": "integer"}],
        "concept": [
            {
                "code": "arm",
                "designation": [{"language": "es", "value": "Brazo"}],
                "property": [{"code": "weight", "valueInteger": 4}],
            }
        ],
    }
    created = (await body.post("CodeSystem", json=supplement)).json()
    found = await asked(body, "lookup", system=BODY, code="arm", displayLanguage="es")
    assert found["display"] == "Brazo"
    assert {"code": "weight", "value": 4} in found["property"]
    gender = {
        **supplement,
        "url": "http://seve.example/genres",
        "supplements": "http://hl7.org/fhir/administrative-gender",
    }
    gender["concept"] = [{"code": "female", "designation": [{"language": "fr", "value": "Femme"}]}]
    await body.post("CodeSystem", json=gender)
    french = await asked(
        body, "lookup", system="http://hl7.org/fhir/administrative-gender", code="female", displayLanguage="fr"
    )
    assert french["display"] == "Femme"
    await body.delete(f"CodeSystem/{created['id']}")
    assert (await asked(body, "lookup", system=BODY, code="arm", displayLanguage="es"))["display"] == "Arm"


async def test_validate_code_knows_codes_and_their_displays(body: httpx.AsyncClient) -> None:
    assert await asked(body, "validate-code", url=BODY, code="arm") == {"result": True, "display": "Arm"}
    assert (await asked(body, "validate-code", url=BODY, code="arm", display="bras"))["result"] is True
    wrong = await asked(body, "validate-code", url=BODY, code="arm", display="Leg", displayLanguage="fr")
    assert wrong == {
        "result": False,
        "message": "Le code « arm » s'appelle « Arm », et non « Leg ».",
        "display": "Bras",
    }
    unknown = await asked(body, "validate-code", url=BODY, code="ARM")
    assert unknown["result"] is False
    assert "display" not in unknown
    assert (await asked(body, "validate-code", url=BODY, code="limb", abstract="false"))["result"] is False
    assert (await asked(body, "validate-code", url=BODY, code="limb"))["result"] is True


async def test_validate_code_takes_a_system_in_the_body_and_concepts(body: httpx.AsyncClient) -> None:
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {
                "name": "codeSystem",
                "resource": {
                    "resourceType": "CodeSystem",
                    "url": ORGANS,
                    "status": "draft",
                    "content": "complete",
                    "caseSensitive": False,
                    "concept": [{"code": "Heart"}],
                },
            },
            {
                "name": "codeableConcept",
                "valueCodeableConcept": {
                    "coding": [{"system": BODY, "code": "x"}, {"system": ORGANS, "code": "HEART"}]
                },
            },
        ],
    }
    answer = await body.post("CodeSystem/$validate-code", json=parameters)
    assert given(answer.json())["result"] is True


async def test_validate_code_on_an_instance(body: httpx.AsyncClient) -> None:
    assert given((await body.get("CodeSystem/corps/$validate-code?code=leg")).json())["result"] is True
    assert (await body.get("CodeSystem/missing/$validate-code?code=leg")).status_code == 404


async def test_validate_code_of_an_unknown_system_is_refused(body: httpx.AsyncClient) -> None:
    answer = await body.get("CodeSystem/$validate-code", params={"url": "http://nowhere.example", "code": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("limb", "hand", "subsumes"),
        ("hand", "limb", "subsumed-by"),
        ("arm", "arm", "equivalent"),
        ("arm", "leg", "not-subsumed"),
    ],
)
async def test_subsumes(body: httpx.AsyncClient, a: str, b: str, outcome: str) -> None:
    assert await asked(body, "subsumes", system=BODY, codeA=a, codeB=b) == {"outcome": outcome}
    on_instance = await body.get(f"CodeSystem/corps/$subsumes?codeA={a}&codeB={b}")
    assert given(on_instance.json()) == {"outcome": outcome}


async def test_subsumes_refuses_unknown_codes_and_a_hierarchy_of_parts(body: httpx.AsyncClient) -> None:
    unknown = await body.get("CodeSystem/$subsumes", params={"system": BODY, "codeA": "wing", "codeB": "arm"})
    assert unknown.status_code == 404
    assert (await body.get("CodeSystem/$subsumes", params={"system": BODY, "codeA": "arm"})).status_code == 400
    changed = (await body.get("CodeSystem/corps")).json() | {"hierarchyMeaning": "part-of"}
    await body.put("CodeSystem/corps", json=changed)
    parts = await body.get("CodeSystem/$subsumes", params={"system": BODY, "codeA": "limb", "codeB": "arm"})
    assert parts.status_code == 422
