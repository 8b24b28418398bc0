"""A consultation note and a medical summary, written as CDA and read back; documents of other software, and of other patients."""

from __future__ import annotations

from base64 import b64decode

from seve.france.cda import Cda, read_cda
from seve.france.identity.ins import Matricule
from seve.france.identity.trust import Reliability
from seve.testing.site import INS, Site, patient

_PATH = "/shared-record/ana"


async def _written(room: Site) -> Cda:
    (document,) = await room.stored("DocumentReference")
    url = document["content"][0]["attachment"]["url"]
    (file,) = await room.stored("Binary", ("_id", url.partition("/")[2]))
    return read_cda(b64decode(file["data"]))


async def test_a_note_is_kept_as_cda_and_shown(room: Site) -> None:
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/note")
    page = await doctor.post(f"{_PATH}/note", reason="Toux & fièvre", conclusion="Bronchite <virale>")
    assert doctor.status == 200
    assert "Toux & fièvre" in page
    assert "&lt;virale&gt;" in doctor.answer.text
    found = await _written(room)
    assert found.code.code == "11488-4"
    assert found.patient.ins is not None
    assert found.patient.ins.value == INS["ana"]
    assert found.authors[0].family == "Martin"


async def test_a_summary_holds_what_is_in_force(room: Site) -> None:
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
    await room.put({**patient("ana"), "identifier": []})
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
    doctor = await room.browser("doc")
    await doctor.get(f"{_PATH}/note")
    await doctor.post(f"{_PATH}/note", reason="Toux")
    (document,) = await room.stored("DocumentReference")
    await doctor.get(f"{_PATH}/documents/{document['id']}/file", keep="1")
    data = doctor.answer.content
    another = Matricule.of("2610362123457", "nir-test")
    newer = patient("ana", reliability=Reliability("VALI", "INSI", "2025-03-04", "CN", "2025-03-04"))
    await room.put({**newer, "identifier": [another.identifier()]})
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
