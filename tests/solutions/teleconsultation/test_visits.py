"""From the waiting room to the end of an act: what is written, what is refused, and who is let in."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from seve.fhir import Resource
from seve.fhir.access.openings import SYSTEM, feeds, is_shared
from seve.france.cda import read_cda
from seve.france.identity.trust import Reliability
from seve.testing.site import INS, Site, patient

from .conftest import CALL, appointment, arrive, begin, encounter, running


def _guardian(of: str = "ana") -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "id": "guardian",
        "active": True,
        "patient": {"reference": f"Patient/{of}"},
        "name": [{"family": "Petit", "given": ["Bob"]}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]}],
    }  # fmt: skip


async def _make_guardian(house: Site) -> None:
    await house.put(_guardian())
    await house.engine.database.pool.execute(
        "INSERT INTO account_link (account, reference) VALUES ('bob', 'RelatedPerson/guardian')"
    )


async def test_who_waits_sees_their_place_and_keeps_it(house: Site) -> None:
    await house.put(appointment(id_="before", patient="bob", by="doc", minutes=-25))
    await house.engine.database.pool.execute(
        "INSERT INTO presence (room, member) VALUES ('teleconsultation:line/PractitionerRole/doc-role', 'before')"
    )
    ana = await arrive(house)
    assert "Votre place dans la file : 2." in ana.page
    await house.engine.database.pool.execute("DELETE FROM presence WHERE member = 'before'")
    assert "Vous êtes la prochaine personne." in await ana.get(CALL)
    assert "Attend" in await (await house.browser("doc")).get("/teleconsultation")


async def test_without_consent_nobody_comes_in_and_what_was_typed_stays(house: Site) -> None:
    ana = await arrive(house, consent="", beside="Lucie, infirmière")
    assert ana.status == 422
    assert "Sans votre accord" in ana.page
    assert 'value="Lucie, infirmière"' in ana.page
    assert await house.stored("QuestionnaireResponse") == []


async def test_an_act_begins_with_identity_and_consent_and_keeps_its_history(house: Site) -> None:
    await running(house)
    found = await encounter(house)
    assert (found["status"], found["class"]["code"]) == ("in-progress", "VR")
    assert [one["status"] for one in found["statusHistory"]] == ["planned", "arrived"]
    (check,) = [one for one in found["extension"] if one["url"].endswith("identity-check")]
    assert check["extension"][0]["valueCoding"]["code"] == "CN"
    (consent,) = await house.stored("Consent")
    assert consent["performer"] == [{"reference": "Patient/ana"}]
    (form,) = await house.stored("QuestionnaireResponse")
    assert consent["sourceReference"]["reference"] == f"QuestionnaireResponse/{form['id']}"


async def test_nobody_begins_with_an_empty_waiting_room_unless_the_patient_agreed_by_voice(house: Site) -> None:
    doctor = await begin(house)
    assert doctor.status == 409
    assert "Si le patient est au téléphone" in doctor.page
    doctor = await begin(house, spoken="1")
    assert doctor.status == 200
    assert [one["coding"][0]["code"] for one in (await encounter(house))["type"]] == ["teleconsultation", "audio"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"proof": ""}, "Dites comment l'identité"), ({"act": "telesoin"}, "ne peut pas faire cet acte"), ({"act": "?"}, "ne peut pas faire cet acte")],
)  # fmt: skip
async def test_what_is_missing_at_the_beginning_is_told(house: Site, fields: dict[str, str], told: str) -> None:
    await arrive(house)
    doctor = await begin(house, **fields)
    assert 400 <= doctor.status < 500
    assert told in doctor.page
    assert await house.stored("Encounter") == []


async def test_a_nurse_does_telesoin_and_says_why_it_is_relevant(house: Site) -> None:
    await house.put(appointment(by="nurse"))
    await arrive(house)
    assert "pertinent à distance" in (await begin(house, "nurse", act="telesoin", relevance="")).page
    await begin(house, "nurse", act="telesoin", relevance="Surveillance d'un pansement propre")
    assert "Surveillance d'un pansement propre" in str((await encounter(house))["extension"])


async def test_a_link_opened_by_the_wrong_person_leads_nowhere(house: Site) -> None:
    await running(house)
    for name in ("bob", "stranger", "nurse"):  # the nurse cares for ana, and is not in this call
        browser = await house.browser(name)
        await browser.get(CALL)
        assert browser.status == 404, name
        there = browser.page
        await browser.get("/teleconsultation/call/no-such-visit")
        assert browser.page == there.replace("visit", "no-such-visit") or browser.status == 404
        assert "Durand" not in there


async def test_who_is_invited_comes_in_while_the_call_runs_and_not_after(house: Site) -> None:
    _, doctor = await running(house)
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/invite", who="PractitionerRole/nurse-role")
    nurse = await house.browser("nurse")
    assert "Appel avec" in await nurse.get(CALL)
    await nurse.post(f"{CALL}/measures", temperature="38,4", systolic="142", diastolic="85")
    assert "38,4 °C" in nurse.page
    assert "142 mmHg / 85 mmHg" in nurse.page
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/stop", why="unfit")
    await nurse.get(CALL)
    assert nurse.status == 404


async def test_a_fifth_person_and_somebody_unknown_are_not_invited(house: Site) -> None:
    _, doctor = await running(house)
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/invite", who="PractitionerRole/nobody")
    assert doctor.status == 422
    for who in ("nurse", "stranger"):
        await doctor.get(CALL)
        await doctor.post(f"{CALL}/invite", who=f"PractitionerRole/{who}-role")
    await house.put(_guardian())
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/invite", who="RelatedPerson/guardian")
    assert doctor.status == 422
    assert "complet" in doctor.page


async def test_for_a_patient_under_guardianship_the_guardian_agrees(house: Site) -> None:
    await _make_guardian(house)
    ana = await house.browser("ana")
    assert "Vous êtes sous tutelle" in await ana.get(CALL)
    await arrive(house)
    doctor = await begin(house)
    assert doctor.status == 409
    assert "Bob Petit" in doctor.page
    await arrive(house, "bob")
    await begin(house)
    (consent,) = await house.stored("Consent")
    assert consent["performer"] == [{"reference": "RelatedPerson/guardian"}]
    assert "RelatedPerson/guardian" in str((await encounter(house))["participant"])


async def test_a_professional_who_is_late_is_said_to_be_and_a_message_can_be_left(house: Site) -> None:
    await house.put(appointment(minutes=-25))
    ana = await arrive(house)
    assert "25 minutes de retard" in ana.page
    await ana.post(f"{CALL}/messages", text="Je peux attendre jusqu'à midi")
    assert "Je peux attendre jusqu'à midi" in await (await house.browser("doc")).get(CALL)


@pytest.mark.parametrize("minutes", [45, -400])
async def test_a_room_is_closed_long_before_and_long_after(house: Site, minutes: int) -> None:
    await house.put(appointment(minutes=minutes))
    ana = await arrive(house)
    assert ana.status == 409
    assert (await begin(house)).status == 409


async def test_a_call_that_is_broken_off_is_no_act_and_loses_nothing(house: Site) -> None:
    ana, doctor = await running(house)
    await ana.get(CALL)
    await ana.post(f"{CALL}/messages", text="Je ne vous vois plus")
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/stop", why="")
    assert doctor.status == 422
    await doctor.post(f"{CALL}/stop", why="network")
    assert "coupée trop souvent" in doctor.page
    assert "Règle de tarif" not in doctor.page
    assert "Je ne vous vois plus" in await ana.get(CALL)
    assert (await encounter(house))["status"] == "cancelled"


async def test_an_act_that_goes_on_by_voice_or_messages_stays_one(house: Site) -> None:
    _, doctor = await running(house)
    for way in ("audio", "messages"):
        await doctor.get(CALL)
        await doctor.post(f"{CALL}/way", way=way)
    await doctor.post(f"{CALL}/way", way="smoke")
    assert doctor.status == 422
    await doctor.get(f"{CALL}/note")
    await doctor.post(f"{CALL}/note", conclusion="Repos", knows_patient="yes", in_pathway="yes")
    found = await encounter(house)
    assert found["status"] == "finished"
    assert [one["coding"][0]["code"] for one in found["type"]] == ["teleconsultation", "video", "audio", "messages"]


async def test_the_note_ends_the_act_with_both_identities(house: Site) -> None:
    await house.put(
        {
            "resourceType": "Practitioner", "id": "doc", "active": True, "name": [{"family": "Martin", "given": ["Doc"]}],
            "identifier": [{"system": "https://rpps.esante.gouv.fr", "value": "10003456789"}],
        },
    )  # fmt: skip
    _, doctor = await running(house)
    await doctor.get(f"{CALL}/note")
    await doctor.post(f"{CALL}/note")
    assert doctor.status == 422
    await doctor.post(f"{CALL}/note", conclusion="Bronchite <virale>", knows_patient="yes", in_pathway="yes")
    assert "Acte terminé" in doctor.page
    assert "Nos sources s'arrêtent en juin 2020" in doctor.page
    (document,) = await house.stored("DocumentReference")
    act = await encounter(house)
    assert document["context"]["encounter"] == [{"reference": f"Encounter/{act['id']}"}]
    (file,) = await house.stored("Binary", ("_id", document["content"][0]["attachment"]["url"].partition("/")[2]))
    written = read_cda(b64decode(file["data"]))
    assert written.patient.ins is not None
    assert written.patient.ins.value == INS["ana"]
    assert written.authors[0].id is not None
    assert [one["status"] for one in act["statusHistory"]] == ["planned", "arrived", "in-progress"]


async def test_a_patient_whose_identity_is_not_qualified_has_their_note_in_words_and_not_in_the_shared_record(
    house: Site,
) -> None:
    await house.put(patient("ana", reliability=Reliability("PROV", "INSI")))
    ana, doctor = await running(house)
    assert "n'est pas qualifiée" in await doctor.get(f"{CALL}/note")
    await doctor.post(f"{CALL}/note", conclusion="Repos", knows_patient="no", in_pathway="no")
    (document,) = await house.stored("DocumentReference")
    (file,) = await house.stored("Binary", ("_id", document["content"][0]["attachment"]["url"].partition("/")[2]))
    assert not is_shared(document)  # the record of ana is not open: it stays with the practice
    words = b64decode(file["data"]).decode()
    assert INS["ana"] not in words
    assert feeds(None, document) is False
    assert "Durand" in words and "Cabinet des Tilleuls" in words and "Repos" in words
    assert "Lire le compte rendu" in await ana.get(CALL)


async def test_a_note_goes_into_the_shared_record_while_that_is_open(house: Site) -> None:
    await house.put(
        {
            "resourceType": "Consent", "id": "opening", "status": "active", "patient": {"reference": "Patient/ana"},
            "scope": {"text": "treatment"}, "policyRule": {"text": "ouverture"}, "dateTime": "2026-01-01",
            "category": [{"coding": [{"system": SYSTEM, "code": "patient"}]}],
        },
    )  # fmt: skip
    _, doctor = await running(house)
    await doctor.get(f"{CALL}/note")
    await doctor.post(f"{CALL}/note", conclusion="Repos", knows_patient="no", in_pathway="no")
    (document,) = await house.stored("DocumentReference")
    assert is_shared(document)


async def test_templates_begin_a_note_by_specialty(house: Site) -> None:
    _, doctor = await running(house)
    assert "Score ASA" in await doctor.get(f"{CALL}/note", template="anaesthesia")
    assert "Idées suicidaires" in await doctor.get(f"{CALL}/note", template="psychiatry")
    (text,) = re.findall(r'name="plan"[^>]*>([^<]*)<', doctor.page)
    await doctor.post(
        f"{CALL}/note?template=psychiatry", plan=text.replace("\n", "\r\n"), knows_patient="yes", in_pathway="yes"
    )
    assert doctor.status == 422  # what a template begins is no note yet


async def test_measures_that_can_not_be_are_refused_by_name(house: Site) -> None:
    ana, _ = await running(house)
    for typed in (
        {"temperature": "83"},
        {"oxygen": "101"},
        {"systolic": "120"},
        {"systolic": "80", "diastolic": "90"},
        {},
    ):
        await ana.get(CALL)
        await ana.post(f"{CALL}/measures", **typed)
        assert ana.status == 422, typed
    assert await house.stored("Observation") == []


async def test_a_document_is_brought_shown_and_opened_by_the_other_side(house: Site) -> None:
    ana, doctor = await running(house)
    await ana.get(CALL)
    await ana.post(f"{CALL}/bring", files={"file": ("tension.txt", b"12/8 lundi", "text/plain")}, title="Carnet")
    (document,) = await house.stored("DocumentReference")
    assert "Carnet" in await doctor.get(CALL)
    assert await doctor.get(f"{CALL}/documents/{document['id']}") == "12/8 lundi"
    stranger = await house.browser("stranger")
    await stranger.get(f"{CALL}/documents/{document['id']}")
    assert stranger.status == 404


async def test_an_opinion_is_given_once_by_the_patient_and_counts_from_five_on(house: Site) -> None:
    ana, doctor = await running(house)
    await doctor.get(f"{CALL}/note")
    await doctor.post(f"{CALL}/note", conclusion="Repos", knows_patient="yes", in_pathway="yes")
    marks = dict.fromkeys(("heard", "picture", "listened", "understood", "again"), "4")
    await ana.get(CALL)
    await ana.post(f"{CALL}/opinion", **{**marks, "heard": "6"})
    assert ana.status == 422
    await ana.post(f"{CALL}/opinion", **marks)
    assert "Merci, votre avis est noté." in ana.page
    await ana.post(f"{CALL}/opinion", **marks)
    assert (
        len(await house.stored("QuestionnaireResponse", ("encounter", f"Encounter/{(await encounter(house))['id']}")))
        == 1
    )
    page = await doctor.get("/teleconsultation/opinions")
    assert "Cabinet des Tilleuls" in page
    assert "Moins de 5 avis" in page


async def test_only_the_call_may_ask_for_camera_and_microphone(house: Site) -> None:
    ana = await house.browser("ana")
    await ana.get("/teleconsultation")
    assert ana.answer.headers["permissions-policy"].startswith("camera=(), microphone=()")
    await ana.get(CALL)
    assert ana.answer.headers["permissions-policy"] == "camera=(self), microphone=(self), geolocation=()"


async def test_allergies_stand_above_the_call_and_silence_about_them_is_no_all_clear(house: Site) -> None:
    doctor = await house.browser("doc")
    assert "Allergies : non renseignées" in await doctor.get(CALL)
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "clinicalStatus": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
            ]
        },
        "patient": {"reference": "Patient/ana"},
        "code": {"text": "Pénicilline"},
    }
    await house.put(allergy)
    assert "Pénicilline" in await doctor.get(CALL)


async def test_a_call_at_once_takes_no_time_of_the_agenda(house: Site) -> None:
    doctor = await house.browser("doc")
    await doctor.get("/teleconsultation")
    page = await doctor.post(
        "/teleconsultation/now", patient="ana"
    )  # while the visit that was booked holds the same time
    assert doctor.status == 200
    assert "Préparer l'appel" in page
    await doctor.get("/teleconsultation")
    await doctor.post("/teleconsultation/now", patient="bob")  # whom doc does not care for
    assert doctor.status == 422
