"""`Patient/$match` through HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.unit.engine.matching.test_grading import NUMBER, QUALIFIED, changed, person

from seve.engine.access import nobody_grant, open_grant
from seve.engine.engine import Engine
from seve.engine.identity.matching.matches import matches
from seve.france.identity.trust import trust


async def stored(client: httpx.AsyncClient, **patients: dict[str, Any]) -> None:
    for id_, patient in patients.items():
        answer = await client.put(f"Patient/{id_}", json={**patient, "id": id_})
        assert answer.status_code == 201, answer.text


async def matched(client: httpx.AsyncClient, patient: dict[str, Any], **told: Any) -> list[tuple[str, str, float]]:
    parameters = [{"name": "resource", "resource": patient}]
    for name, value in told.items():
        key = "valueBoolean" if isinstance(value, bool) else "valueInteger"
        parameters.append({"name": name, key: value})
    body = {"resourceType": "Parameters", "parameter": parameters}
    answer = await client.post("Patient/$match", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["type"] == "searchset"
    return [
        (e["resource"]["id"], e["search"]["extension"][0]["valueCode"], e["search"]["score"])
        for e in found.get("entry", ())
    ]


async def test_the_best_match_comes_first_with_its_grade_and_score(client: httpx.AsyncClient) -> None:
    await stored(
        client,
        zoe=person(),
        swapped=person(changed(birth_date="1984-07-03")),
        twin=person(changed(given="ANNE")),
        stranger=person(changed(given="LUCAS", family="PETIT", birth_date="1951-11-30", sex="male")),
    )
    found = await matched(client, person(changed(family="Armor-Le Bras", given="Zoe")))
    assert [(id_, grade) for id_, grade, _ in found][:2] == [("zoe", "certain"), ("swapped", "probable")]
    assert "stranger" not in [id_ for id_, _, _ in found]
    assert {i: g for i, g, _ in found}.get("twin", "possible") != "certain"
    scores = [score for _, _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


async def test_a_wrong_date_is_found_by_the_names_and_a_wrong_name_by_the_date(client: httpx.AsyncClient) -> None:
    await stored(client, zoe=person())
    assert [i for i, _, _ in await matched(client, person(changed(birth_date="1985-03-07")))] == ["zoe"]
    assert [i for i, _, _ in await matched(client, person(changed(family="DARMOR LEBRA")))] == ["zoe"]


async def test_an_equal_qualified_number_is_certain(client: httpx.AsyncClient) -> None:
    await stored(client, zoe=person(number=NUMBER, reliability=QUALIFIED))
    [found] = await matched(client, person(changed(birth_place="", given="ZOE"), NUMBER), onlyCertainMatches=True)
    assert found == ("zoe", "certain", 1)


async def test_two_certain_matches_are_none(client: httpx.AsyncClient) -> None:
    await stored(client, one=person(), two=person())
    assert [g for _, g, _ in await matched(client, person())] == ["probable", "probable"]
    assert await matched(client, person(), onlyCertainMatches=True) == []


async def test_a_record_that_is_inactive_is_no_match_and_the_id_of_the_description_means_nothing(
    client: httpx.AsyncClient,
) -> None:
    await stored(client, zoe=person(), gone=person(active=False))
    assert [i for i, _, _ in await matched(client, person(id="zoe"))] == ["zoe"]


async def test_count_bounds_the_answer_and_total_tells_of_all(client: httpx.AsyncClient) -> None:
    await stored(client, **{f"p{n}": person() for n in range(3)})
    assert len(await matched(client, person(), count=2)) == 2
    answer = await client.post("Patient/$match", json=person())
    assert answer.json()["total"] == 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"resourceType": "Patient", "gender": "female"}, 422, "required"),
        ({"resourceType": "Parameters", "parameter": [{"name": "count", "valueInteger": 1}]}, 400, "required"),
        ({"resourceType": "Practitioner", "name": [{"family": "X"}]}, 400, "invalid"),
    ],
)
async def test_too_little_or_another_type_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await client.post("Patient/$match", json=body)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, code)


async def test_names_with_search_characters_are_only_names(client: httpx.AsyncClient) -> None:
    await stored(client, zoe=person(changed(family="A,B|C$D\\E")))
    assert [i for i, _, _ in await matched(client, person(changed(family="A,B|C$D\\E")))] == ["zoe"]


async def test_only_whom_the_grant_reaches_is_found(client: httpx.AsyncClient, engine: Engine) -> None:
    await stored(client, zoe=person(number=NUMBER, reliability=QUALIFIED))
    assert await matches(engine, nobody_grant(), person(number=NUMBER)) == []
    assert len(await matches(engine, open_grant(), person(number=NUMBER))) == 1


async def test_a_strict_trait_that_changes_takes_the_status_of_a_qualified_identity_along(
    client: httpx.AsyncClient,
) -> None:
    both = person(number=NUMBER, reliability=QUALIFIED)
    await stored(client, zoe=both, ann=both)
    qualified = (await client.get("Patient/zoe")).json()
    assert trust(qualified) == "qualified"
    same = (await client.put("Patient/zoe", json={**qualified, "telecom": [{"system": "phone", "value": "1"}]})).json()
    assert trust(same) == "qualified"
    patch = [{"op": "replace", "path": "/birthDate", "value": "1984-03-08"}]
    headers = {"content-type": "application/json-patch+json"}
    patched = await client.patch("Patient/zoe", json=patch, headers=headers)
    assert patched.status_code == 200, patched.text
    assert trust(patched.json()) == "provisional"
    updated = (await client.put("Patient/ann", json={**both, "id": "ann", "gender": "male"})).json()
    assert trust(updated) == "provisional"
