"""Documents that an organisation keeps for itself (N05): for its own staff and the patient; another house's doctor of the same care team
sees neither content nor count nor order, whichever way they ask.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from seve.fhir import Resource
from seve.fhir.access.openings import OWN, TAGS

from .world import World, care_team

WAYS = (
    "DocumentReference/{id}",
    "DocumentReference/{id}/_history",
    "DocumentReference/{id}/_history/1",
    "DocumentReference/{id}/$meta",
    "Binary/{file}",
    "DocumentReference?_id={id}",
    "DocumentReference?_id={id}&_summary=count",
    "DocumentReference?_id={id}&_total=accurate&_count=1",
    "DocumentReference?_content={word}",
    "DocumentReference?description={word}",
    "DocumentReference?_filter=description eq {word}",
    "DocumentReference?custodian=Organization/clinic&description={word}",
    "DocumentReference?custodian.name=Clinique&description={word}",
    "DocumentReference?relatesto.description={word}",
    "DocumentReference?_id={copy}&_include=DocumentReference:relatesto",
    "?_type=DocumentReference&_id={id}",
    "List?item.description={word}",
    "List?_id={list}&_include=List:item",
    "Patient?_has:DocumentReference:subject:description={word}",
    "Patient?_has:DocumentReference:patient:_id={id}&_summary=count",
    "Organization?_has:DocumentReference:custodian:description={word}",
)
SECRET = {"{id}": "own", "{file}": "own-file", "{word}": "canari", "{list}": "of-own", "{copy}": "copy-of-own"}
ABSENT = {
    "{id}": "absent",
    "{file}": "absent-file",
    "{word}": "absent",
    "{list}": "of-absent",
    "{copy}": "copy-of-absent",
}


def document(id_: str = "own", **more: Any) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "id": id_,
        "meta": {"tag": [{"system": TAGS, "code": OWN}]},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "subject": {"reference": "Patient/ana"},
        "custodian": {"reference": "Organization/clinic"},
        "description": "canari",
        "date": "2026-03-01T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "url": f"Binary/{id_}-file"}}],
        **more,
    }


def file(id_: str = "own") -> Resource:
    return {
        "resourceType": "Binary",
        "id": f"{id_}-file",
        "contentType": "text/plain",
        "securityContext": {"reference": f"DocumentReference/{id_}"},
        "data": b64encode(b"canari").decode(),
    }


def listed(id_: str, item: str) -> Resource:
    entry = [{"item": {"reference": f"DocumentReference/{item}"}}]
    subject = {"reference": "Patient/ana"}
    return {
        "resourceType": "List",
        "id": id_,
        "status": "current",
        "mode": "working",
        "subject": subject,
        "entry": entry,
    }


def shared(id_: str, date: str = "2026-05-01T10:00:00Z", **more: Any) -> Resource:
    made = document(id_, description="courant", date=date, **more)
    return {name: value for name, value in made.items() if name != "meta"}


@pytest_asyncio.fixture(loop_scope="session")
async def kept(world: World) -> World:
    """Ana's clinic keeps a document; a doctor of elsewhere takes care of her, too, and so does a colleague of the clinic."""
    await world.put(care_team("team-elsewhere", "ana", "PractitionerRole/other-role", "PractitionerRole/nurse-role"))
    await world.put(document(), file(), listed("of-own", "own"), listed("of-absent", "nothing"))
    for one in ("own", "absent"):
        relation = [{"code": "transforms", "target": {"reference": f"DocumentReference/{one}"}}]
        await world.put(shared(f"copy-of-{one}", relatesTo=relation, content=[{"attachment": {"title": "copie"}}]))
    return world


async def ask(api: httpx.AsyncClient, reader: str, way: str, words: dict[str, str]) -> tuple[int, Any]:
    for place, word in words.items():
        way = way.replace(place, word)
    answer = await api.get(way, headers={"x-reader": reader})
    text = answer.text
    for place, word in words.items():
        text = text.replace(word, place)
    body = json.loads(text)
    for volatile in ("id", "meta", "link"):
        body.pop(volatile, None)
    for entry in body.get("entry", ()):  # the lists themselves differ in nothing but their words
        entry.get("resource", {}).pop("meta", None)
        for named in ("id", "entry", "relatesTo"):
            entry.get("resource", {}).pop(named, None)
        entry.pop("fullUrl", None)
    return answer.status_code, body


@pytest.mark.parametrize("way", WAYS)
async def test_another_houses_doctor_of_the_same_care_team_finds_nothing_by_any_way(
    api: httpx.AsyncClient, kept: World, way: str
) -> None:
    del kept
    assert (await api.get("Patient/ana", headers={"x-reader": "other"})).status_code == 200
    assert await ask(api, "other", way, SECRET) == await ask(api, "other", way, ABSENT)
    assert await ask(api, "doc", way, SECRET) != await ask(api, "doc", way, ABSENT)


async def test_order_and_count_tell_nothing_of_it(api: httpx.AsyncClient, kept: World) -> None:
    await kept.put(shared("copy-of-own", "2026-02-01T10:00:00Z"), shared("copy-of-absent", "2026-04-01T10:00:00Z"))
    seen = dict[str, tuple[int, list[str]]]()
    for reader in ("doc", "other"):
        query = "DocumentReference?patient=Patient/ana&_sort=-date&_total=accurate"
        found = (await api.get(query, headers={"x-reader": reader})).json()
        seen[reader] = (found["total"], [entry["resource"]["id"] for entry in found["entry"]])
    assert seen == {
        "doc": (3, ["copy-of-absent", "own", "copy-of-own"]),
        "other": (2, ["copy-of-absent", "copy-of-own"]),
    }


async def test_staff_and_the_patient_see_it(api: httpx.AsyncClient, kept: World) -> None:
    del kept
    for reader in ("doc", "nurse", "ana", "open"):
        for path in ("DocumentReference/own", "Binary/own-file", "DocumentReference/own/_history"):
            assert (await api.get(path, headers={"x-reader": reader})).status_code == 200, (reader, path)
    assert (await api.get("DocumentReference/own", headers={"x-reader": "bob"})).status_code == 404


async def test_staff_see_nothing_of_patients_whom_they_do_not_reach(api: httpx.AsyncClient, kept: World) -> None:
    await kept.put(document("of-bob", subject={"reference": "Patient/bob"}))
    assert (await api.get("DocumentReference/of-bob", headers={"x-reader": "doc"})).status_code == 404


async def test_glass_that_another_house_breaks_does_not_open_it(api: httpx.AsyncClient, kept: World) -> None:
    kept.principals["other"] = replace(kept.principals["other"], purpose="ETREAT")
    for path in ("DocumentReference/own", "Binary/own-file"):
        assert (await api.get(path, headers={"x-reader": "other"})).status_code == 404


async def test_who_gets_to_see_the_shared_one_does_not_get_the_history_before(
    api: httpx.AsyncClient, kept: World
) -> None:
    await kept.put({**document(), "meta": {}})  # the tag is taken away: shared from now on
    assert (await api.get("DocumentReference/own", headers={"x-reader": "other"})).status_code == 200
    for reader, status in (("other", 404), ("doc", 200)):
        answer = await api.get("DocumentReference/own/_history/1", headers={"x-reader": reader})
        assert answer.status_code == status


async def test_nobody_puts_a_document_into_another_houses_file(api: httpx.AsyncClient, kept: World) -> None:
    del kept
    for reader, status in (("doc", 201), ("nurse", 201), ("other", 403), ("ana", 403)):
        made = {
            name: value for name, value in document(content=[{"attachment": {"title": "un"}}]).items() if name != "id"
        }
        answer = await api.post("DocumentReference", json=made, headers={"x-reader": reader})
        assert answer.status_code == status, reader


async def test_nobody_changes_one_there_or_moves_one_there(api: httpx.AsyncClient, kept: World) -> None:
    answer = await api.put("DocumentReference/own", json=document(description="à moi"), headers={"x-reader": "other"})
    assert answer.status_code == 404
    elsewhere = document("theirs", custodian={"reference": "Organization/elsewhere"})
    made = {name: value for name, value in elsewhere.items() if name != "id"}
    created = await api.post("DocumentReference", json=made, headers={"x-reader": "other"})
    assert created.status_code == 201, created.text
    moved = {**created.json(), "custodian": {"reference": "Organization/clinic"}}
    answer = await api.put(f"DocumentReference/{moved['id']}", json=moved, headers={"x-reader": "other"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "custodian", [None, {"display": "Clinique"}, {"reference": "https://elsewhere.example/Organization/x"}]
)
async def test_one_that_no_organisation_of_this_server_keeps_is_decided_on_as_all_others(
    api: httpx.AsyncClient, kept: World, custodian: Resource | None
) -> None:
    made = document("loose")
    await kept.put(
        {**made, "custodian": custodian} if custodian else {k: v for k, v in made.items() if k != "custodian"}
    )
    assert (await api.get("DocumentReference/loose", headers={"x-reader": "other"})).status_code == 200
