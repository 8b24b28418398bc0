from __future__ import annotations

import pytest

from seve.fhir.codec import decode_xml, encode_xml
from seve.kernel.refusals import Malformed

FHIR = ' xmlns="http://hl7.org/fhir"'
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">a<br/></div>'


def refused(xml: str) -> list[tuple[str, str]]:
    with pytest.raises(Malformed) as error:
        decode_xml(xml.encode())
    assert all(issue.text("fr") != issue.text("en") for issue in error.value.issues)
    return [(issue.key.rpartition(".")[2], issue.expression) for issue in error.value.issues]


def test_a_patient_is_read_and_written_without_loss() -> None:
    xml = (
        f'<Patient{FHIR}><id value="p"/><text><status value="generated"/>{DIV}</text>'
        '<contained><Organization><id value="o"/><name value="a &amp; &quot;b&quot;"/></Organization></contained>'
        '<active value="true"/><name id="n"><given value="a&#10;b"/><given id="x"><extension url="a:b">'
        '<valueDecimal value="1.10"/></extension></given></name></Patient>'
    )
    resource = decode_xml(xml.encode())
    assert resource["active"] is True
    assert resource["contained"][0]["name"] == 'a & "b"'
    assert resource["text"]["div"] == DIV
    assert resource["name"][0]["given"] == ["a\nb", None]
    assert str(resource["name"][0]["_given"][1]["extension"][0]["valueDecimal"]) == "1.10"
    assert encode_xml(resource).decode().partition("\n")[2] == xml


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<a", ("xml_syntax", "")),
        ("<Patient/>", ("xml_namespace", "")),
        (f"<Patint{FHIR}/>", ("xml_resource", "")),
        (f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Patient{FHIR}><id value="x"/>&a;</Patient>', ("xml_doctype", "")),
        (f'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Patient{FHIR}><id value="&b;"/></Patient>', ("xml_doctype", "")),
        (f'<!DOCTYPE Patient SYSTEM "http://localhost/x.dtd"><Patient{FHIR}/>', ("xml_doctype", "")),
        (f'<?xml-stylesheet href="a"?><Patient{FHIR}/>', ("xml_instruction", "")),
        (f'<Patient{FHIR}><foo value="1"/></Patient>', ("xml_element", "Patient.foo")),
        (f'<Patient{FHIR}><active xmlns="urn:x" value="true"/></Patient>', ("xml_element", "Patient.active")),
        (f'<Patient{FHIR} a="1"><active value="true"/></Patient>', ("xml_attribute", "Patient")),
        (f'<Patient{FHIR}><active value="true" a="1"/></Patient>', ("xml_attribute", "Patient.active")),
        (f"<Patient{FHIR}>hello</Patient>", ("xml_text", "Patient")),
        (f'<Patient{FHIR}><birthDate value="2020"/><active value="true"/></Patient>', ("xml_order", "Patient")),
        (f'<Patient{FHIR}><active value="true"/><active value="true"/></Patient>', ("xml_repeated", "Patient.active")),
        (f"<Patient{FHIR}><active/></Patient>", ("xml_empty", "Patient.active")),
        (f"<Patient{FHIR}><contained/></Patient>", ("xml_one_resource", "Patient.contained[0]")),
        (f'<Patient{FHIR}><active value="1"/></Patient>', ("wrong_json_type", "Patient.active")),
        (f"<Patient{FHIR}><name/></Patient>", ("empty_object", "Patient.name[0]")),
    ],
)  # fmt: skip
def test_what_is_not_fhir_xml_is_refused_at_its_place(xml: str, expected: tuple[str, str]) -> None:
    assert expected in refused(xml)


def test_an_unknown_element_is_refused_with_its_line() -> None:
    with pytest.raises(Malformed) as error:
        decode_xml(f"<Patient{FHIR}>\n\n  <foo/>\n</Patient>".encode())
    assert error.value.issues[0].fields["line"] == 3


def test_another_encoding_than_utf8_is_refused() -> None:
    with pytest.raises(Malformed):
        decode_xml('<?xml version="1.0" encoding="UTF-16"?><Patient xmlns="http://hl7.org/fhir"/>'.encode("utf-16"))


def test_comments_are_dropped_and_kept_in_narratives() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">a<!-- kept --></div>'
    xml = f'<Patient{FHIR} xmlns:x="urn:x"><!-- dropped --><text><status value="generated"/>{div}</text></Patient>'
    assert decode_xml(xml.encode())["text"]["div"] == div


def test_a_narrative_that_is_not_xml_is_refused_when_written() -> None:
    with pytest.raises(Malformed):
        encode_xml({"resourceType": "Patient", "text": {"status": "generated", "div": "<div>a<br></div>"}})
