"""ValueSet/$expand."""

import httpx
from tests.spec.terminology.conftest import BODY, codes, value_set

VS = "http://seve.example/vs/"
EXPAND = "ValueSet/$expand"


async def expanded(client: httpx.AsyncClient, **params: object) -> dict:
    answer = await client.get(EXPAND, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_whole_system_is_expanded_as_a_tree(body: httpx.AsyncClient) -> None:
    found = await expanded(body, url=VS + "all")
    assert codes(found) == ["limb", "arm", "hand", "leg", "tail", "head"]
    limb = found["expansion"]["contains"][0]
    assert limb["abstract"] is True
    assert [c["code"] for c in limb["contains"]] == ["arm", "leg", "tail"]
    assert found["expansion"]["total"] == 6
    assert {"name": "version", "valueUri": f"{BODY}|1"} in found["expansion"]["parameter"]
    assert "compose" not in found
    assert "compose" in await expanded(body, url=VS + "all", includeDefinition="true")


async def test_exclude_nested_makes_it_flat(body: httpx.AsyncClient) -> None:
    found = await expanded(body, url=VS + "all", excludeNested="true")
    assert [c["code"] for c in found["expansion"]["contains"]] == ["limb", "arm", "hand", "leg", "tail", "head"]


async def test_a_filter_finds_words_of_any_designation_without_accents(body: httpx.AsyncClient) -> None:
    assert codes(await expanded(body, url=VS + "all", filter="BRA")) == ["arm"]
    assert codes(await expanded(body, url=VS + "named", filter="tete")) == ["head"]
    assert codes(await expanded(body, url=VS + "all", filter="nothing such")) == []


async def test_pages_follow_each_other_and_say_the_total(body: httpx.AsyncClient) -> None:
    first = await expanded(body, url=VS + "all", count=4)
    second = await expanded(body, url=VS + "all", count=4, offset=4)
    assert codes(first) + codes(second) == ["limb", "arm", "hand", "leg", "tail", "head"]
    assert first["expansion"]["total"] == second["expansion"]["total"] == 6
    none = await expanded(body, url=VS + "upper", count=0)
    assert none["expansion"]["total"] == 1
    assert "contains" not in none["expansion"]


async def test_nested_value_sets_intersect_and_excludes_take_away(body: httpx.AsyncClient) -> None:
    assert codes(await expanded(body, url=VS + "upper")) == ["arm"]


async def test_inactive_and_abstract_codes_can_be_left_out(body: httpx.AsyncClient) -> None:
    assert "tail" not in codes(await expanded(body, url=VS + "all", activeOnly="true"))
    assert "limb" not in codes(await expanded(body, url=VS + "all", excludeNotForUI="true"))


async def test_displays_come_in_the_language_asked_and_designations_when_asked(body: httpx.AsyncClient) -> None:
    plain = await expanded(body, url=VS + "named")
    assert [c["display"] for c in plain["expansion"]["contains"]] == ["La tête", "Arm"]
    french = await expanded(body, url=VS + "named", displayLanguage="fr", includeDesignations="true")
    arm = french["expansion"]["contains"][1]
    assert arm["display"] == "Bras"
    assert [d["language"] for d in arm["designation"]] == ["fr", "de"]
    german = await expanded(body, url=VS + "named", designation="urn:ietf:bcp:47|de")
    assert [d["language"] for d in german["expansion"]["contains"][1]["designation"]] == ["de"]


async def test_it_runs_on_an_instance_and_on_a_value_set_in_the_body(body: httpx.AsyncClient) -> None:
    assert codes((await body.get("ValueSet/limbs/$expand")).json()) == ["limb", "arm", "hand", "leg", "tail"]
    bare = await body.post(EXPAND, json=value_set("x", include=[{"system": BODY, "concept": [{"code": "leg"}]}]))
    assert codes(bare.json()) == ["leg"]


async def test_a_change_of_the_code_system_takes_effect_at_once(body: httpx.AsyncClient) -> None:
    changed = (await body.get("CodeSystem/corps")).json()
    changed["concept"].append({"code": "back", "display": "Back"})
    await body.put("CodeSystem/corps", json=changed)
    assert codes(await expanded(body, url=VS + "all"))[-1] == "back"
    await body.delete("CodeSystem/corps")
    assert (await body.get(EXPAND, params={"url": VS + "all"})).status_code == 404


async def test_the_definitions_of_r4_are_expanded_too(client: httpx.AsyncClient) -> None:
    found = await expanded(client, url="http://hl7.org/fhir/ValueSet/administrative-gender")
    assert codes(found) == ["male", "female", "other", "unknown"]
    implicit = await expanded(client, url="http://hl7.org/fhir/administrative-gender?fhir_vs")
    assert codes(implicit) == codes(found)


async def test_versions_are_pinned_and_checked(body: httpx.AsyncClient) -> None:
    url = VS + "all"
    assert await expanded(body, url=url, **{"check-system-version": f"{BODY}|1"})
    wrong = await body.get(EXPAND, params={"url": url, "check-system-version": f"{BODY}|2"})
    assert wrong.status_code == 422
    forced = await body.get(EXPAND, params={"url": url, "force-system-version": f"{BODY}|2"})
    assert forced.status_code == 404
    assert codes(await expanded(body, url=url, **{"exclude-system": BODY})) == []


async def test_what_can_not_be_expanded_is_refused(body: httpx.AsyncClient) -> None:
    async def refused(status: int, code: str, **params: object) -> None:
        answer = await body.get(EXPAND, params=params)
        assert answer.status_code == status, answer.text
        assert answer.json()["issue"][0]["code"] == code

    await refused(404, "not-found", url=VS + "missing")
    await refused(404, "not-found", url=VS + "foreign")
    await refused(422, "processing", url=VS + "circular")
    await refused(422, "too-costly", url="http://hl7.org/fhir/ValueSet/mimetypes")
    await refused(422, "not-supported", context="Patient.gender", url=VS + "all")
    await refused(400, "value", url=VS + "all", count=-1)
    await refused(400, "required")
