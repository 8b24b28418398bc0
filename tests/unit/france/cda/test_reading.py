"""Documents read: what they say, and what is refused with its place."""

from __future__ import annotations

import csv
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.france.cda.samples import HEADER, SAMPLES, document, national, needed, structured

from seve.fhir.narrative import is_narrative
from seve.france.cda import Cda, CdaWrong, Id, Section, read_cda

PDF = "JVBERi0xLjQK"


def level_1(text: str) -> bytes:
    return document(f"<component><nonXMLBody>{text}</nonXMLBody></component>")


def every(sections: tuple[Section, ...]) -> list[Section]:
    return [found for section in sections for found in (section, *every(section.sections))]


def refused(data: bytes) -> CdaWrong:
    with pytest.raises(CdaWrong) as caught:
        read_cda(data)
    assert all(issue.text(language) for issue in caught.value.issues for language in ("fr", "en"))
    return caught.value


def test_a_header_tells_what_it_is_and_of_whom() -> None:
    found = read_cda(structured("Rien à signaler"))
    assert (found.id, found.code.code, found.title) == (Id("1.2.250.1.999.1"), "11488-4", "Compte rendu")
    assert (found.at, found.language, found.confidentiality.code) == ("2024-03-01T09:30:00+01:00", "fr-FR", "N")
    assert found.patient.ins is not None
    assert (found.patient.ins.kind, found.patient.ins.value) == ("nir-test", "279035121518989")
    assert (found.patient.names[0].family, found.patient.birth_date, found.patient.sex) == (
        "PAT-TROIS",
        "1979-03-28",
        "female",
    )


def test_a_level_3_document_has_its_sections() -> None:
    [section] = read_cda(structured("Rien à signaler")).sections
    assert (section.title, section.narrative) == ("Examen", "Rien à signaler")


def test_a_level_1_document_has_its_file() -> None:
    found = read_cda(level_1(f'<text mediaType="application/pdf" representation="B64">{PDF}</text>'))
    assert found.body is not None
    assert (found.body.media_type, found.body.data) == ("application/pdf", b"%PDF-1.4\n")
    assert not found.sections


def test_a_level_1_document_may_be_plain_text() -> None:
    found = read_cda(level_1('<text mediaType="text/plain">Bien reçu &amp; lu</text>'))
    assert found.body is not None
    assert found.body.data == b"Bien re\xc3\xa7u & lu"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<text mediaType="application/pdf"><reference value="http://elsewhere/x.pdf"/></text>', "body_outside"),
        ('<text mediaType="application/pdf" representation="B64">###</text>', "body_base64"),
        (f'<text mediaType="application/pdf" representation="B64" compression="DF">{PDF}</text>', "body_encoding"),
        ('<text mediaType="application/pdf" representation="HEX">00</text>', "body_encoding"),
    ],
)
def test_a_body_that_is_not_in_the_document_or_not_legible_is_refused_with_its_place(text: str, reason: str) -> None:
    found = refused(level_1(text))
    assert (found.reason, found.where) == (reason, "/ClinicalDocument/component/nonXMLBody/text")


@pytest.mark.parametrize(
    ("old", "new", "reason", "where"),
    [
        ('<id root="1.2.250.1.999.1"/>', "", "missing", "/ClinicalDocument"),
        ('<id root="1.2.250.1.999.1"/>', '<id nullFlavor="NI"/>', "missing", "/ClinicalDocument"),
        ("<recordTarget>", "<recordTarget/><x>", "missing", "/ClinicalDocument"),
        ("20240301093000+0100", "20240231", "time", "/ClinicalDocument/effectiveTime"),
        ("19790328", "28/03/1979", "time", "/ClinicalDocument/recordTarget/patientRole/patient/birthTime"),
        ("<languageCode", '<versionNumber value="-1"/><languageCode', "number", "/ClinicalDocument/versionNumber"),
    ],
)
def test_a_header_that_lacks_a_part_or_has_a_wrong_one_is_refused_with_its_place(
    old: str, new: str, reason: str, where: str
) -> None:
    header = HEADER.replace(old, new)
    if "<x>" in header:
        header = header.replace("</recordTarget>", "</x>")
    found = refused(document(header=header))
    assert (found.reason, found.where) == (reason, where)


def test_what_is_no_xml_is_refused_with_its_line() -> None:
    found = refused(b"<ClinicalDocument>\n<title></ClinicalDocument>")
    assert (found.reason, found.line) == ("not_xml", 2)


@pytest.mark.parametrize("data", [b"", b"  \n"])
def test_nothing_is_refused_as_empty(data: bytes) -> None:
    assert refused(data).reason == "empty"


def test_other_xml_and_two_documents_in_one_are_refused() -> None:
    assert refused(b"<Patient xmlns='http://hl7.org/fhir'/>").reason == "no_document"
    assert refused(document('<ClinicalDocument xmlns="urn:hl7-org:v3"/>')).reason == "several_documents"


def test_an_external_entity_is_never_read() -> None:
    doctype = '<!DOCTYPE c [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    found = refused(document(header=HEADER.replace("Compte rendu", "&f;"), before=doctype))
    assert found.reason == "doctype"


def test_a_billion_laughs_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    doctype = f'<!DOCTYPE c [<!ENTITY l0 "lol">{laughs}]>'
    for header in (HEADER.replace("Compte rendu", "&l9;"), HEADER.replace("fr-FR", "&l9;")):
        assert refused(document(header=header, before=doctype)).reason in ("doctype", "not_xml")


def test_deep_nesting_is_refused_and_what_is_within_the_bound_is_read() -> None:
    def nested(depth: int) -> bytes:
        return structured("<content>" * depth + "fond" + "</content>" * depth)

    assert read_cda(nested(50)).sections[0].narrative == "fond"
    assert refused(nested(70)).reason == "too_deep"
    assert refused(nested(100_000)).reason in ("too_deep", "not_xml")


def test_more_elements_than_the_bound_are_refused() -> None:
    assert refused(structured("<br/>" * 500_000)).reason == "too_many_elements"


def test_latin_1_is_read_and_a_wrong_or_odd_encoding_refused() -> None:
    latin = structured("Œdème".replace("Œ", "œ")[1:]).decode()
    declared = latin.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert read_cda(declared.encode("latin-1")).sections[0].narrative == "dème"
    assert refused(latin.encode("latin-1")).reason == "not_xml"
    utf_16 = declared.replace("ISO-8859-1", "UTF-16").encode("utf-16")
    assert refused(utf_16).reason == "encoding"
    assert refused(declared.replace("ISO-8859-1", "UTF-7").encode("ascii", "replace")).reason in ("encoding", "not_xml")


def test_a_stylesheet_named_by_an_instruction_is_left_alone() -> None:
    before = '<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>'
    assert read_cda(document(before=before)).title == "Compte rendu"


def test_a_document_inside_a_stylesheet_is_read_and_the_stylesheet_never_run() -> None:
    inner = structured("Vrai").decode().partition("?>")[2]
    template = '<xsl:template match="/"><xsl:value-of select="document(\'/etc/passwd\')"/><b>Faux</b></xsl:template>'
    sheet = f'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">{template}{inner}</xsl:stylesheet>'
    found = read_cda(sheet.encode())
    assert [section.narrative for section in found.sections] == ["Vrai"]


def test_the_national_samples_are_read_and_say_what_their_index_says() -> None:
    if not national():
        pytest.skip("../shared/france/cda is not here")
    with (SAMPLES / "index.csv").open(encoding="utf-8", newline="") as stream:
        index = {row["file"]: row for row in csv.DictReader(stream)}
    for file in national():
        found, row = read_cda(file.read_bytes()), index[file.name]
        assert found.patient.ins is not None
        told = (
            found.code.code,
            found.code.system,
            found.title,
            found.patient.ins.value,
            "nonXML" if found.body else "structured",
        )
        assert told == (
            row["typeCode"],
            row["typeCodeSystem"],
            " ".join(row["title"].split()),
            row["patientIdExt"],
            row["bodyKind"],
        )
        assert _is_whole(found), file.name


def _is_whole(found: Cda) -> bool:
    """Authors, a custodian, and sections that FHIR would take as narrative."""
    shown = [section.narrative for section in every(found.sections) if section.narrative]
    is_safe = all(is_narrative(f'<div xmlns="http://www.w3.org/1999/xhtml">{narrative}</div>') for narrative in shown)
    return bool(found.authors and found.custodian and found.at) and is_safe


def test_authors_have_their_number_specialty_and_structure() -> None:
    [author] = read_cda(needed("VSM_1.4_2022.01.xml")).authors
    assert (author.name, author.rpps) == ("Stéphane MEDIONI", "01234567897")
    assert author.specialty is not None and author.specialty.code == "G15_10/SM26"
    assert author.organisation is not None and author.organisation.name == "Centre de soins le Belvédère"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.integers(min_value=0, max_value=4_000),
    length=st.integers(min_value=0, max_value=40),
    put=st.one_of(
        st.binary(max_size=20), st.sampled_from([b"<", b"&x;", b"</text>", b"<text>", b"\x00", b'"', b"]]>"])
    ),
)
def test_whatever_is_changed_in_a_document_it_is_read_or_refused(place: int, length: int, put: bytes) -> None:
    data = structured('<table><tr><td colspan="2">a</td></tr></table><linkHtml href="#b">c</linkHtml>')
    place %= len(data)
    with suppress(CdaWrong):
        assert read_cda(data[:place] + put + data[place + length :]).id
