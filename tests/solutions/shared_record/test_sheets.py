"""Problems, allergies and vaccines: who may write, and what becomes of two people who edit at once."""

from __future__ import annotations

import re

from seve.testing.site import Browser, Site

_ALLERGY = "/shared-record/ana/allergies/shared-record-allergy"


def _version(browser: Browser) -> str:
    found = re.search(r'name="version" value="([^"]+)"', browser.page)
    assert found
    return found[1]


async def test_a_doctor_adds_corrects_and_ends_a_condition(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get("/shared-record/ana/problems")
    page = await doctor.post("/shared-record/ana/problems", what="Asthme", code="J45", since="2020-05-01")
    assert "Asthme" in page
    (asthma,) = await room.stored("Condition", ("subject", "Patient/ana"))
    assert asthma["code"] == {"text": "Asthme", "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J45"}]}
    path = f"/shared-record/ana/problems/{asthma['id']}"
    await doctor.get(path)
    await doctor.post(path, version=_version(doctor), what="Asthme sévère", since="2020-05-01")
    assert "Corrigé" in doctor.page
    await doctor.post(f"{path}/end", version=_version(doctor))
    (ended,) = await room.stored("Condition", ("subject", "Patient/ana"))
    assert ended["clinicalStatus"]["coding"][0]["code"] == "resolved"
    assert "coding" not in ended["code"]  # other words, so the code is no longer that of the words


async def test_a_form_that_can_not_be_keeps_what_was_typed(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get("/shared-record/ana/vaccines")
    page = await doctor.post("/shared-record/ana/vaccines", what="Tétanos", since="2999-01-01", detail="L42")
    assert doctor.status == 422
    assert 'value="L42"' in page
    assert await room.stored("Immunization") == []


async def test_a_patient_reads_the_lists_and_writes_none(room: Site) -> None:
    ana = await room.browser("ana")
    page = await ana.get("/shared-record/ana/allergies")
    assert "Pénicilline" in page
    assert 'name="what"' not in page
    await ana.post("/shared-record/ana/allergies", what="Pollen")
    assert ana.status == 403


async def test_two_people_who_edit_at_once_never_overwrite_each_other_silently(room: Site) -> None:
    first, second = await room.browser("doc"), await room.browser("doc")
    await first.get(_ALLERGY)
    await second.get(_ALLERGY)
    shown = _version(second)
    await first.post(_ALLERGY, version=_version(first), what="Pénicilline G", severity="low", detail="")
    page = await second.post(_ALLERGY, version=shown, what="Amoxicilline", severity="high", detail="urticaire")
    assert second.status == 412
    assert "Pénicilline G" in page  # theirs
    assert 'value="Amoxicilline"' in page  # yours
    (stored,) = await room.stored("AllergyIntolerance")
    assert stored["code"]["text"] == "Pénicilline G"
    await second.post(_ALLERGY, version=_version(second), what="Amoxicilline", severity="high", detail="urticaire")
    (stored,) = await room.stored("AllergyIntolerance")
    assert stored["code"]["text"] == "Amoxicilline"


async def test_ending_what_was_changed_meanwhile_is_refused(room: Site) -> None:
    first, second = await room.browser("doc"), await room.browser("doc")
    await first.get(_ALLERGY)
    await second.get("/shared-record/ana/allergies")
    shown = _version(second)
    await first.post(_ALLERGY, version=_version(first), what="Pénicilline G")
    await second.post(f"{_ALLERGY}/end", version=shown)
    assert second.status == 412
    (stored,) = await room.stored("AllergyIntolerance")
    assert stored["clinicalStatus"]["coding"][0]["code"] == "active"


async def test_who_takes_no_care_of_the_patient_corrects_nothing(room: Site) -> None:
    stranger = await room.browser("stranger")
    await stranger.get("/shared-record")
    await stranger.post(_ALLERGY, version="1", what="Rien")
    assert stranger.status in (403, 404)
