"""Decisions on FHIR data."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from seve.solutions.teleconsultation.model import measures, opinions, signals, travel, visits

_START = datetime(2026, 1, 5, 18, tzinfo=UTC)
_VISIT = {
    "resourceType": "Appointment", "status": "booked", "start": "2026-01-05T19:00:00+01:00",
    "participant": [{"actor": {"reference": "Patient/ana"}}, {"actor": {"reference": "PractitionerRole/doc"}}],
}  # fmt: skip


@pytest.mark.parametrize(("minute", "late"), [("17:59", 0), ("18:09", 0), ("18:10", 10), ("18:42", 42)])
def test_ten_minutes_are_nothing_to_speak_of(minute: str, late: int) -> None:
    assert visits.minutes_late(_VISIT, datetime.fromisoformat(f"2026-01-05T{minute}:00+00:00")) == late


def test_a_visit_belongs_to_its_patient_who_represents_them_and_its_professional() -> None:
    def kind(*acts_as: str, **more: object) -> str | None:
        found = visits.party(_VISIT, acts_as=acts_as, represents={}, **more)  # type: ignore[arg-type]
        return found.kind if found else None

    assert kind("Patient/ana") == "patient"
    assert kind("PractitionerRole/doc", "Practitioner/9") == "professional"
    assert kind("PractitionerRole/nurse", invited=("PractitionerRole/nurse",)) == "invited"
    assert kind("PractitionerRole/nurse") is None
    assert kind("") is None
    found = visits.party(_VISIT, acts_as=("Patient/bob",), represents={"RelatedPerson/1": "Patient/ana"})
    assert found == visits.Party("representative", "RelatedPerson/1")


def test_blood_pressure_has_two_halves_the_upper_above_the_lower() -> None:
    assert isinstance(measures.read({"systolic": "120"}), measures.Wrong)
    assert isinstance(measures.read({"systolic": "80", "diastolic": "80"}), measures.Wrong)
    assert measures.read({"systolic": "120", "diastolic": "80"}) == {"systolic": Decimal(120), "diastolic": Decimal(80)}
    assert measures.has_fever({"temperature": Decimal("38.0")})
    assert not measures.has_fever({"temperature": Decimal("37.9")})


def test_a_practice_has_no_result_below_five_answers() -> None:
    answer = {"item": [{"linkId": name, "answer": [{"valueInteger": 4}]} for name in opinions.QUESTIONS]}
    few, enough = opinions.results([("A", answer)] * 4 + [("B", answer)] * 5)
    assert (few.number, few.means) == (4, {})
    assert enough.means["heard"] == Decimal("4.0")


def test_the_way_that_nobody_went_is_told_where_both_places_are_known() -> None:
    place = [
        {"url": "latitude", "valueDecimal": Decimal("48.8566")},
        {"url": "longitude", "valueDecimal": Decimal("2.3522")},
    ]
    home = {
        "address": [{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": place}]}]
    }
    lyon = {"position": {"latitude": Decimal("45.7640"), "longitude": Decimal("4.8357")}}
    assert travel.avoided_km(home, lyon) in range(780, 790)  # 392 km each way
    assert travel.avoided_km({}, lyon) is None
    assert travel.avoided_km(home, {}) is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"kind":"other"}', '{"kind":"hello","to":"../x"}', '{"kind":"hello","more":1}']
)
def test_what_is_no_signal_is_none(text: str) -> None:
    assert signals.signal(text) is None


def test_the_server_says_who_speaks() -> None:
    said = signals.signal('{"kind":"candidate","to":"aaaaaaaa","candidate":"candidate:1","line":1}')
    assert said is not None
    told = signals.told(said, peer="bbbbbbbb", name="Ana", kind="patient")
    assert signals.addressee(told) == ("bbbbbbbb", "aaaaaaaa")
