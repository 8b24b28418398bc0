"""ValueSet/$validate-code."""

import httpx
from tests.spec.terminology.conftest import BODY, given, value_set

VS = "http://seve.example/vs/"


async def validated(client: httpx.AsyncClient, **params: object) -> dict:
    answer = await client.get("ValueSet/$validate-code", params=params)
    assert answer.status_code == 200, answer.text
    return given(answer.json())


async def test_members_and_others_are_told_apart(body: httpx.AsyncClient) -> None:
    assert await validated(body, url=VS + "limbs", system=BODY, code="hand") == {"result": True, "display": "Hand"}
    other = await validated(body, url=VS + "limbs", system=BODY, code="head")
    assert other["result"] is False
    assert "head" in other["message"]
    assert (await validated(body, url=VS + "upper", system=BODY, code="hand"))["result"] is False
    assert (await validated(body, url=VS + "limbs", system="http://nowhere.example", code="hand"))["result"] is False


async def test_the_display_of_the_value_set_comes_first(body: httpx.AsyncClient) -> None:
    named = await validated(body, url=VS + "named", system=BODY, code="head", display="La Tête")
    assert named == {"result": True, "display": "La tête"}
    wrong = await validated(body, url=VS + "named", system=BODY, code="head", display="Foot")
    assert wrong["result"] is False
    assert wrong["display"] == "La tête"


async def test_one_good_coding_of_a_concept_is_enough(body: httpx.AsyncClient) -> None:
    def concept(*codes: str) -> dict:
        codings = [{"system": BODY, "code": code} for code in codes]
        return {
            "resourceType": "Parameters",
            "parameter": [{"name": "codeableConcept", "valueCodeableConcept": {"coding": codings}}],
        }

    good = await body.post("ValueSet/limbs/$validate-code", json=concept("head", "leg"))
    assert given(good.json())["result"] is True
    bad = await body.post("ValueSet/limbs/$validate-code", json=concept("head", "neck"))
    assert given(bad.json())["result"] is False


async def test_a_value_set_of_r4_and_one_by_a_grammar(client: httpx.AsyncClient) -> None:
    gender = {
        "url": "http://hl7.org/fhir/ValueSet/administrative-gender",
        "system": "http://hl7.org/fhir/administrative-gender",
    }
    assert (await validated(client, **gender, code="female"))["result"] is True
    assert (await validated(client, **gender, code="femme"))["result"] is False
    ucum = {"url": "http://hl7.org/fhir/ValueSet/ucum-units", "system": "http://unitsofmeasure.org"}
    assert (await validated(client, **ucum, code="mg/dL"))["result"] is True
    assert (await validated(client, **ucum, code="milli"))["result"] is False


async def test_no_write_redefines_the_codes_of_r4(client: httpx.AsyncClient) -> None:
    url = "http://hl7.org/fhir/ValueSet/administrative-gender"
    mine = value_set(
        "mine", include=[{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "x"}]}]
    )
    await client.post("ValueSet", json=mine | {"url": url, "version": "mine"})
    system = "http://hl7.org/fhir/administrative-gender"
    assert (await validated(client, url=url, system=system, code="x"))["result"] is False
    assert (await validated(client, url=url, valueSetVersion="mine", system=system, code="x"))["result"] is True


async def test_the_last_active_version_answers_and_others_by_their_version(client: httpx.AsyncClient) -> None:
    for version, code, status in (("1", "head", "active"), ("2", "arm", "active"), ("3", "leg", "draft")):
        one = value_set("v" + version, include=[{"system": BODY, "concept": [{"code": code}]}])
        one |= {"url": VS + "versioned", "version": version, "status": status}
        await client.put(f"ValueSet/v{version}", json=one)
    assert (await validated(client, url=VS + "versioned", system=BODY, code="arm"))["result"] is True
    assert (await validated(client, url=VS + "versioned", system=BODY, code="leg"))["result"] is False
    assert (await validated(client, url=VS + "versioned", valueSetVersion="1", system=BODY, code="head"))[
        "result"
    ] is True


async def test_what_can_not_be_decided_is_refused(body: httpx.AsyncClient) -> None:
    for status, params in (
        (404, {"url": VS + "missing", "system": BODY, "code": "arm"}),
        (404, {"url": VS + "foreign", "system": "http://nowhere.example/codes", "code": "arm"}),
        (422, {"url": VS + "circular", "system": BODY, "code": "arm"}),
        (400, {"url": VS + "limbs", "code": "arm"}),
        (400, {"url": VS + "limbs"}),
        (400, {"system": BODY, "code": "arm"}),
        (422, {"url": VS + "limbs", "system": BODY, "code": "arm", "date": "2020-01-01"}),
    ):
        answer = await body.get("ValueSet/$validate-code", params=params)
        assert answer.status_code == status, answer.text
