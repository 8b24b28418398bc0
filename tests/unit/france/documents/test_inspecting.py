"""Files looked at before they are kept."""

from __future__ import annotations

import base64
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.france.cda.samples import document, national, structured
from tests.unit.france.documents.files import EVERY, RTF, TEXT, archive, image, pdf, stream
from tests.whole import of

from seve.france.cda import CdaWrong
from seve.france.documents import ACCEPTED, DocumentRefused, inspect
from seve.france.documents.kinds import MEDIA_TYPE_OF

SHARED = Path(__file__).parents[4] / ".." / "shared" / "france"
VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"
ZIP_TOO = ACCEPTED | {"zip", "xml", "json"}


def refused(data: bytes, *, declared_type: str = "", name: str = "", limit_bytes: int = 2**20) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        inspect(data, declared_type=declared_type, name=name, limit_bytes=limit_bytes, accepted=ZIP_TOO)
    for issue in caught.value.issues:
        assert "{" not in issue.text("fr") + issue.text("en")
    return caught.value


@pytest.mark.parametrize("media_type", EVERY)
def test_a_whole_file_is_what_it_says(media_type: str) -> None:
    found = inspect(EVERY[media_type], declared_type=f"{media_type}; x=y")
    assert found.media_type == media_type
    assert inspect(EVERY[media_type], declared_type="application/octet-stream") == found
    assert inspect(EVERY[media_type]) == found


@pytest.mark.parametrize("declared", EVERY)
@pytest.mark.parametrize("media_type", EVERY)
def test_a_file_that_is_said_to_be_another_is_refused(media_type: str, declared: str) -> None:
    if media_type != declared:
        assert refused(EVERY[media_type], declared_type=declared).reason == "mislabelled"


@pytest.mark.parametrize("media_type", [name for name in EVERY if name not in ("text/plain", "application/dicom")])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_file_that_was_cut_is_refused_as_broken(media_type: str, kept: float) -> None:
    data = EVERY[media_type]
    assert refused(data[: int(len(data) * kept)], declared_type=media_type).reason == "broken"


def test_a_changed_png_is_refused_as_broken() -> None:
    data = bytearray(image("PNG"))
    data[60] ^= 1
    assert refused(bytes(data)).reason == "broken"


def test_nothing_and_too_much_are_refused() -> None:
    assert refused(b"").reason == "empty"
    assert refused(b"a" * 101, limit_bytes=100).reason == "too_large"
    assert inspect(b"a" * 100, limit_bytes=100).format == "text"


def test_text_is_read_as_utf_8_or_windows_1252() -> None:
    assert inspect(TEXT).charset == "utf-8"
    assert inspect("Œdème".encode("cp1252")).charset == "windows-1252"
    assert refused(b"a\x00b").reason == "unknown"


def test_what_is_known_but_not_accepted_is_refused() -> None:
    with pytest.raises(DocumentRefused) as caught:
        inspect(archive(a=b"x"))
    assert caught.value.reason == "not_accepted"
    assert refused(b"ID3", declared_type="audio/mpeg").reason == "not_accepted"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).reason == "not_accepted"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("cr.pdf", None), ("CR.PDF", None), ("cr", None), ("cr.v2", None), ("cr.png", 1), ("cr.pdf.exe", 1)],
)
def test_a_name_of_another_format_is_refused(name: str, reason: int | None) -> None:
    if reason:
        assert refused(EVERY["application/pdf"], name=name).reason == "misnamed"
    else:
        assert inspect(EVERY["application/pdf"], name=name).format == "pdf"


@pytest.mark.parametrize(
    "data",
    [
        VIRUS,
        TEXT + b"\n" + VIRUS,
        pdf(stream(VIRUS, packed=False)),
        archive(a=VIRUS),
        document(
            '<component><nonXMLBody><text mediaType="text/plain" representation="B64">'
            + base64.b64encode(VIRUS).decode()
            + "</text></nonXMLBody></component>"
        ),
    ],
    ids=["alone", "in a text", "in a PDF", "in an archive", "in a CDA"],
)
def test_the_test_virus_is_refused_wherever_it_is(data: bytes) -> None:
    assert refused(data).reason == "test_virus"


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90\x00" + bytes(200), b"\x7fELF\x02\x01", b"\xcf\xfa\xed\xfe\x07", b"\xca\xfe\xba\xbe\x00", b"#!/bin/sh\n"],
)
def test_programs_are_refused_whatever_they_are_called(data: bytes) -> None:
    assert refused(data, declared_type="application/pdf", name="cr.pdf").reason == "executable"
    assert refused(archive(a=data)).reason == "executable"


def test_a_text_that_begins_like_a_program_is_a_text() -> None:
    assert inspect(b"MZ, le patient dit que").format == "text"


def test_macros_are_refused() -> None:
    assert refused(archive(**{"word/vbaProject.bin": b"x"})).reason == "macros"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "_VBA_PROJECT".encode("utf-16-le")
    assert refused(ole).reason == "macros"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<!DOCTYPE html><p>x", "html"),
        (b"  <html><body>x", "html"),
        (b"\xef\xbb\xbf<!-- a --><script>x</script>", "html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "html"),
        (b'<?xml version="1.0"?><h:p xmlns:h="http://www.w3.org/1999/xhtml"/>', "html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "svg"),
        (b'<?xml version="1.0"?><!-- a --><s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "svg"),
    ],
)
def test_what_acts_in_a_browser_is_refused(data: bytes, reason: str) -> None:
    for declared in ("", "text/plain", "text/html", "image/png"):
        assert refused(data, declared_type=declared).reason == reason


PACKED = b"4 0 5 9 << >>    " + b"<< /S /URI /URI (https://e.fr) >>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "pdf_script"),
        (pdf(b"<< /S /Java#53cript /#4aS (x) >>"), "pdf_script"),
        (pdf(b"<< /JS 5 0 R >>"), "pdf_script"),
        (pdf(stream(b"4 0 << /S /JavaScript >>", b"/Type /ObjStm /N 1 /First 4")), "pdf_script"),
        (pdf(stream(b"4 0 << /S /Launch >>", b"/Type /Obj#53tm /N 1 /First 4")), "pdf_launch"),
        (pdf(b"<< /S /Launch /F (cmd.exe) >>"), "pdf_launch"),
        (pdf(b"<< /Type /EmbeddedFile >>"), "pdf_embedded"),
        (pdf(catalog=b"/Names << /EmbeddedFiles 4 0 R >>"), "pdf_embedded"),
        (pdf(catalog=b"/OpenAction << /S /URI /URI (https://e.fr) >> "), "pdf_opens_address"),
        (pdf(b"<< /S /URI /URI (https://e.fr) >>", catalog=b"/OpenAction 4 0 R "), "pdf_opens_address"),
        (
            pdf(stream(PACKED, b"/Type /ObjStm /N 2 /First 8"), catalog=b"/OpenAction 5 0 R "),
            "pdf_opens_address",
        ),
        (pdf(trailer=b"/Encrypt 9 0 R "), "pdf_encrypted"),
        (pdf(stream(b"x", b"/Type /ObjStm /DecodeParms << >>")), "pdf_opaque"),
        (pdf(stream(bytes(80 * 2**20), b"/Type /ObjStm")), "pdf_opaque"),
        (pdf(stream(b"4 0 << >>", b"/Type /ObjStm /N 1").replace(b">>\nstream", b">> %\nstream")), "pdf_opaque"),
    ],
)
def test_a_pdf_that_acts_by_itself_or_hides_is_refused(data: bytes, reason: str) -> None:
    assert refused(data).reason == reason


@pytest.mark.parametrize(
    "data",
    [
        pdf(b"<< /Subtype /Link /A << /S /URI /URI (https://e.fr) >> >>"),
        pdf(catalog=b"/OpenAction [3 0 R /Fit] "),
        pdf(b"<< /S /GoTo /D [3 0 R /Fit] >>", b"<< /S /URI /URI (x) >>", catalog=b"/OpenAction 4 0 R "),
        pdf(stream(b"\x00/JS \xff", packed=False)),
        pdf(stream(b"4 0 << >>", b"/Type /ObjStm /N 1 /First 4")),
        b"\xef\xbb\xbf\n" + pdf(),
    ],
    ids=["a link", "a view", "an action of its own", "letters in a picture", "an object stream", "a mark before"],
)
def test_a_pdf_that_waits_for_its_reader_is_taken(data: bytes) -> None:
    assert inspect(data, declared_type="application/pdf").format == "pdf"


def test_a_pdf_made_to_be_slow_is_answered_in_time() -> None:
    start = time.process_time()
    for slow in (b"#41", b"obj stream\n", b">>stream\n", b"/OpenAction<<", b"1 0 obj ", b"<</OpenAction 4 0 R>>"):
        data = pdf(slow * (2**20 // len(slow)))
        with suppress(DocumentRefused):
            inspect(data)
    assert time.process_time() - start < 10


def test_rtf_with_an_object_of_another_program_is_refused() -> None:
    assert refused(RTF[:-1] + b"{\\object\\objemb{\\*\\objdata 01}}}").reason == "rtf_object"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive(**{"../../etc/passwd": b"x"}), "zip_traversal"),
        (archive(**{"/etc/passwd": b"x"}), "zip_traversal"),
        (archive(**{"a\\..\\b": b"x"}), "zip_traversal"),
        (archive(**{"C:/x": b"x"}), "zip_traversal"),
        (archive(a=bytes(8 * 2**20)), "zip_bomb"),
        (archive(**{str(number): b"" for number in range(1_001)}), "zip_bomb"),
        (archive(a=archive(b=b"x")), "zip_archive"),
        (archive(a=b"x" * 100)[:60], "broken"),
    ],
    ids=["up", "absolute", "backslashes", "drive", "bomb", "many", "nested", "cut"],
)
def test_an_archive_that_does_harm_is_refused(data: bytes, reason: str) -> None:
    assert refused(data).reason == reason


def test_an_archive_is_taken_where_it_is_asked_for() -> None:
    assert inspect(archive(**{"IHE_XDM/SUBSET01/METADATA.XML": b"<a/>"}), accepted=ZIP_TOO).format == "zip"


def test_xml_that_is_no_cda_is_taken_only_where_it_is_asked_for() -> None:
    assert inspect(b"<a/>", accepted=ZIP_TOO).format == "xml"
    with pytest.raises(DocumentRefused):
        inspect(b"<a/>")
    assert refused(b"<?xml version='1.0'?>\n<a><b></a>").reason == "broken_xml"


def test_a_cda_is_told_from_other_xml_and_a_broken_one_says_where() -> None:
    assert inspect(structured("a"), declared_type="text/xml").format == "cda"
    assert refused(structured("a"), declared_type="text/plain").reason == "mislabelled"
    with pytest.raises(CdaWrong) as caught:
        inspect(structured("a")[:-10])
    assert caught.value.reason == "not_xml"


def test_the_body_of_a_cda_must_be_what_it_says() -> None:
    def holding(data: bytes) -> bytes:
        text = f'<text mediaType="application/pdf" representation="B64">{base64.b64encode(data).decode()}</text>'
        return document(f"<component><nonXMLBody>{text}</nonXMLBody></component>")

    assert inspect(holding(pdf())).format == "cda"
    assert refused(holding(image("PNG"))).reason == "mislabelled"
    assert refused(holding(pdf()[:-20])).reason == "broken"
    assert refused(holding(pdf(b"<< /S /JavaScript >>"))).reason == "pdf_script"


def test_the_national_samples_are_taken() -> None:
    if not national():
        pytest.skip("../shared/france/cda is not here")
    for file in national():
        assert inspect(file.read_bytes(), name=file.name).format == "cda", file.name


def test_what_is_accepted_is_in_the_national_list() -> None:
    file = SHARED / "nos-jdv" / "jeux-de-valeurs" / "JDV_MediaType_ObservationMedia_CISIS.xml"
    if not file.exists():
        pytest.skip("../shared/france/nos-jdv is not here")
    listed = {concept.get("code", "") for concept in ET.parse(file).iter("{urn:ihe:iti:svs:2008}Concept")}
    left_out = {"application/msword", "text/html", *(code for code in listed if code.startswith("audio/"))}
    assert {MEDIA_TYPE_OF[format_] for format_ in ACCEPTED} == listed - left_out


SEEDS = [*EVERY.values(), structured("<paragraph>a</paragraph>"), archive(a=b"x", b=b"y" * 99), b'{"a": [1]}']


@settings(max_examples=of(150, whole=600), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    place=st.integers(min_value=0, max_value=100_000),
    length=st.integers(min_value=0, max_value=60),
    put=st.binary(max_size=20),
    declared=st.sampled_from(["", *EVERY, "text/xml", "application/zip"]),
)
def test_whatever_is_changed_in_a_file_it_is_taken_or_refused(
    seed: bytes, place: int, length: int, put: bytes, declared: str
) -> None:
    place %= len(seed)
    data = seed[:place] + put + seed[place + length :]
    with suppress(DocumentRefused, CdaWrong):
        assert inspect(data, declared_type=declared, accepted=ZIP_TOO).format in ZIP_TOO
