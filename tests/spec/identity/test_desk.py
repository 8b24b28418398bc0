"""The identity desk: identities of its organisation's patients, merged and told apart without a look at any health data."""

from __future__ import annotations

import httpx
import pytest
from tests.spec.access.world import World
from tests.unit.engine.matching.test_grading import person

from seve.engine.access import open_grant
from seve.engine.identity.merging import desk
from seve.engine.identity.merging.duplicates import find_duplicates
from seve.engine.identity.merging.refusals import NoSuchPair
from seve.engine.refusals import NotFound
from seve.fhir import Resource

from .desks import managed


def _merge(source: str, target: str) -> Resource:
    pairs = (("source-patient", source), ("target-patient", target))
    told = [{"name": name, "valueReference": {"reference": f"Patient/{id_}"}} for name, id_ in pairs if id_]
    return {"resourceType": "Parameters", "parameter": told}


async def _status(api: httpx.AsyncClient, reader: str, path: str) -> int:
    return (await api.get(path, headers={"x-reader": reader})).status_code


async def test_a_desk_reads_the_identities_of_its_organisation_and_no_health_data(
    desks: httpx.AsyncClient, people: World
) -> None:
    assert await _status(desks, "desk-clinic", "Patient/one") == 200
    for path in ("Patient/three", "Patient/ana", "Observation/pulse", "Task/care"):
        assert await _status(desks, "desk-clinic", path) == 404
    for type_ in ("Observation", "Encounter", "CareTeam", "Consent", "DocumentReference"):
        found = await desks.get(type_, headers={"x-reader": "desk-clinic"})
        assert found.json()["total"] == 0
    everything = await desks.get("Patient/one/$everything", headers={"x-reader": "desk-clinic"})
    kinds = {entry["resource"]["resourceType"] for entry in everything.json()["entry"]}
    assert kinds <= {"Patient", "Task", "Organization"}


async def test_a_group_s_desk_reaches_the_patients_of_what_belongs_to_it_alone(
    desks: httpx.AsyncClient, people: World
) -> None:
    assert await _status(desks, "desk-group", "Patient/two") == 200
    for path in ("Patient/three", "Observation/pulse"):
        assert await _status(desks, "desk-group", path) == 404


async def test_who_gives_care_at_the_organisation_reaches_nobody_by_it(desks: httpx.AsyncClient, people: World) -> None:
    for reader in ("doc", "nurse", "machine"):
        assert await _status(desks, reader, "Patient/one") == 404


async def test_a_desk_matches_within_its_organisation(desks: httpx.AsyncClient, people: World) -> None:
    asked = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": person()}]}
    for reader, ids in (("desk-clinic", {"one", "two"}), ("desk-elsewhere", {"three"}), ("desk-group", {"one", "two"})):
        answer = await desks.post("Patient/$match", json=asked, headers={"x-reader": reader})
        assert {entry["resource"]["id"] for entry in answer.json()["entry"]} == ids


async def test_a_merge_by_the_desk_moves_what_it_does_not_see_and_is_undone(
    desks: httpx.AsyncClient, people: World
) -> None:
    mine = {"x-reader": "desk-clinic"}
    answer = await desks.post("Patient/$merge", json=_merge("one", "two"), headers=mine)
    assert answer.status_code == 200, answer.text
    assert "Observation" not in answer.text
    everything = {"x-reader": "open"}
    moved = (await desks.get("Observation/pulse", headers=everything)).json()
    assert moved["subject"]["reference"] == "Patient/two"
    assert await _status(desks, "desk-clinic", "Observation/pulse") == 404
    entries = [row["content"] for row in await people.engine.database.pool.fetch("SELECT content FROM audit")]
    assert any("PractitionerRole/desk-clinic-role" in one and "Observation/pulse" in one for one in entries)
    answer = await desks.post("Patient/$unmerge", json=_merge("one", ""), headers=mine)
    assert answer.status_code == 200, answer.text
    back = (await desks.get("Observation/pulse", headers=everything)).json()
    assert back["subject"]["reference"] == "Patient/one"


@pytest.mark.parametrize(
    ("reader", "pair", "status"),
    [
        ("desk-clinic", ("one", "three"), 404),
        ("desk-elsewhere", ("one", "two"), 404),
        ("desk-elsewhere", ("three", "one"), 404),
        ("doc", ("ana", "one"), 403),
        ("officer", ("one", "two"), 403),
    ],
)
async def test_nobody_merges_records_beyond_their_own(
    desks: httpx.AsyncClient, people: World, reader: str, pair: tuple[str, str], status: int
) -> None:
    answer = await desks.post("Patient/$merge", json=_merge(*pair), headers={"x-reader": reader})
    assert answer.status_code == status, answer.text
    assert (await desks.get(f"Patient/{pair[0]}", headers={"x-reader": "open"})).json().get("active") is not False


async def test_another_desk_undoes_no_merge_of_this_one(desks: httpx.AsyncClient, people: World) -> None:
    await desks.post("Patient/$merge", json=_merge("one", "two"), headers={"x-reader": "desk-clinic"})
    for reader in ("desk-elsewhere", "doc", "officer"):
        answer = await desks.post("Patient/$unmerge", json=_merge("one", ""), headers={"x-reader": reader})
        assert answer.status_code in (403, 404)
    answer = await desks.post("Patient/$unmerge", json=_merge("one", ""), headers={"x-reader": "desk-group"})
    assert answer.status_code == 200


async def test_a_queue_shows_the_pairs_of_the_organisation_and_hides_the_other_ones_record(people: World) -> None:
    engine = people.engine
    found = await desk.pairs(engine, people.grant("desk-clinic"))
    known = [(pair.one["id"], pair.other["id"] if pair.other else None) for pair in found]
    assert known[0] == ("one", "two")
    assert set(known[1:]) <= {("one", None), ("two", None)}
    assert not [pair for pair in await desk.pairs(engine, people.grant("desk-elsewhere")) if pair.other]
    assert await desk.pairs(engine, people.grant("doc")) == []


async def test_a_pair_is_merged_and_waits_no_more_and_comes_back_when_the_merge_is_undone(people: World) -> None:
    engine, grant = people.engine, people.grant("desk-clinic")
    pair = (await desk.pairs(engine, grant))[0]
    assert await desk.merge_pair(engine, grant, pair.task["id"], kept="Patient/two") == "Patient/one"
    with pytest.raises(NoSuchPair):
        await desk.pair(engine, grant, pair.task["id"])
    [(gone, into)] = await desk.merged(engine, grant)
    assert (gone["id"], into) == ("one", "Patient/two")
    await desk.undo(engine, grant, "Patient/one")
    assert await desk.merged(engine, grant) == []
    assert (await desk.pair(engine, grant, pair.task["id"])).one["id"] == "one"


async def test_a_pair_that_is_told_apart_does_not_come_back(people: World) -> None:
    engine, grant = people.engine, people.grant("desk-clinic")
    pair = (await desk.pairs(engine, grant))[0]
    await desk.tell_apart(engine, grant, pair.task["id"])
    await find_duplicates(engine, open_grant(), looked_at=lambda _: None)
    assert pair.task["id"] not in {one.task["id"] for one in await desk.pairs(engine, grant)}


async def test_a_pair_is_kept_as_one_of_its_two_records_only(people: World) -> None:
    engine, grant = people.engine, people.grant("desk-clinic")
    pair = (await desk.pairs(engine, grant))[0]
    for kept in ("Patient/three", "Patient/none", ""):
        with pytest.raises(NoSuchPair):
            await desk.merge_pair(engine, grant, pair.task["id"], kept=kept)
    with pytest.raises((NoSuchPair, NotFound)):
        await desk.merge_pair(engine, people.grant("desk-elsewhere"), pair.task["id"], kept="Patient/one")


async def test_a_record_is_given_to_ones_own_desk_and_stays_where_it_was(
    desks: httpx.AsyncClient, people: World
) -> None:
    """A physician notes that the clinic has a record; nobody gives records to the desk of another organisation."""
    for organization, status in (("clinic", 200), ("elsewhere", 403)):
        body = {**managed("ana", organization), "id": "ana"}
        assert (await desks.put("Patient/ana", json=body, headers={"x-reader": "doc"})).status_code == status
    await people.put(managed("ana", "elsewhere"))
    kept = {**managed("ana", "elsewhere"), "telecom": [{"system": "phone", "value": "+33 1 99 00 00 00"}]}
    assert (await desks.put("Patient/ana", json=kept, headers={"x-reader": "doc"})).status_code == 200
