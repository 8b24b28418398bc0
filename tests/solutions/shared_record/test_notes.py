"""A consultation note and a medical summary, written as CDA and read back; documents of other software, and of other patients."""

from __future__ import annotations

from base64 import b64decode

from seve.fhir import Resource
from seve.france.cda import Cda, read_cda
from seve.testing.site import Site

_INS = {
    "use": "official",
    "type": {"coding": [{"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "INS-NIR"}]},
    "system": "urn:oid:1.2.250.1.213.1.4.10",
    "value": "261036212345613",
}
_PATH = "/shared-record/ana"


def _ana(value: str = "261036212345613") -> Resource:
    return {
        "resourceType": "Patient", "id": "ana", "birthDate": "1961-03-14", "gender": "female",
        "identifier": [{**_INS, "value": value}], "name": [{"use": "official", "family": "Durand", "given": ["Ana"]}],
    }  # fmt: skip


async def _written(room: Site) -> Cda:
    (document,) = await room.stored("DocumentReference")
    url = document["content"][0]["attachment"]["url"]
    (file,) = await room.stored("Binary", ("_id", url.partition("/")[2]))
    return read_cda(b64decode(file["data"]))


async def test_a_note_is_kept_as_cda_and_shown(room: Site) -> None:
    await room.put(_ana())
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/note")
    page = await doctor.post(f"{_PATH}/note", reason="Toux & fièvre", conclusion="Bronchite <virale>")
    assert doctor.status == 200
    assert "Toux & fièvre" in page
    assert "&lt;virale&gt;" in doctor.answer.text
    found = await _written(room)
    assert found.code.code == "11488-4"
    assert found.patient.ins is not None
    assert found.patient.ins.value == "261036212345613"
    assert found.authors[0].family == "Martin"


async def test_a_summary_holds_what_is_in_force(room: Site) -> None:
    await room.put(_ana())
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/problems")
    await doctor.post(f"{_PATH}/problems", what="Asthme", code="J45.9", since="2020-05-01")
    await doctor.get(f"{_PATH}/note")
    page = await doctor.post(f"{_PATH}/vsm")
    assert doctor.status == 200
    for told in ("Asthme", "Pénicilline", "Metformine"):
        assert told in page
    assert (await _written(room)).code.code == "60591-5"


async def test_a_note_about_a_patient_without_ins_is_refused_and_what_was_typed_stays(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/note")
    page = await doctor.post(f"{_PATH}/note", reason="Toux")
    assert doctor.status == 422
    assert ">Toux</textarea>" in page
    assert await room.stored("DocumentReference") == []


async def test_an_empty_note_is_refused(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/note")
    await doctor.post(f"{_PATH}/note")
    assert doctor.status == 422


async def test_a_document_about_somebody_else_is_refused(room: Site) -> None:
    await room.put(_ana())
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/note")
    await doctor.post(f"{_PATH}/note", reason="Toux")
    (document,) = await room.stored("DocumentReference")
    await doctor.get(f"{_PATH}/documents/{document['id']}/file", keep="1")
    data = doctor.answer.content
    await room.put(_ana("284117512345658"))
    await doctor.get(f"{_PATH}/documents/add")
    page = await doctor.post(
        f"{_PATH}/documents",
        files={"file": ("note.xml", data, "text/xml")},
        title="Note",
        kind="consultation",
        words="",
    )
    assert doctor.status == 422
    assert "concerne une autre personne" in page
    assert len(await room.stored("DocumentReference")) == 1
