"""$meta, $meta-add and $meta-delete."""

from __future__ import annotations

from typing import Any

import httpx
from tests.spec.asking import ok

TAG = {"system": "urn:t", "code": "a"}


def asked(**meta: Any) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}


async def meta(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    return (await ok(await client.get(url)))["parameter"][0]["valueMeta"]


async def test_labels_are_added_once_and_removed_as_new_versions(put: Any, client: httpx.AsyncClient) -> None:
    await put("Patient", "a", gender="female")
    for _ in range(2):
        answer = await ok(await client.post("Patient/a/$meta-add", json=asked(tag=[TAG])))
        assert answer["parameter"][0]["valueMeta"]["tag"] == [TAG]
    assert (await ok(await client.get("Patient?_tag=urn:t|a")))["total"] == 1
    answer = await ok(await client.post("Patient/a/$meta-delete", json=asked(tag=[TAG])))
    assert "tag" not in answer["parameter"][0]["valueMeta"]
    read = (await client.get("Patient/a")).json()
    assert read["gender"] == "female"
    assert int(read["meta"]["versionId"]) > 2


async def test_the_labels_in_use_are_told_of_one_of_a_type_and_of_all(put: Any, client: httpx.AsyncClient) -> None:
    await put("Patient", "a", meta={"tag": [TAG]})
    await put("Basic", "b", code={"text": "x"}, meta={"tag": [{"system": "urn:t", "code": "b"}]})
    assert (await meta(client, "Patient/a/$meta"))["tag"] == [TAG]
    assert (await meta(client, "Patient/$meta"))["tag"] == [TAG]
    assert {tag["code"] for tag in (await meta(client, "$meta"))["tag"]} == {"a", "b"}


async def test_labels_of_what_is_not_there_or_by_get_are_refused(put: Any, client: httpx.AsyncClient) -> None:
    assert (await client.get("Patient/none/$meta")).status_code == 404
    assert (await client.post("Patient/none/$meta-add", json=asked(tag=[TAG]))).status_code == 404
    await put("Patient", "a")
    assert (await client.get("Patient/a/$meta-add")).status_code in (400, 405)
    assert (await client.post("Patient/a/$meta-add", json={"resourceType": "Parameters"})).status_code == 400
    await client.delete("Patient/a")
    assert (await client.get("Patient/a/$meta")).status_code == 410
    assert (await client.post("Patient/a/$meta-delete", json=asked(tag=[TAG]))).status_code == 410
