"""Documents written are read back as they were meant, in the order of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.unit.france.cda.samples import document, national, needed

from seve.france.cda import Cda, CdaWrong, Code, Id, Section, Unstructured, read_cda
from seve.france.cda.times import date_time, timestamp
from seve.france.cda.writing import (
    CONCLUSION,
    EXAMINATION,
    REASON,
    Allergy,
    Part,
    Problem,
    Summary,
    Treatment,
    write_file,
    write_note,
    write_summary,
)

CIM_10 = "2.16.840.1.113883.6.3"
HEADER_XML = """<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>
<id root="1.2.250.1.999.1"/><code code="11488-4" codeSystem="2.16.840.1.113883.6.1"/><title>Note</title>
<effectiveTime value="20240301093000+0100"/><confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/>
<languageCode code="fr-FR"/><setId root="1.2.250.1.999.0"/><versionNumber value="2"/>
<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>
<id root="1.2.3" extension="7"/><patient>
<name><family qualifier="BR">PAT-TROIS</family><given>DOMINIQUE</given><given qualifier="BR">DOMINIQUE</given></name>
<administrativeGenderCode code="F"/><birthTime value="19790328"/>
<birthplace><place><addr><county>51215</county></addr></place></birthplace></patient></patientRole></recordTarget>
<author><time value="20240301093000+0100"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/><assignedPerson><name><given>Jeanne</given>
<family>de la Roche</family></name></assignedPerson><representedOrganization>
<id root="1.2.250.1.71.4.2.2" extension="1750512345"/><name>Cabinet</name></representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1750512345"/>
<name>Cabinet</name></representedCustodianOrganization></assignedCustodian></custodian>
<documentationOf><serviceEvent><effectiveTime><low value="20240301"/></effectiveTime><performer><assignedEntity>
<id nullFlavor="NI"/><representedOrganization><standardIndustryClassCode code="AMBULATOIRE"
codeSystem="1.2.250.1.213.1.1.4.9"/></representedOrganization></assignedEntity></performer></serviceEvent></documentationOf>
<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.9"/></parentDocument></relatedDocument>
<componentOf><encompassingEncounter><effectiveTime><low value="20240301"/></effectiveTime>
<location><healthCareFacility><code code="SA07" codeSystem="1.2.250.1.71.4.2.4"/></healthCareFacility></location>
</encompassingEncounter></componentOf>"""


@pytest.fixture
def header() -> Cda:
    return read_cda(document(header=HEADER_XML))


def headed(found: Cda) -> Cda:
    """The header alone."""
    return replace(found, sections=(), attachments=(), body=None)


def every(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from every(section.sections)


def test_a_note_is_read_back(header: Cda) -> None:
    problem = Problem(Code(CIM_10, "J20.9", "Bronchite aiguë"), "2024-02-27")
    parts = [
        Part(REASON, "Toux & fièvre <3 jours>"),
        Part(EXAMINATION, "Ligne 1\nligne 2\n\nAutre paragraphe", title="Examen"),
        Part(CONCLUSION, "Repos", problems=(problem,)),
    ]
    found = read_cda(write_note(header, parts))
    assert found.code.code == "11488-4"
    assert headed(found) == replace(header, code=found.code)
    assert [(section.title, section.narrative) for section in found.sections] == [
        ("Motif de consultation", "<p>Toux &amp; fièvre &lt;3 jours&gt;</p>"),
        ("Examen", "<p>Ligne 1<br/>ligne 2</p><p>Autre paragraphe</p>"),
        ("Conclusion", "<p>Repos</p>Bronchite aiguë"),
    ]
    [entry] = found.sections[2].entries
    assert entry.find(".//{*}value").get("code") == "J20.9"


SUMMARY = Summary(
    problems=(
        Problem(Code(CIM_10, "E11.9", "Diabète de type 2"), "2015"),
        Problem(Code(CIM_10, "I10", "Hypertension")),
    ),
    past=(Problem(Code(CIM_10, "K35.8", "Appendicite"), "1990-06-02", "1990-06-20"),),
    allergies=(
        Allergy(
            Code("2.16.840.1.113883.6.96", "416098002", "allergie"),
            Code("1.2.250.1.213.2.3.1", "60234100", "A"),
            "2018",
        ),
    ),
    treatments=(
        Treatment(Code("1.2.250.1.213.2.3.1", "63564053", "PLAVIX 75 mg"), "1 comprimé par jour", "2019-08-11"),
        Treatment(
            Code("1.2.250.1.213.2.3.1", "1", "X"),
            "2 par jour",
            "2019",
            "2020",
            Code("0.4.0.127.0.16.1.1.2.1", "20053000"),
        ),
    ),
    life="Ne fume pas",
)


def test_a_summary_is_read_back_with_its_coded_entries(header: Cda) -> None:
    found = read_cda(write_summary(header, SUMMARY))
    assert headed(found) == replace(header, code=found.code, templates=found.templates)
    assert (found.code.code, found.templates[-1]) == ("60591-5", "1.2.250.1.213.1.1.1.13")
    by_code = {section.code.code: section for section in every(found.sections) if section.code}
    assert list(by_code) == [
        "46612-8",
        "34117-2",
        "11450-4",
        "11348-0",
        "48765-2",
        "57207-3",
        "29762-2",
        "30954-2",
        "18776-5",
        "10160-0",
    ]
    assert [len(by_code[code].entries) for code in ("11450-4", "11348-0", "48765-2", "10160-0")] == [2, 1, 1, 2]
    assert "<td>02/06/1990</td><td>20/06/1990</td><td>Appendicite</td>" in by_code["11348-0"].narrative
    assert by_code["30954-2"].narrative == "Non renseigné"


def test_every_text_that_an_entry_refers_to_is_in_the_narrative(header: Cda) -> None:
    root = etree.fromstring(write_summary(header, SUMMARY))
    ids = [element.get("ID") for element in root.iter("{*}content")]
    referred = {element.get("value", "")[1:] for element in root.iter("{*}reference")}
    assert referred == set(ids)
    assert len(ids) == len(set(ids)) == 6


def test_a_summary_of_nobody_known_says_that_nothing_is_said(header: Cda) -> None:
    found = read_cda(write_summary(header, Summary()))
    told = {section.narrative for section in every(found.sections) if section.narrative}
    assert told == {"Non renseigné"}


@pytest.mark.parametrize(
    ("media_type", "data"), [("application/pdf", b"%PDF-1.4\x00\xff"), ("text/plain", "é".encode())]
)
def test_a_file_is_read_back(header: Cda, media_type: str, data: bytes) -> None:
    found = read_cda(write_file(header, Unstructured(media_type, data)))
    assert found == replace(header, body=Unstructured(media_type, data))


def test_the_headers_of_the_national_samples_are_read_back_as_they_were() -> None:
    if not national():
        pytest.skip("../shared/france/cda is not here")
    for file in national():
        before = headed(read_cda(file.read_bytes()))
        assert headed(read_cda(write_file(before, Unstructured("text/plain", b"a")))) == before, file.name


def _steps(root: Any, names: dict[str, list[str]]) -> dict[str, list[str]]:
    for element in root.iter("{*}*"):
        order = names.setdefault(etree.QName(element).localname, [])
        for child in element:
            name = etree.QName(child).localname
            if name not in order:
                order.append(name)
    return names


def test_elements_stand_in_the_order_of_the_national_sample(header: Cda) -> None:
    """The schema is not beside the repository; the samples obey it."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    sample = _steps(etree.fromstring(needed("VSM_1.4_2022.01.xml"), parser), {})
    for element in etree.fromstring(write_summary(replace(header, replaces=None), SUMMARY)).iter("{*}*"):
        name = etree.QName(element).localname
        order = sample.get(name, []) if name != "name" else []  # a name has its parts in any order
        places = [order.index(tag) for child in element if (tag := etree.QName(child).localname) in order]
        assert places == sorted(places), name


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"authors": ()}, "author"),
        ({"custodian": None}, "custodian"),
        ({"services": ()}, "documentationOf"),
        ({"encounter": None}, "componentOf"),
    ],
)
def test_a_header_that_lacks_what_the_standard_asks_is_not_written(
    header: Cda, change: dict[str, Any], name: str
) -> None:
    with pytest.raises(CdaWrong) as caught:
        write_note(replace(header, **change), [])
    assert (caught.value.reason, caught.value.issues[0].fields["name"]) == ("missing", name)


def test_a_patient_without_an_ins_is_not_written_about(header: Cda) -> None:
    with pytest.raises(CdaWrong):
        write_note(replace(header, patient=replace(header.patient, ins=None)), [])


def test_the_same_content_is_written_the_same(header: Cda) -> None:
    assert write_summary(header, SUMMARY) == write_summary(header, SUMMARY)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2024", "2024"),
        ("202403", "2024-03"),
        ("20240301", "2024-03-01"),
        ("202403010930+0100", "2024-03-01T09:30:00+01:00"),
        ("20240301093005.123-0500", "2024-03-01T09:30:05-05:00"),
        ("20240301093005", "2024-03-01"),
        ("20230229", None),
        ("20240301250000+0100", None),
        ("2024030", None),
        ("", None),
        ("٢٠٢٤", None),
    ],
)
def test_moments_are_read(written: str, text: str | None) -> None:
    assert date_time(written) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024-03-01T09:30:05.5+01:00", "20240301093005+0100"),
        ("2024-03-01T09:30:05Z", "20240301093005+0000"),
        ("2024-03", "202403"),
    ],
)
def test_moments_are_written(text: str, written: str) -> None:
    assert timestamp(text) == written


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_can_stand_in_a_note(text: str) -> None:
    header = read_cda(document(header=HEADER_XML))
    [section] = read_cda(write_note(header, [Part(REASON, text, title="Motif")])).sections
    assert section.title == "Motif"
    assert "<script" not in section.narrative


def test_identifiers_have_the_forms_of_xds_and_fhir() -> None:
    assert Id("1.2", "x").text == "1.2^x"
    assert Id("1.2", "x").identifier() == {"system": "urn:oid:1.2", "value": "x"}
    assert Id("B9C4-1").identifier()["value"] == "urn:uuid:b9c4-1"
