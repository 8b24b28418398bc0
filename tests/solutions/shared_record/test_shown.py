"""Files in a page: a PDF in its frame, an image, the images of a CDA document; and what is not shown."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from re import findall

from seve.fhir import Resource
from seve.territory.papers.pdf import pdf
from seve.testing.site import Site

_PATH = "/shared-record/ana/documents"
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44"
    "ae426082"
)
_MEDIA = """<entry><observationMedia classCode="OBS" moodCode="EVN" ID="{id}"><value mediaType="{type}" representation="B64">{data}</value>
</observationMedia></entry>"""
_CDA = """<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><code code="18748-4" codeSystem="2.16.840.1.113883.6.1"/>
<effectiveTime value="20260301093000+0100"/><recordTarget><patientRole><id root="1.2" extension="3"/><patient><name><family>Durand</family></name>
</patient></patientRole></recordTarget><component><structuredBody><component><section><title>Images</title>
<text><renderMultiMedia referencedObject="one"/><renderMultiMedia referencedObject="two"/></text>{media}</section></component></structuredBody></component>
</ClinicalDocument>"""


def _filed(id_: str, data: bytes, media_type: str) -> tuple[Resource, Resource]:
    """A document as software puts it in by the API, without anybody having looked at it."""
    document: Resource = {
        "resourceType": "DocumentReference", "id": id_, "status": "current", "subject": {"reference": "Patient/ana"},
        "type": {"coding": [{"system": "http://loinc.org", "code": "18748-4"}]}, "description": "Radiographie",
        "date": datetime.fromisoformat("2026-03-01T10:00:00+01:00").isoformat(),
        "content": [{"attachment": {"contentType": media_type, "url": f"Binary/{id_}"}}],
    }  # fmt: skip
    file: Resource = {
        "resourceType": "Binary", "id": id_, "contentType": media_type, "data": b64encode(data).decode(),
        "securityContext": {"reference": f"DocumentReference/{id_}"},
    }  # fmt: skip
    return document, file


def _acting() -> bytes:
    return pdf("Essai", ["Bonjour"]).replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    )


async def test_a_file_within_its_document_is_shown_as_one_beside_it(room: Site) -> None:
    document, file = _filed("within", _PNG, "image/png")
    attachment = {"contentType": "image/png", "data": file["data"]}
    await room.put({**document, "content": [{"attachment": attachment}]})
    ana = await room.browser("ana")
    assert f"{_PATH}/within/file" in await ana.get(f"{_PATH}/within")
    await ana.get(f"{_PATH}/within/file")
    assert ana.answer.content == _PNG
    assert ana.answer.headers["content-type"] == "image/png"


async def test_a_pdf_is_shown_in_a_frame_of_our_own_under_a_policy_that_loads_nothing(room: Site) -> None:
    await room.put(*_filed("radio", pdf("Essai", ["Bonjour"]), "application/pdf"))
    ana = await room.browser("ana")
    assert findall(r'<iframe[^>]* src="([^"]+)"', await ana.get(f"{_PATH}/radio")) == [f"{_PATH}/radio/file"]
    await ana.get(f"{_PATH}/radio/file")
    headers = ana.answer.headers
    assert (headers["content-type"], headers["x-content-type-options"]) == ("application/pdf", "nosniff")
    assert headers["content-disposition"].startswith("inline")
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy


async def test_a_pdf_that_acts_is_not_shown_and_is_only_kept(room: Site) -> None:
    await room.put(*_filed("radio", _acting(), "application/pdf"))
    ana = await room.browser("ana")
    page = await ana.get(f"{_PATH}/radio")
    assert "<iframe" not in page
    assert "ne s'affiche pas ici" in page
    await ana.get(f"{_PATH}/radio/file")
    headers = ana.answer.headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-security-policy"].startswith("sandbox")


async def test_the_images_of_a_cda_document_are_documents_of_their_own(room: Site) -> None:
    image = _MEDIA.format(id="one", type="image/png", data=b64encode(_PNG).decode())
    other = _MEDIA.format(id="two", type="image/svg+xml", data=b64encode(b"<svg onload='alert(1)'/>").decode())
    await room.put(*_filed("cda", _CDA.format(media=image + other).encode(), "text/xml"))
    ana, bob = await room.browser("ana"), await room.browser("bob")
    page = await ana.get(f"{_PATH}/cda")
    assert findall(r'<img src="([^"]+)"', page) == [f"{_PATH}/cda/file?image=0"]
    assert "data:" not in page
    await ana.get(f"{_PATH}/cda/file", image="0")
    assert (ana.answer.content, ana.answer.headers["content-type"]) == (_PNG, "image/png")
    for wrong in ("1", "2", "-1", "x", "\u0661"):  # what acts, what there is not, what is no number
        await ana.get(f"{_PATH}/cda/file", image=wrong)
        assert ana.status == 404, wrong
    await bob.get(f"{_PATH}/cda/file", image="0")
    assert bob.status == 404


async def test_an_image_of_a_file_that_is_no_cda_is_not_there(room: Site) -> None:
    await room.put(*_filed("radio", _PNG, "image/png"))
    ana = await room.browser("ana")
    await ana.get(f"{_PATH}/radio/file", image="0")
    assert ana.status == 404
