"""Measurements: units, what can't be, what is rare, the body mass index, trends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from seve.fhir import Resource
from seve.solutions.shared_record.model import measures
from seve.solutions.shared_record.model.measures import KINDS
from seve.testing.site import Site


@pytest.mark.parametrize(
    ("name", "typed", "unit", "value"),
    [
        ("weight", " 72,5 ", "", "72.5"),
        ("weight", "72500", "g", "72.50"),
        ("temperature", "98.6", "[degF]", "37.00"),
        ("glucose", "110", "mg/dL", "1.10"),
        ("steps", "8 500", "", "8500"),
    ],
)
def test_a_value_is_read_as_people_type_it_in_the_unit_they_chose(name: str, typed: str, unit: str, value: str) -> None:
    found = measures.reading(KINDS[name], typed, unit)
    assert found is not None
    assert found.value == Decimal(value)


@pytest.mark.parametrize(
    ("name", "typed", "unit"),
    [
        ("weight", "", ""),
        ("weight", "lourd", ""),
        ("weight", "501", ""),
        ("weight", "NaN", ""),
        ("weight", "70", "Cel"),
        ("temperature", "98.6", ""),
    ],
)
def test_what_can_not_be_is_refused(name: str, typed: str, unit: str) -> None:
    assert measures.reading(KINDS[name], typed, unit) is None


def test_a_rare_value_is_told_from_a_usual_one() -> None:
    rare, usual = measures.reading(KINDS["weight"], "250", ""), measures.reading(KINDS["weight"], "80", "")
    assert rare is not None
    assert usual is not None
    assert (rare.is_rare, usual.is_rare) == (True, False)


def _result(day: str, value: str, **more: object) -> Resource:
    quantity = {"value": Decimal(value), "unit": "mmol/L"}
    return {
        "resourceType": "Observation", "id": f"k-{day}", "status": "final", "effectiveDateTime": day, "valueQuantity": quantity,
        "subject": {"reference": "Patient/ana"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}], "text": "Potassium"}, **more,
    }  # fmt: skip


def test_a_trend_is_in_the_order_of_time_and_marks_what_is_out_of_its_range() -> None:
    ranged = {"referenceRange": [{"low": {"value": Decimal("3.5")}, "high": {"value": Decimal("5.1")}}]}
    (trend,) = measures.trends([_result("2026-02-01", "5.6", **ranged), _result("2026-01-01", "4.1", **ranged)])
    assert [(p.at, p.flag) for p in trend.points] == [("2026-01-01", ""), ("2026-02-01", "H")]
    assert trend.points[0].range == "3.5 – 5.1"


async def test_a_patient_notes_a_measurement_that_is_marked_as_their_own(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get("/shared-record/ana/trends")
    page = await ana.post("/shared-record/ana/trends", what="pressure", value="128", second="79", unit="")
    assert ana.status == 200
    assert "Mesure ajoutée" in page
    assert "automesure" in page
    (stored,) = await room.stored("Observation", ("code", "85354-9"))
    assert stored["performer"] == [{"reference": "Patient/ana"}]
    assert [part["valueQuantity"]["value"] for part in stored["component"]] == [128, 79]


async def test_a_weight_after_a_height_brings_the_body_mass_index(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get("/shared-record/ana/trends")
    await ana.post("/shared-record/ana/trends", what="height", value="1,65", unit="m")
    (stored,) = await room.stored("Observation", ("code", "39156-5"))
    assert stored["valueQuantity"]["value"] == Decimal("26.1")  # 71 kg, 165 cm


async def test_what_is_refused_keeps_what_was_typed_and_stores_nothing(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get("/shared-record/ana/trends")
    page = await ana.post("/shared-record/ana/trends", what="weight", value="7250", unit="")
    assert ana.status == 422
    assert 'value="7250"' in page
    assert "entre 0.3 et 500 kg" in page
    assert len(await room.stored("Observation", ("subject", "Patient/ana"))) == 1


async def test_a_rare_value_is_asked_for_once_more_and_taken_when_confirmed(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get("/shared-record/ana/trends")
    page = await ana.post("/shared-record/ana/trends", what="weight", value="250", unit="")
    assert ana.status == 422
    assert 'name="confirmed"' in page
    await ana.post("/shared-record/ana/trends", what="weight", value="250", unit="", confirmed="1")
    assert ana.status == 200


async def test_a_professional_can_not_measure_in_the_patients_name(room: Site) -> None:
    doctor = await room.browser("doc")
    page = await doctor.get("/shared-record/ana/trends")
    assert "71" in page
    assert 'id="measure"' not in page
    await doctor.post("/shared-record/ana/trends", what="weight", value="70")
    assert doctor.status == 403


async def test_smoking_is_noted_and_shown(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get("/shared-record/ana/trends")
    assert "Ne fume plus" in await ana.post("/shared-record/ana/smoking", smoking="former")
    await ana.post("/shared-record/ana/smoking", smoking="pipe")
    assert ana.status == 422


async def test_an_entry_shows_its_source_and_never_another_patients(room: Site) -> None:
    ana = await room.browser("ana")
    page = await ana.get("/shared-record/ana/entry/Observation/shared-record-weight")
    assert "logiciel-cabinet.example" in page
    doctor = await room.browser("doc")
    await doctor.get("/shared-record/bob/entry/Observation/shared-record-weight")
    assert doctor.status == 404
