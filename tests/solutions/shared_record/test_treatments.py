"""Treatments from several sources, reimbursements, directives in an emergency, and who feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from seve.fhir import Resource
from seve.solutions.shared_record.model.treatments import reconciled
from seve.solutions.shared_record.queries.feeding import counted
from seve.testing.site import Site

_ATC = "http://www.whocc.no/atc"


def _medicine(type_: str, id_: str, text: str, *codes: tuple[str, str], **more: Any) -> Resource:
    coding = [{"system": system, "code": code} for system, code in codes]
    concept = {"text": text, **({"coding": coding} if coding else {})}
    return {"resourceType": type_, "id": id_, "medicationCodeableConcept": concept, **more}


def test_the_same_substance_is_grouped_by_code_and_by_name_with_the_reason() -> None:
    found = reconciled(
        [
            _medicine("MedicationRequest", "a", "Metformine 1000 mg", (_ATC, "A10BA02")),
            _medicine("MedicationDispense", "b", "GLUCOPHAGE 1000 mg, comprimé", (_ATC, "A10BA02")),
            _medicine("MedicationStatement", "c", "metformine 500"),
            _medicine("MedicationStatement", "d", "Paracétamol"),
        ]
    )
    groups = {frozenset(one.references): one.reasons for one in found}
    assert groups == {
        frozenset({"MedicationRequest/a", "MedicationDispense/b", "MedicationStatement/c"}): (
            "ATC A10BA02",
            "metformine",
        ),
        frozenset({"MedicationStatement/d"}): (),
    }


def test_what_joins_two_groups_makes_them_one() -> None:
    found = reconciled(
        [
            _medicine("MedicationRequest", "a", "Doliprane"),
            _medicine("MedicationDispense", "b", "Paracétamol"),
            _medicine("MedicationStatement", "c", "Doliprane", ("x", "1")),
            _medicine("MedicationStatement", "d", "Paracétamol", ("x", "1")),
        ]
    )
    assert len(found) == 1


async def test_nothing_is_merged_before_a_professional_confirms(room: Site) -> None:
    told = {"status": "active", "subject": {"reference": "Patient/ana"}, "dateAsserted": "2026-03-01"}
    await room.put(_medicine("MedicationStatement", "told", "Glucophage", (_ATC, "A10BA02"), **told))
    doctor = await room.browser("doc")
    page = await doctor.get("/shared-record/ana/treatments")
    assert "rapprochement proposé" in page
    assert "ATC A10BA02" in page
    of = ["MedicationRequest/shared-record-metformin", "MedicationStatement/told"]
    page = await doctor.post("/shared-record/ana/treatments", of=of)
    assert "confirmé" in page
    (made,) = [one for one in await room.stored("MedicationStatement") if one["id"] != "told"]
    assert {one["reference"] for one in made["derivedFrom"]} == set(of)
    ana = await room.browser("ana")
    assert "Confirmer" not in await ana.get("/shared-record/ana/treatments")


async def test_a_group_that_is_another_by_now_is_not_confirmed(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get("/shared-record/ana/treatments")
    await doctor.post(
        "/shared-record/ana/treatments", of=["MedicationRequest/shared-record-metformin", "MedicationStatement/x"]
    )
    assert doctor.status == 412
    assert await room.stored("MedicationStatement") == []


async def test_reimbursements_show_for_twenty_four_months_and_no_longer(room: Site) -> None:
    def paid(id_: str, day: str) -> Resource:
        return {
            "resourceType": "ExplanationOfBenefit", "id": id_, "status": "active", "use": "claim", "outcome": "complete",
            "type": {"text": f"Soin {id_}"}, "patient": {"reference": "Patient/ana"}, "created": day,
            "insurer": {"display": "CPAM"}, "provider": {"display": "Pharmacie des Tilleuls"},
            "insurance": [{"focal": True, "coverage": {"display": "régime général"}}],
            "payment": {"amount": {"value": Decimal("17.50"), "currency": "EUR"}},
        }  # fmt: skip

    now = datetime.now(UTC)
    await room.put(
        paid("recent", (now - timedelta(days=700)).date().isoformat()),
        paid("ancien", (now - timedelta(days=800)).date().isoformat()),
    )
    ana = await room.browser("ana")
    page = await ana.get("/shared-record/ana/reimbursements")
    assert "Soin recent" in page
    assert "17,50 €" in page
    assert "Soin ancien" not in page


async def test_advance_directives_are_seen_in_an_emergency(room: Site) -> None:
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    await ana.get("/shared-record/ana/documents/add", kind="directives")
    await ana.post("/shared-record/ana/documents", title="Pas d'acharnement", kind="directives", words="Je refuse…")
    assert ana.status == 200
    assert "Pas d'acharnement" in await doctor.get("/summary/ana")


def _write(outcome: str, *, software: str = "") -> Resource:
    application = {"type": {"coding": [{"code": "110153"}]}, "who": {"identifier": {"value": software}}}
    return {
        "agent": [application] if software else [],
        "outcome": outcome,
        "recorded": "2026-01-05T08:00:01Z",
        "entity": [{"what": {"reference": "Patient/ana"}}, {"what": {"reference": "Observation/1"}}],
    }


def test_what_a_software_brings_is_counted_apart_from_what_is_refused() -> None:
    first, second = counted(
        [_write("0", software="Tilleul"), _write("0", software="Tilleul"), _write("4", software="Vieux")]
    )
    assert (first.name, first.counts, first.refused) == ("Tilleul", (("Observation", 2),), 0)
    assert (second.name, second.total, second.refused) == ("Vieux", 0, 1)


async def test_an_officer_sees_who_feeds_and_nothing_of_a_patient(room: Site) -> None:
    officer, doctor = await room.browser("officer"), await room.browser("doc")
    await doctor.get("/shared-record/ana/problems")
    await doctor.post("/shared-record/ana/problems", what="Asthme")
    page = await officer.get("/shared-record")
    assert "Les pages de Sève" in page
    assert "Condition 1" in page
    assert "Durand" not in page
    assert "Asthme" not in page
    await doctor.get("/shared-record/feeding")
    assert doctor.status == 403
