"""Documents through the browser: added, shown safely, replaced, archived, announced; and what is refused leaves nothing behind."""

from __future__ import annotations

import pytest

from seve.fhir import Resource
from seve.fhir.access.openings import kept
from seve.testing.site import Browser, Site

_PATH = "/shared-record/ana/documents"
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44"
    "ae426082"
)
_EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


async def _add(browser: Browser, file: tuple[str, bytes, str] | None = None, **fields: str) -> str:
    await browser.get(f"{_PATH}/add")
    typed = {"title": "Prise de sang", "kind": "laboratory", "words": "", **fields}
    return await browser.post(_PATH, files={"file": file} if file else None, **typed)


async def test_a_patient_adds_a_picture_and_their_doctor_sees_it(room: Site) -> None:
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    page = await _add(ana, ("sang.png", _PNG, "image/png"))
    assert ana.status == 200
    assert "Ajouté au dossier" in page
    (stored,) = await room.stored("DocumentReference")
    assert stored["content"][0]["attachment"]["url"].startswith("Binary/")
    page = await doctor.get(f"{_PATH}/{stored['id']}")
    assert f'src="{_PATH}/{stored["id"]}/file"' in page
    await doctor.get(f"{_PATH}/{stored['id']}/file")
    assert doctor.answer.content == _PNG
    assert "sandbox" in doctor.answer.headers["content-security-policy"]
    assert "Prise de sang" in await doctor.get(_PATH)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (("a.png", _PNG[:40], "image/png"), "image/png"),
        (("a.pdf", _PNG, "application/pdf"), "application/pdf"),
        (("a.txt", _EICAR, "text/plain"), ""),
        (("a.exe", b"MZ" + b"\0" * 100, "application/octet-stream"), ""),
        (("a.html", b"<html><script>alert(1)</script>", "text/html"), ""),
        (("a.txt", b"a" * (21 * 2**20), "text/plain"), "20"),
        (("a.xml", b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id/></ClinicalDocument>', "text/xml"), ""),
    ],
    ids=["broken", "mislabelled", "infected-looking", "program", "active", "too large", "no CDA"],
)
async def test_a_file_that_is_refused_says_why_and_leaves_nothing_behind(
    room: Site, file: tuple[str, bytes, str], told: str
) -> None:
    ana = await room.browser("ana")
    page = await _add(ana, file, title="Ma prise de sang")
    assert ana.status == 422
    assert 'role="alert"' in page
    assert told in page
    assert 'value="Ma prise de sang"' in page
    assert await room.stored("DocumentReference") == []
    assert await room.engine.database.pool.fetchval("SELECT count(*) FROM version WHERE type = 'Binary'") == 0


async def test_neither_file_nor_words_is_refused(room: Site) -> None:
    ana = await room.browser("ana")
    assert "Choisissez un fichier" in await _add(ana)
    assert ana.status == 422


async def test_a_patient_adds_no_report_in_a_doctors_name(room: Site) -> None:
    ana = await room.browser("ana")
    await _add(ana, kind="consultation", words="Tout va bien.")
    assert ana.status == 422
    assert await room.stored("DocumentReference") == []


async def test_a_replaced_document_stays_and_says_so(room: Site) -> None:
    doctor = await room.browser("doc")
    await _add(doctor, kind="consultation", title="Consultation", words="Angine.")
    (old,) = await room.stored("DocumentReference")
    await doctor.get(f"{_PATH}/add", replaces=old["id"])
    page = await doctor.post(
        _PATH,
        replaces=old["id"],
        version="1",
        title="Consultation corrigée",
        kind="consultation",
        words="Rhinopharyngite.",
    )
    assert doctor.status == 200
    assert "Rhinopharyngite." in page
    stored = {one["description"]: one for one in await room.stored("DocumentReference")}
    assert stored["Consultation"]["status"] == "superseded"
    relation = stored["Consultation corrigée"]["relatesTo"]
    assert relation == [{"code": "replaces", "target": {"reference": f"DocumentReference/{old['id']}"}}]
    assert "a été remplacé" in await doctor.get(f"{_PATH}/{old['id']}")
    assert "Consultation corrigée" in doctor.page


async def test_two_who_replace_the_same_document_do_not_both_succeed(room: Site) -> None:
    doctor = await room.browser("doc")
    await _add(doctor, kind="consultation", title="Consultation", words="Angine.")
    (old,) = await room.stored("DocumentReference")
    for turn, status in (("première", 200), ("seconde", 412)):
        await doctor.get(f"{_PATH}/add")
        await doctor.post(_PATH, replaces=old["id"], version="1", title=turn, kind="consultation", words="Autre.")
        assert doctor.status == status
    assert "seconde" not in {one["description"] for one in await room.stored("DocumentReference")}


async def test_an_archived_document_leaves_the_list_and_comes_back(room: Site) -> None:
    doctor = await room.browser("doc")
    await _add(doctor, kind="consultation", title="Vieux compte rendu", words="Angine.")
    (old,) = await room.stored("DocumentReference")
    await doctor.post(f"{_PATH}/{old['id']}/archive", version="1")
    assert "Archivé." in doctor.page
    assert "Vieux compte rendu" not in await doctor.get(_PATH)
    assert "Vieux compte rendu" in await doctor.get(_PATH, archive="1")
    await doctor.get(f"{_PATH}/{old['id']}")
    await doctor.post(f"{_PATH}/{old['id']}/archive", version="2", restore="1")
    assert "Vieux compte rendu" in await doctor.get(_PATH)


async def test_what_is_to_be_announced_shows_to_the_patient_only_then(room: Site) -> None:
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    await _add(doctor, kind="laboratory", title="Biopsie", words="Résultat.", later="1")
    (stored,) = await room.stored("DocumentReference")
    assert "Biopsie" not in await ana.get(_PATH)
    await ana.get(f"{_PATH}/{stored['id']}/file")
    assert ana.status == 404
    await doctor.get(f"{_PATH}/{stored['id']}")
    await doctor.post(f"{_PATH}/{stored['id']}/announce", version="1")
    assert "Biopsie" in await ana.get(_PATH)


async def test_a_document_that_the_patient_masks_is_hidden_from_professionals_but_its_author(room: Site) -> None:
    ana, doctor, nurse = await room.browser("ana"), await room.browser("doc"), await room.browser("nurse")
    await _add(doctor, kind="consultation", title="Consultation", words="Angine.")
    (stored,) = await room.stored("DocumentReference")
    assert "Consultation" in await nurse.get(f"{_PATH}/{stored['id']}")
    await ana.get(f"{_PATH}/{stored['id']}")
    await ana.post(
        "/sharing/mask", files=None, **{"for": "ana", "type": "DocumentReference", "record": stored["id"], "show": ""}
    )
    await nurse.get(f"{_PATH}/{stored['id']}")
    assert nurse.status == 404
    await doctor.get(f"{_PATH}/{stored['id']}")
    assert doctor.status == 200


async def test_active_content_in_words_is_shown_as_words(room: Site) -> None:
    ana = await room.browser("ana")
    await _add(ana, words="<script>alert(1)</script>")
    assert "&lt;script&gt;" in ana.answer.text


async def test_a_document_that_stays_with_its_organisation_is_not_in_the_shared_record(room: Site) -> None:
    def made(id_: str) -> Resource:
        return {
            "resourceType": "DocumentReference", "id": id_, "status": "current", "description": f"Compte rendu {id_}",
            "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]}, "date": "2026-11-03T10:00:00Z",
            "subject": {"reference": "Patient/ana"}, "content": [{"attachment": {"title": "x"}}],
        }  # fmt: skip

    await room.put(made("shared"), kept(made("own")))
    doctor = await room.browser("doc")
    for path in (_PATH, "/shared-record/ana/timeline", "/shared-record/ana/timeline?class=reports"):
        page = await doctor.get(path)
        assert "Compte rendu shared" in page
        assert "Compte rendu own" not in page
    await doctor.get(f"{_PATH}/own")
    assert doctor.status == 404
