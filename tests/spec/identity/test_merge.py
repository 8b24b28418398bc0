"""`Patient/$merge` and `$unmerge` through HTTP: all or nothing, traced, reversible."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from tests.unit.engine.matching.test_grading import NUMBER, OTHER_NUMBER, changed, person

from seve.engine.engine import Engine
from seve.engine.identity.merging.merge import merge
from seve.engine.identity.merging.refusals import PartOfTheRecord
from seve.engine.identity.merging.unmerge import unmerge
from seve.store.grant import Grant, Sight

OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "Pouls"}}


async def put(client: httpx.AsyncClient, resource: dict[str, Any]) -> None:
    answer = await client.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
    assert answer.status_code in (200, 201), answer.text


async def get(client: httpx.AsyncClient, reference: str) -> dict[str, Any]:
    answer = await client.get(reference)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def world(client: httpx.AsyncClient) -> None:
    """Two records of Zoé, what is told of the first, and of others."""
    await put(client, person(number=NUMBER, id="one", active=True))
    await put(client, person(changed(birth_place=""), OTHER_NUMBER, id="two", active=True))
    await put(client, person(id="else"))
    await put(client, {**OBSERVATION, "id": "o1", "subject": {"reference": "Patient/one"}})
    await put(client, {**OBSERVATION, "id": "o2", "subject": {"reference": "Patient/two"}})
    await put(client, {**OBSERVATION, "id": "o3", "subject": {"reference": "Patient/else"}})
    narrative = '<div xmlns="http://www.w3.org/1999/xhtml"><a href="Patient/one">Zoé</a></div>'
    members = [{"entity": {"reference": "Patient/one"}}, {"entity": {"reference": "Patient/else"}}]
    text = {"status": "additional", "div": narrative}
    await put(
        client, {"resourceType": "Group", "id": "g", "type": "person", "actual": True, "member": members, "text": text}
    )
    extension = [{"url": "http://seve.example/also", "valueReference": {"reference": "Patient/one"}}]
    await put(
        client,
        {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/one"}, "extension": extension},
    )


def parameters(source: str = "Patient/one", target: str = "Patient/two", **more: Any) -> dict[str, Any]:
    told: list[dict[str, Any]] = [
        {"name": "source-patient", "valueReference": {"reference": source}},
        {"name": "target-patient", "valueReference": {"reference": target}},
    ]
    told += [
        {"name": name.replace("_", "-"), "valueBoolean" if isinstance(value, bool) else "resource": value}
        for name, value in more.items()
    ]
    return {
        "resourceType": "Parameters",
        "parameter": [one for one in told if one.get("valueReference") != {"reference": ""}],
    }


async def merged(client: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    answer = await client.post("Patient/$merge", json=parameters(**told))
    assert answer.status_code == 200, answer.text
    return {p["name"]: p.get("resource") or p.get("valueReference") for p in answer.json()["parameter"]}


async def unmerged(client: httpx.AsyncClient, source: str = "Patient/one") -> httpx.Response:
    return await client.post("Patient/$unmerge", json=parameters(source, ""))


async def state(client: httpx.AsyncClient) -> dict[str, Any]:
    """Everything that stands, without what a new version changes by itself."""
    found = dict[str, Any]()
    for type_ in ("Patient", "Observation", "Group", "Condition"):
        for entry in (await get(client, type_)).get("entry", ()):
            resource = entry["resource"]
            found[f"{type_}/{resource['id']}"] = {key: value for key, value in resource.items() if key != "meta"}
    return found


async def test_a_merge_rewrites_every_mention_and_links_both_records(client: httpx.AsyncClient) -> None:
    await world(client)
    before = await state(client)
    answer = await merged(client)
    after = await state(client)
    source, target = after["Patient/one"], after["Patient/two"]
    assert source["active"] is False
    assert source["link"] == [{"other": {"reference": "Patient/two"}, "type": "replaced-by"}]
    assert target["link"] == [{"other": {"reference": "Patient/one"}, "type": "replaces"}]
    assert [(i["value"], i["use"]) for i in target["identifier"]] == [
        (OTHER_NUMBER.value, "official"),
        (NUMBER.value, "old"),
    ]
    assert after["Observation/o1"]["subject"]["reference"] == "Patient/two"
    assert after["Condition/c"]["extension"][0]["valueReference"]["reference"] == "Patient/two"
    assert [m["entity"]["reference"] for m in after["Group/g"]["member"]] == ["Patient/two", "Patient/else"]
    assert 'href="Patient/two"' in after["Group/g"]["text"]["div"]
    for untouched in ("Observation/o2", "Observation/o3", "Patient/else"):
        assert after[untouched] == before[untouched]
    assert answer["result"]["id"] == "two"
    assert (await get(client, "Observation?subject=Patient/one")).get("total") == 0


async def test_the_provenance_records_every_resource_with_its_versions(client: httpx.AsyncClient) -> None:
    await world(client)
    answer = await merged(client)
    trace = await get(client, answer["provenance"]["reference"])
    assert sorted(t["reference"] for t in trace["target"]) == [
        "Condition/c/_history/2",
        "Group/g/_history/2",
        "Observation/o1/_history/2",
        "Patient/one/_history/2",
        "Patient/two/_history/2",
    ]
    assert {e["what"]["reference"].rpartition("/")[2] for e in trace["entity"]} == {"1"}
    for target in trace["target"]:
        await get(client, target["reference"])


async def test_an_unmerge_restores_exactly_what_the_merge_changed(client: httpx.AsyncClient) -> None:
    await world(client)
    before = await state(client)
    await merged(client)
    await put(client, {**OBSERVATION, "id": "new", "subject": {"reference": "Patient/two"}})
    assert (await unmerged(client)).status_code == 200
    after = await state(client)
    assert after.pop("Observation/new")["subject"]["reference"] == "Patient/two"
    assert after == before
    again = await unmerged(client)
    assert (again.status_code, again.json()["issue"][0]["code"]) == (422, "business-rule")
    await merged(client)  # and may be merged again
    assert (await unmerged(client)).status_code == 200
    assert {k: v for k, v in (await state(client)).items() if k != "Observation/new"} == before


async def test_an_unmerge_is_refused_by_name_when_something_changed_since(client: httpx.AsyncClient) -> None:
    await world(client)
    await merged(client)
    await put(client, {**OBSERVATION, "id": "o1", "status": "amended", "subject": {"reference": "Patient/two"}})
    assert (await client.delete("Condition/c")).status_code in (200, 204)
    standing = await state(client)
    answer = await unmerged(client)
    assert answer.status_code == 409
    assert sorted(i["expression"][0] for i in answer.json()["issue"]) == ["Condition/c", "Observation/o1"]
    assert await state(client) == standing


async def test_a_preview_writes_nothing(client: httpx.AsyncClient) -> None:
    await world(client)
    before = await state(client)
    answer = await merged(client, preview=True)
    assert "5 resources" in answer["outcome"]["issue"][0]["details"]["text"]
    assert answer["result"]["link"][0]["type"] == "replaces"
    assert "provenance" not in answer
    assert await state(client) == before
    assert (await get(client, "Provenance")).get("total") == 0


async def test_the_result_patient_says_what_the_target_becomes(client: httpx.AsyncClient) -> None:
    await world(client)
    wanted = person(changed(given="ZOÉ"), OTHER_NUMBER, id="two", active=True)
    await merged(client, result_patient=wanted)
    found = (await state(client))["Patient/two"]
    assert found["name"] == wanted["name"]
    assert [i["use"] for i in found["identifier"]] == ["official", "old"]
    assert found["link"][0]["type"] == "replaces"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"target": "Patient/one"}, 422),
        ({"source": "Patient/absent"}, 404),
        ({"source": "Group/g"}, 400),
        ({"source": ""}, 400),
        ({"source": "https://elsewhere.example/fhir/Patient/one"}, 400),
        ({"result_patient": person(id="one")}, 422),
        ({"result_patient": {"resourceType": "Patient", "id": "two", "gender": "x"}}, 400),
    ],
)
async def test_what_can_not_be_merged_is_refused_and_nothing_written(
    client: httpx.AsyncClient, told: dict[str, Any], status: int
) -> None:
    await world(client)
    before = await state(client)
    answer = await client.post("Patient/$merge", json=parameters(**told))
    assert answer.status_code in (status, 422), answer.text
    assert await state(client) == before


async def test_who_sees_a_part_of_a_record_may_not_merge_it(client: httpx.AsyncClient, engine: Engine) -> None:
    await world(client)
    before = await state(client)
    partial = Grant("a professional", sight=Sight(session=0, standing=(), readers=(), purpose=0, profession="10"))
    with pytest.raises(PartOfTheRecord):
        await merge(engine, partial, source="Patient/one", target="Patient/two", result=None, is_preview=True)
    with pytest.raises(PartOfTheRecord):
        await unmerge(engine, partial, source="Patient/one")
    assert await state(client) == before


async def test_a_record_is_merged_once(client: httpx.AsyncClient) -> None:
    await world(client)
    await merged(client)
    for source, target in (("Patient/one", "Patient/else"), ("Patient/else", "Patient/one")):
        answer = await client.post("Patient/$merge", json=parameters(source, target))
        assert answer.status_code == 409
        assert "merged into Patient/two" in answer.json()["issue"][0]["details"]["text"]


async def test_of_many_merges_of_one_source_at_once_one_happens(client: httpx.AsyncClient) -> None:
    await world(client)
    targets = ["Patient/two", "Patient/else"] * 4
    answers = await asyncio.gather(
        *(client.post("Patient/$merge", json=parameters(target=target)) for target in targets)
    )
    assert sorted(a.status_code for a in answers) == [200] + [409] * 7
    winner = targets[[a.status_code for a in answers].index(200)]
    found = await state(client)
    assert found["Observation/o1"]["subject"]["reference"] == winner
    assert found["Patient/one"]["link"] == [{"other": {"reference": winner}, "type": "replaced-by"}]
    assert (await get(client, "Provenance?_total=accurate"))["total"] == 1


async def test_merges_in_a_ring_do_not_lock_each_other_up(client: httpx.AsyncClient) -> None:
    await world(client)
    pairs = [("Patient/one", "Patient/two"), ("Patient/two", "Patient/else"), ("Patient/else", "Patient/one")]
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(client.post("Patient/$merge", json=parameters(*pair)) for pair in pairs))
    assert {a.status_code for a in answers} <= {200, 409}
    assert 200 in {a.status_code for a in answers}


async def test_merge_and_writes_at_once_lose_nothing(client: httpx.AsyncClient) -> None:
    await world(client)

    async def write(number: int) -> int:
        body = {**OBSERVATION, "id": "o1", "subject": {"reference": "Patient/one"}, "note": [{"text": str(number)}]}
        return (await client.put("Observation/o1", json=body)).status_code

    results = await asyncio.gather(client.post("Patient/$merge", json=parameters()), *(write(n) for n in range(10)))
    assert results[0].status_code in (200, 409)
    assert all(status == 200 for status in results[1:])
    versions = (await get(client, "Observation/o1/_history"))["entry"]
    notes = {e["resource"].get("note", [{"text": "-"}])[0]["text"] for e in versions}
    assert {str(n) for n in range(10)} <= notes
