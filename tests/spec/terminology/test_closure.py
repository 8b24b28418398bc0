"""$closure."""

from typing import Any

import httpx
from tests.spec.terminology.conftest import BODY


async def closure(
    client: httpx.AsyncClient, *concepts: str, version: str | None = None, name: str = "mine"
) -> httpx.Response:
    parameters: list[dict[str, Any]] = [{"name": "name", "valueString": name}]
    parameters += [{"name": "concept", "valueCoding": {"system": BODY, "code": code}} for code in concepts]
    if version is not None:
        parameters.append({"name": "version", "valueString": version})
    return await client.post("$closure", json={"resourceType": "Parameters", "parameter": parameters})


def pairs(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["resourceType"] == "ConceptMap"
    groups = found.get("group", [])
    return {(e["code"], t["code"]) for g in groups for e in g["element"] for t in e["target"]}


async def test_each_relation_is_told_once_and_told_again_from_a_version(body: httpx.AsyncClient) -> None:
    assert pairs(await closure(body)) == set()
    first = await closure(body, "hand", "leg")
    assert pairs(first) == set()
    assert first.json()["version"] == "1"
    assert pairs(await closure(body, "limb")) == {("hand", "limb"), ("leg", "limb")}
    assert pairs(await closure(body, "arm", "head")) == {("hand", "arm"), ("arm", "limb")}
    assert pairs(await closure(body, version="2")) == {("hand", "arm"), ("arm", "limb")}
    assert len(pairs(await closure(body, version="0"))) == 4
    assert (await closure(body, version="0")).json()["version"] == "3"
    assert pairs(await closure(body)) == set()
    assert pairs(await closure(body, version="0")) == set()


async def test_a_table_that_was_not_started_and_unknown_codes_are_refused(body: httpx.AsyncClient) -> None:
    assert (await closure(body, "arm", name="other")).status_code == 404
    await closure(body)
    assert (await closure(body, "wing")).status_code == 404
    assert (await closure(body, version="x")).status_code == 400
    assert (await closure(body, "arm", version="1")).status_code == 400
    assert (await body.post("$closure", json={"resourceType": "Parameters", "parameter": []})).status_code == 400
