"""Documents that an organisation keeps, shared by a person: a copy goes into the record, and what becomes of the one leaves the other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.solutions.house_file.conftest import CABINET, NOTE, PATH, copies, decide, document, keep, one

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.requests import Request
from seve.fhir.access.openings import OWN, TAGS
from seve.fhir.access.veils import VISIBILITY
from seve.france.documents.standing import is_archived
from seve.france.identity.trust import Reliability
from seve.solutions.shared_record.model.documents import announced
from seve.testing.site import Browser, Site, patient

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44"
    "ae426082"
)


async def mask(browser: Browser, id_: str) -> None:
    await browser.get("/sharing")
    typed: dict[str, Any] = {"for": "ana", "type": "DocumentReference", "record": id_, "show": ""}
    await browser.post("/sharing/mask", **typed)
    assert browser.status == 200, browser.page


async def test_staff_keep_a_file_or_a_note_and_colleagues_see_it(house: Site) -> None:
    doctor, partner = await house.browser("doc"), await house.browser("partner")
    id_ = await keep(doctor, title="Photographie", file=("plaie.png", _PNG, "image/png"), words="")
    assert "Gardé à l'établissement." in doctor.page
    made = await one(house, id_)
    assert {"system": TAGS, "code": OWN} in made["meta"]["tag"]
    assert made["custodian"]["reference"] == CABINET
    page = await partner.get(PATH)
    assert "Photographie" in page
    assert "Réunion de l'équipe" in page
    await partner.get(f"{PATH}/documents/{id_}/file")
    assert partner.answer.content == _PNG


async def test_the_banner_says_of_allergies_what_the_shared_record_says(house: Site) -> None:
    doctor = await house.browser("doc")
    assert "non renseignées" in await doctor.get(PATH)
    none = {
        "resourceType": "AllergyIntolerance",
        "id": "none",
        "patient": {"reference": "Patient/ana"},
        "clinicalStatus": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
            ]
        },
        "code": {
            "coding": [{"system": "http://snomed.info/sct", "code": "716186003"}],
            "text": "Sans allergie, dit-elle",
        },
    }
    await house.put(none)
    page = await doctor.get(PATH)
    assert "non renseignées" not in page and "Sans allergie, dit-elle" not in page, "to have none is no allergy"


@pytest.mark.parametrize(
    ("more", "file"),
    [
        ({"title": ""}, None),
        ({"kind": "rule"}, None),
        ({"day": "2999-01-01"}, None),
        ({"day": "hier"}, None),
        ({"words": ""}, None),
        ({"words": ""}, ("a.exe", b"MZ" + b"\0" * 100, "application/octet-stream")),
        ({"words": ""}, ("a.html", b"<html><script>alert(1)</script>", "text/html")),
        ({"words": ""}, ("a.pdf", _PNG, "application/pdf")),
    ],
    ids=["no title", "no type", "to come", "no day", "nothing", "program", "active", "mislabelled"],
)
async def test_what_can_not_be_kept_is_refused_and_leaves_nothing_behind(
    house: Site, more: dict[str, str], file: tuple[str, bytes, str] | None
) -> None:
    doctor = await house.browser("doc")
    before = await house.engine.database.pool.fetchval("SELECT count(*) FROM version")
    assert await keep(doctor, file=file, **{"title": "Une plaie", **more}) == ""
    assert doctor.status == 422
    assert 'role="alert"' in doctor.page
    assert "title" in more or 'value="Une plaie"' in doctor.page
    assert await house.engine.database.pool.fetchval("SELECT count(*) FROM version") == before


async def test_another_house_sees_nothing_of_it_until_it_is_shared_and_then_the_copy_alone(house: Site) -> None:
    doctor, ward = await house.browser("doc"), await house.browser("ward")
    assert "Réunion" not in await ward.get(PATH)
    for path in (NOTE, f"{NOTE}/file", "/shared-record/ana/documents/house-file-note"):
        await ward.get(path)
        assert ward.status == 404, path
    await doctor.get(NOTE)
    await doctor.post(f"{NOTE}/share")
    assert "Réunion de l'équipe" in await ward.get("/shared-record/ana/documents")
    [copy] = await copies(house)
    assert "revoir dans trois mois" in await ward.get(f"/shared-record/ana/documents/{copy['id']}")
    for path in (NOTE, f"{NOTE}/file"):
        await ward.get(path)
        assert ward.status == 404, path
    await ward.post(f"{NOTE}/withdraw")
    assert ward.status == 404


async def test_a_shared_document_is_a_second_one_with_a_file_of_its_own(house: Site) -> None:
    doctor, before = await house.browser("doc"), await one(house, "house-file-note")
    await doctor.get(NOTE)
    page = await doctor.post(f"{NOTE}/share")
    assert "Partagé le" in page
    [copy] = await copies(house)
    assert copy["relatesTo"] == [{"code": "transforms", "target": {"reference": "DocumentReference/house-file-note"}}]
    assert copy["custodian"] == before["custodian"]
    url = copy["content"][0]["attachment"]["url"]
    assert url != before["content"][0]["attachment"]["url"]
    [file] = await house.stored("Binary", ("_id", url.partition("/")[2]))
    assert file["securityContext"] == {"reference": f"DocumentReference/{copy['id']}"}
    assert await one(house, "house-file-note") == before


async def test_the_same_is_not_shared_twice(house: Site) -> None:
    doctor, partner = await house.browser("doc"), await house.browser("partner")
    for browser, status in ((doctor, 200), (partner, 409)):
        await browser.get(NOTE)
        page = await browser.post(f"{NOTE}/share")
        assert browser.status == status
    assert "rien de nouveau à partager" in page
    assert len(await copies(house)) == 1


async def test_two_who_share_at_once_make_one_copy(house: Site) -> None:
    browsers = [await house.browser("doc"), await house.browser("partner")]
    for browser in browsers:
        await browser.get(NOTE)
    await asyncio.gather(*(browser.post(f"{NOTE}/share") for browser in browsers))
    assert sorted(browser.status for browser in browsers) == [200, 409]
    assert len(await copies(house)) == 1


async def test_nothing_is_shared_into_a_record_that_is_not_open_and_the_way_out_is_shown(house: Site) -> None:
    await decide(house, "inactive")
    doctor = await house.browser("doc")
    await doctor.get(NOTE)
    before = await house.engine.database.pool.fetchval("SELECT count(*) FROM version")
    page = await doctor.post(f"{NOTE}/share")
    assert doctor.status == 409
    assert 'href="/shared-record/ana/opening"' in page
    assert "n'est pas ouvert : rien n'y est versé" in page
    assert await house.engine.database.pool.fetchval("SELECT count(*) FROM version") == before


async def test_nothing_is_shared_of_an_identity_that_is_not_qualified(house: Site) -> None:
    await house.put(patient("ana", reliability=Reliability("PROV", "SM", "2024-01-08", "CN", "2024-01-08")))
    doctor = await house.browser("doc")
    await doctor.get(NOTE)
    before = await house.engine.database.pool.fetchval("SELECT count(*) FROM version")
    page = await doctor.post(f"{NOTE}/share")
    assert doctor.status == 422
    assert "identité" in page
    assert await house.engine.database.pool.fetchval("SELECT count(*) FROM version") == before


async def test_what_was_replaced_is_newer_here_until_it_is_shared_again_and_supersedes_the_first(house: Site) -> None:
    doctor = await house.browser("doc")
    first = await keep(doctor, title="Compte rendu", words="Angine.")
    await doctor.post(f"{PATH}/documents/{first}/share")
    await doctor.get(f"{PATH}/add", replaces=first)
    assert 'value="Compte rendu"' in doctor.page
    second = await keep(doctor, title="Compte rendu corrigé", words="Rhinopharyngite.", replaces=first, version="1")
    assert second
    assert "Plus récent ici" in await doctor.get(PATH)
    [old] = await copies(house)
    await doctor.get(f"{PATH}/documents/{second}")
    await doctor.post(f"{PATH}/documents/{second}/share")
    was, new = await copies(house)
    assert (was["id"], was["status"], new["status"]) == (old["id"], "superseded", "current")
    assert [(each["code"], each["target"]["reference"]) for each in new["relatesTo"]] == [
        ("transforms", f"DocumentReference/{second}"),
        ("replaces", f"DocumentReference/{old['id']}"),
    ]
    page = await doctor.get(f"{PATH}/documents/{first}")
    assert "Ce document a été remplacé." in page
    assert f"{first}/share" not in page
    await doctor.post(f"{PATH}/documents/{first}/share")
    assert doctor.status == 409


async def test_two_who_replace_the_same_do_not_both_succeed(house: Site) -> None:
    doctor = await house.browser("doc")
    first = await keep(doctor)
    assert await keep(doctor, title="Deuxième", replaces=first, version="1")
    assert await keep(doctor, title="Troisième", replaces=first, version="1") == ""
    assert doctor.status == 412
    assert 'value="Troisième"' in doctor.page


async def test_a_colleague_replaces_nothing_that_another_wrote(house: Site) -> None:
    doctor, partner = await house.browser("doc"), await house.browser("partner")
    first = await keep(doctor)
    assert "replaces=" not in await partner.get(f"{PATH}/documents/{first}")
    assert await keep(partner, title="À moi", replaces=first, version="1") == ""
    assert partner.status == 403
    assert len(await house.stored("DocumentReference", ("_tag", f"{TAGS}|{OWN}"))) == 2


async def test_masking_the_copy_leaves_the_document_of_the_house_as_it_is(house: Site) -> None:
    doctor, partner, ana = await house.browser("doc"), await house.browser("partner"), await house.browser("ana")
    await doctor.get(NOTE)
    await doctor.post(f"{NOTE}/share")
    [copy] = await copies(house)
    before = await one(house, "house-file-note")
    await mask(ana, copy["id"])
    await partner.get(f"/shared-record/ana/documents/{copy['id']}")
    assert partner.status == 404
    page = await partner.get(NOTE)
    assert partner.status == 200
    assert "revoir dans trois mois" in page
    assert "Masqué" in page
    assert await one(house, "house-file-note") == before
    await partner.post(f"{NOTE}/share")
    assert partner.status == 409  # what a patient masked is not put beside the mask


async def test_masking_the_document_of_the_house_leaves_the_copy_as_it_is(house: Site) -> None:
    doctor, ward, ana = await house.browser("doc"), await house.browser("ward"), await house.browser("ana")
    await doctor.get(NOTE)
    await doctor.post(f"{NOTE}/share")
    [copy] = await copies(house)
    await mask(ana, "house-file-note")
    await doctor.get(NOTE)
    assert doctor.status == 404
    assert await copies(house) == [copy]
    assert "revoir dans trois mois" in await ward.get(f"/shared-record/ana/documents/{copy['id']}")


async def test_what_takes_the_place_of_a_masked_copy_is_masked_too(house: Site) -> None:
    doctor, partner, ana = await house.browser("doc"), await house.browser("partner"), await house.browser("ana")
    first = await keep(doctor)
    await doctor.post(f"{PATH}/documents/{first}/share")
    [copy] = await copies(house)
    await mask(ana, copy["id"])
    second = await keep(doctor, words="Autre chose.", replaces=first, version="1")
    await doctor.post(f"{PATH}/documents/{second}/share")
    assert doctor.status == 200
    _, new = await copies(house)
    await partner.get(f"/shared-record/ana/documents/{new['id']}")
    assert partner.status == 404
    await ana.get(f"/shared-record/ana/documents/{new['id']}")
    assert ana.status == 200


async def test_a_result_to_be_announced_is_shared_as_such_and_announced_in_the_record(house: Site) -> None:
    doctor, ana = await house.browser("doc"), await house.browser("ana")
    label = {"system": VISIBILITY, "code": "INVISIBLE_PATIENT"}
    await house.put(document("told-later", securityLabel=[{"coding": [label]}]))
    await doctor.get(f"{PATH}/documents/told-later")
    await doctor.post(f"{PATH}/documents/told-later/share")
    [copy] = await copies(house)
    await ana.get(f"/shared-record/ana/documents/{copy['id']}")
    assert ana.status == 404
    await house.put(announced(copy))
    await ana.get(f"/shared-record/ana/documents/{copy['id']}")
    assert ana.status == 200


async def test_withdrawing_archives_the_copy_and_leaves_the_document_whoever_shared_it(house: Site) -> None:
    doctor, partner = await house.browser("doc"), await house.browser("partner")
    await doctor.get(NOTE)
    await doctor.post(f"{NOTE}/withdraw")
    assert doctor.status == 409
    assert "rien à en retirer" in doctor.page
    await doctor.post(f"{NOTE}/share")
    before = await one(house, "house-file-note")
    await partner.get(NOTE)
    assert "Retiré du dossier partagé." in await partner.post(f"{NOTE}/withdraw")
    [copy] = await copies(house)
    assert is_archived(copy)
    assert await one(house, "house-file-note") == before
    assert "Réunion de l'équipe" not in await doctor.get("/shared-record/ana/documents")
    page = await partner.get(NOTE)
    assert "Partager à nouveau" in page
    await partner.post(f"{NOTE}/share")
    [again] = await copies(house)
    assert (again["id"], is_archived(again)) == (copy["id"], False)


async def test_what_was_withdrawn_is_not_put_back_into_a_record_that_was_closed(house: Site) -> None:
    doctor = await house.browser("doc")
    await doctor.get(NOTE)
    await doctor.post(f"{NOTE}/share")
    await doctor.post(f"{NOTE}/withdraw")
    await decide(house, "inactive")
    await doctor.post(f"{NOTE}/share")
    assert doctor.status == 409
    [copy] = await copies(house)
    assert is_archived(copy)


async def test_a_document_that_only_claims_to_be_a_copy_is_none(house: Site) -> None:
    claim = {name: value for name, value in document("claim").items() if name not in ("meta", "id")}
    relation = [{"code": "transforms", "target": {"reference": "DocumentReference/house-file-note"}}]
    await perform(
        house.engine, open_grant(), Request("POST", "DocumentReference", resource={**claim, "relatesTo": relation})
    )
    doctor = await house.browser("doc")
    assert "Partager dans le dossier" in await doctor.get(NOTE)


async def test_a_nurse_shares_what_she_may_add_and_nothing_else(house: Site) -> None:
    nurse, doctor = await house.browser("nurse"), await house.browser("doc")
    letter = await keep(doctor, kind="discharge")
    await nurse.get(f"{PATH}/documents/{letter}")
    assert nurse.status == 404
    await nurse.get(NOTE)
    await nurse.post(f"{NOTE}/share")
    assert nurse.status == 200
    assert await keep(nurse, kind="prescription") == ""
    assert nurse.status == 403


async def test_who_does_not_reach_the_patient_opens_no_file(house: Site) -> None:
    stranger = await house.browser("stranger")  # of the same practice
    for path in (PATH, NOTE, f"{PATH}/add"):
        await stranger.get(path)
        assert stranger.status == 404, path


async def test_the_pages_are_for_staff(house: Site) -> None:
    ana = await house.browser("ana")
    await ana.get(PATH)
    assert ana.status == 403
