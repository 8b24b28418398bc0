"""The trusted person and who holds the directives: told, changed, withdrawn; and treatments that professionals add, correct, stop."""

from __future__ import annotations

import re

from seve.testing.site import Browser, Site

_PATH = "/shared-record/ana/directives"
_TAKEN = "/shared-record/ana/taken"


def _hidden(browser: Browser, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', browser.page)
    assert found
    return found[1]


async def _name(browser: Browser, name: str, **fields: str) -> str:
    typed = {"capacity": "both", "kin": "frère", "phone": "06 12 34 56 78", "address": "", "replaces": "", **fields}
    return await browser.post(_PATH, files=None, name=name, **typed)


async def test_a_patient_names_a_trusted_person_whom_carers_see_in_an_emergency(room: Site) -> None:
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    await ana.get(_PATH)
    assert "Paul Durand" in await _name(ana, "Paul Durand")
    assert ana.status == 200
    (document,) = await room.stored("DocumentReference")
    assert document["type"]["coding"][0]["code"] == "EXPPAT_1"
    assert document["contained"][0]["telecom"] == [{"system": "phone", "value": "06 12 34 56 78"}]
    assert "Paul Durand · frère · 06 12 34 56 78" in await doctor.get("/summary/ana")
    assert "Changer" not in await doctor.get(_PATH)
    assert "Paul Durand" in doctor.page


async def test_another_takes_their_place_and_the_first_is_kept_as_replaced(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get(_PATH)
    await _name(ana, "Paul Durand")
    (first,) = await room.stored("DocumentReference")
    await ana.get(_PATH, change=first["id"])
    assert 'value="Paul Durand"' in ana.page
    page = await _name(ana, "Zoé Durand", replaces=first["id"], version=_hidden(ana, "version"))
    assert "Zoé Durand" in page
    assert "Paul Durand" not in page
    stored = {one["status"] for one in await room.stored("DocumentReference")}
    assert stored == {"current", "superseded"}
    await ana.post(f"{_PATH}/{first['id']}/withdraw", version="1")
    assert ana.status == 412  # it was replaced meanwhile


async def test_a_person_without_a_way_to_reach_them_is_refused_and_what_was_typed_stays(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get(_PATH)
    page = await _name(ana, "Paul Durand", phone="")
    assert ana.status == 422
    assert 'value="Paul Durand"' in page
    await _name(ana, "Paul Durand", phone="demain")
    assert ana.status == 422
    assert await room.stored("DocumentReference") == []


async def test_a_professional_names_nobody_in_the_patients_place(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get(_PATH)
    await _name(doctor, "Paul Durand")
    assert doctor.status == 403


async def test_a_doctor_adds_corrects_and_stops_a_treatment(room: Site) -> None:
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    await doctor.get(_TAKEN)
    page = await doctor.post(_TAKEN, what="Ramipril 5 mg", code="C09AA05", detail="1 le matin", since="2026-01-10")
    assert "Ramipril 5 mg" in page
    (one,) = await room.stored("MedicationStatement")
    assert one["medicationCodeableConcept"]["coding"][0]["code"] == "C09AA05"
    path = f"{_TAKEN}/{one['id']}"
    await doctor.get(path)
    await doctor.post(path, version="1", what="Ramipril 10 mg", code="C09AA05", detail="1 le soir", since="2026-01-10")
    assert "1 le soir" in doctor.page
    await doctor.post(f"{path}/end", version="2")
    assert "Ramipril" not in re.sub(r'class="toast.*', "", doctor.page)
    (one,) = await room.stored("MedicationStatement")
    assert (one["status"], one["effectivePeriod"]["start"]) == ("stopped", "2026-01-10")
    assert "Ramipril 10 mg" in await ana.get(_TAKEN)
    await ana.post(_TAKEN, what="Rien")
    assert ana.status == 403


async def test_a_prescription_that_somebody_changed_meanwhile_is_not_stopped(room: Site) -> None:
    first, second = await room.browser("doc"), await room.browser("doc")
    path = "/shared-record/ana/prescriptions/shared-record-metformin/stop"
    for browser in (first, second):
        await browser.get("/shared-record/ana/treatments")
    await first.post(path, version=_hidden(second, "version"))
    assert "Metformine" not in first.page
    await second.post(path, version="1")
    assert second.status == 412
    nurse = await room.browser("nurse")
    await nurse.get("/shared-record/ana/taken")
    await nurse.post(path, version="2")
    assert nurse.status == 403


async def test_a_patient_adds_a_document_of_their_own_and_a_doctor_a_certificate(room: Site) -> None:
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    for browser, kind, title in ((ana, "own", "Carnet"), (doctor, "certificate", "Certificat de sport")):
        await browser.get("/shared-record/ana/documents/add")
        await browser.post("/shared-record/ana/documents", title=title, kind=kind, words="Lu.")
        assert browser.status == 200
    page = await doctor.get("/shared-record/ana/documents")
    assert page.index("Carnet") < page.index('id="certificates"') < page.index("Certificat de sport")
