"""Alerts of the overview: what they rest on, who sets them aside; and the records opened last."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from seve.fhir import Resource
from seve.sdk import wording
from seve.solutions.shared_record.model import alerts
from seve.testing.site import Site

_PATH = "/shared-record/ana"
_TODAY = datetime.now(wording.ZONE).date()


def _potassium(id_: str, value: str, *, days: int) -> Resource:
    quantity = {"unit": "mmol/L"}
    return {
        "resourceType": "Observation", "id": id_, "status": "final", "subject": {"reference": "Patient/ana"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}], "text": "Potassium"},
        "effectiveDateTime": (_TODAY - timedelta(days=days)).isoformat(), "valueQuantity": {**quantity, "value": Decimal(value)},
        "referenceRange": [{"low": {**quantity, "value": Decimal("3.5")}, "high": {**quantity, "value": Decimal("5.1")}}],
    }  # fmt: skip


async def test_a_result_out_of_range_is_put_first_with_why_and_from_what(room: Site) -> None:
    await room.put(_potassium("k", "5.9", days=10))
    doctor = await room.browser("doc")
    page = await doctor.get(_PATH)
    assert "Résultat hors norme : Potassium, 5.9 mmol/L" in page
    assert "C'est le dernier résultat de cet examen" in page
    assert f'href="{_PATH}/entry/Observation/k"' in page
    assert "Gravité élevée : Pénicilline" in page


async def test_what_came_right_again_and_what_is_old_is_no_alert(room: Site) -> None:
    await room.put(_potassium("k1", "5.9", days=20), _potassium("k2", "4.2", days=10))
    doctor = await room.browser("doc")
    assert "Résultat hors norme" not in await doctor.get(_PATH)
    await doctor.get(f"{_PATH}/alerts/Observation/k1")
    assert doctor.status == 404
    await room.put(_potassium("k2", "5.9", days=200), _potassium("k1", "5.9", days=210))
    assert "Résultat hors norme" not in await doctor.get(_PATH)


async def test_an_alert_is_set_aside_with_a_reason_and_asked_about(room: Site) -> None:
    await room.put(_potassium("k", "5.9", days=10))
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    path = f"{_PATH}/alerts/Observation/k"
    await ana.get(path)
    await ana.post(path, word="question", words="Est-ce grave ?")
    assert ana.status == 200
    assert "Une question est posée" in await doctor.get(_PATH)
    assert "Est-ce grave ?" in await doctor.get(path)
    await doctor.post(path, word="aside", words="")
    assert doctor.status == 422
    await doctor.post(path, word="aside", words="Tube hémolysé, recontrôlé")
    assert doctor.status == 200
    page = await doctor.get(_PATH)
    assert "Résultat hors norme" not in page
    assert "Alertes écartées : 1" in page
    assert "Tube hémolysé" in await ana.get(path)


def test_a_vaccine_is_late_only_when_a_recommendation_says_so() -> None:
    due = {"code": {"coding": [{"system": "http://loinc.org", "code": "30980-7"}]}, "value": "2026-01-01"}
    vaccine = [{"coding": [{"code": "J07AM01"}], "text": "Tétanos"}]
    told = {
        "resourceType": "ImmunizationRecommendation", "id": "r", "date": "2025-06-01",
        "recommendation": [{"vaccineCode": vaccine, "dateCriterion": [due]}],
    }  # fmt: skip
    given = {"vaccineCode": vaccine[0], "occurrenceDateTime": "2026-02-01"}
    assert [one.what for one in alerts.vaccines([told], [], today=_TODAY)] == ["Tétanos"]
    assert list(alerts.vaccines([told], [given], today=_TODAY)) == []
    assert list(alerts.vaccines([], [], today=_TODAY)) == []


async def test_a_doctor_finds_the_records_they_opened_last_and_nobody_else_does(room: Site) -> None:
    doctor, nurse, stranger = await room.browser("doc"), await room.browser("nurse"), await room.browser("stranger")
    assert "Dossiers ouverts en dernier" not in await doctor.get("/shared-record")
    await doctor.get(_PATH)
    await doctor.get(_PATH)
    page = await doctor.get("/shared-record")
    assert "Dossiers ouverts en dernier" in page
    assert len(await room.stored("List")) == 1
    assert "Dossiers ouverts en dernier" not in await nurse.get("/shared-record")
    assert "Durand" not in await stranger.get("/shared-record")
