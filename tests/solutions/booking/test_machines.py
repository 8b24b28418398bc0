"""Free times as machines ask for them: SMART Scheduling Links, GAP and SAS, the French ones judged by their own packages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from tests.solutions.booking.conftest import book
from tests.unit.fhir.codec.corpus import SHARED

from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.definitions.packages import read_package
from seve.fhir.validation.validator import Validator
from seve.testing.site import Site

BASE = "http://sante.example/booking"
GAP = SHARED / "france/fhir-ans-igs/agendas-gap-package.tgz"
SAS = SHARED / "france/fhir-ans-igs/sas-package.tgz"
FR_CORE = SHARED / "france/fhir-fr-core/fr-core-2.2.0-package-combined.tgz"


@cache
def validator() -> Validator:
    for file in (GAP, SAS, FR_CORE):
        if not file.exists():
            pytest.skip(f"{file} is not there: the shared documents are absent")
    return Validator(core().with_resources(one for file in (FR_CORE, GAP, SAS) for one in read_package(file)))


def faults(resource: dict[str, Any]) -> list[tuple[str, str]]:
    found = validator().validate(resource).issues
    return [(i.key.rpartition(".")[2], i.expression) for i in found if i.severity in ("error", "fatal")]


async def _json(room: Site, path: str, *pairs: tuple[str, str]) -> dict[str, Any]:
    nobody = await room.browser()
    answer = await nobody.client.get(path, params=list(pairs))
    assert answer.status_code == 200, answer.text
    assert "json" in answer.headers["content-type"]
    return parse(answer.content)


async def _lines(room: Site, url: str) -> list[dict[str, Any]]:
    answer = await (await room.browser()).client.get(url)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


async def _numbered(room: Site) -> None:
    """The doctor with an RPPS number, and a house with a FINESS: what the directory of the country has."""
    (doctor,) = await room.stored("Practitioner", ("_id", "doc"))
    rpps = {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810100050075"}
    await room.put({**doctor, "identifier": [rpps]})
    (house,) = await room.stored("Organization", ("_id", "cabinet"))
    finess = {"system": "urn:oid:1.2.250.1.71.4.2.2", "value": "1370000001"}
    await room.put({**house, "identifier": [finess]})


async def test_smart_scheduling_links_lead_from_a_manifest_to_free_times(room: Site) -> None:
    manifest = await _json(room, "/booking/$bulk-publish")
    assert manifest["request"] == f"{BASE}/$bulk-publish"
    files = {one["type"]: one["url"] for one in manifest["output"]}
    assert files.keys() == {"Location", "Schedule", "Slot"}
    [place] = await _lines(room, files["Location"])
    assert place["telecom"][0]["system"] == "phone"
    assert place["address"]["postalCode"] == "37000"
    [schedule] = await _lines(room, files["Schedule"])
    assert schedule["actor"] == [{"reference": f"Location/{place['id']}"}]
    slots = await _lines(room, files["Slot"])
    assert len(slots) > 100
    assert {one["schedule"]["reference"] for one in slots} == {f"Schedule/{schedule['id']}"}
    assert len({one["id"] for one in slots}) == len(slots)
    link = slots[5]["extension"][0]["valueUrl"]
    ana = await room.browser("ana")
    page = await ana.get(link.removeprefix("http://sante.example"))
    assert "Prendre ce rendez-vous" in page


async def test_what_is_taken_is_published_no_more_and_by_whom_is_never_told(room: Site) -> None:
    start = datetime.fromisoformat(await book(await room.browser("ana"), at=3))
    nobody = await room.browser()
    answer = await nobody.client.get("/booking/data/slots.ndjson")
    starts = {datetime.fromisoformat(json.loads(line)["start"]) for line in answer.text.splitlines()}
    assert start not in starts
    assert start + timedelta(minutes=20) in starts
    for path in (
        "$bulk-publish",
        "data/slots.ndjson",
        "data/schedules.ndjson",
        "fhir/Slot",
        "fhir/Schedule/booking-doc",
    ):
        answer = await nobody.client.get(f"/booking/{path}")
        for word in ("Durand", "Patient/", "ana"):
            assert word not in answer.text, path


async def test_slots_of_gap_obey_its_profiles(room: Site) -> None:
    await _numbered(room)
    bundle = await _json(room, "/booking/fhir/Slot", ("_include", "Slot:schedule"))
    assert bundle["total"] > 100
    small = {**bundle, "entry": [*bundle["entry"][:3], bundle["entry"][-1]]}
    assert faults(small) == []
    slot = bundle["entry"][0]["resource"]
    assert slot["meta"]["profile"] == ["https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-fr-slot"]
    assert faults(await _json(room, "/booking/fhir/Schedule/booking-doc")) == []


async def test_slots_of_sas_obey_its_aggregator_profiles(room: Site) -> None:
    await _numbered(room)
    bundle = await _json(room, "/booking/fhir/Slot", ("_profile", "sas"))
    small = {**bundle, "entry": [bundle["entry"][0], *(e for e in bundle["entry"] if e["search"]["mode"] == "include")]}
    types = [entry["resource"]["resourceType"] for entry in small["entry"]]
    assert types == ["Slot", "Schedule", "Practitioner", "PractitionerRole"]
    assert faults(small) == []
    assert small["entry"][0]["resource"]["meta"]["security"][0]["code"] == "PUBLIC"


async def test_a_wrong_slot_would_be_found(room: Site) -> None:
    """The judge judges: a slot that is not free, or given by somebody without a number, is none of SAS."""
    await _numbered(room)
    bundle = await _json(room, "/booking/fhir/Slot", ("_profile", "sas"))
    slot = bundle["entry"][0]["resource"]
    assert faults({**slot, "status": "busy"}) != []
    [person] = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Practitioner"]
    assert faults(person) == []
    assert faults({key: value for key, value in person.items() if key != "identifier"}) != []


async def test_sas_is_told_of_nobody_without_national_numbers(room: Site) -> None:
    bundle = await _json(room, "/booking/fhir/Slot", ("_profile", "sas"))
    assert bundle["total"] == 0


async def test_a_search_is_bounded_by_dates_agendas_and_actors(room: Site) -> None:
    day = (datetime.now(UTC) + timedelta(days=4)).date()
    pairs = (
        ("start", f"ge{day}T10:00:00+00:00"),
        ("start", f"lt{day}T11:00:00+00:00"),
        ("schedule", "Schedule/booking-doc"),
    )
    bundle = await _json(room, "/booking/fhir/Slot", *pairs)
    assert bundle["total"] == 3
    assert (await _json(room, "/booking/fhir/Slot", ("schedule", "Schedule/none")))["total"] == 0
    assert (await _json(room, "/booking/fhir/Slot", ("schedule.actor", "PractitionerRole/nurse-role")))["total"] == 0
    assert (await _json(room, "/booking/fhir/Slot", ("schedule.actor", "PractitionerRole/doc-role")))["total"] > 0
    assert (await _json(room, "/booking/fhir/Slot", ("status", "busy")))["total"] == 0
    assert (await _json(room, "/booking/fhir/Slot", ("start", "lt2020-01-01")))["total"] == 0


@pytest.mark.parametrize("start", ["demain", "ge", "xx2026-01-01", "ge2026-99-99"])
async def test_a_date_that_can_not_be_read_is_refused_by_its_name(room: Site, start: str) -> None:
    nobody = await room.browser()
    await nobody.get("/booking/fhir/Slot", start=start)
    assert nobody.status == 400
    assert "start" in nobody.page


async def test_a_file_or_an_agenda_that_there_is_not_is_not_found(room: Site) -> None:
    nobody = await room.browser()
    for path in ("data/patients.ndjson", "fhir/Schedule/none"):
        await nobody.get(f"/booking/{path}")
        assert nobody.status == 404
