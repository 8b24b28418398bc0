"""Documents are what they say: PDF that can be walked, CDA that is well formed, hashes that fit."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections import Counter
from datetime import datetime

from lxml import etree
from tests.unit.territory.people import TERMS, records, stories

from seve.fhir import Resource
from seve.fhir.access.openings import feeds, keeper
from seve.fhir.house_documents import PREFIX, is_copy, needs_a_person, rule_of
from seve.france.cda import Code
from seve.france.cda.writing import Part, Problem, write_note
from seve.france.identity.indexing import opens
from seve.france.identity.ins import matricules
from seve.france.identity.trust import may_index_shared_data, trust
from seve.territory.generating import around
from seve.territory.papers.headers import CIM10, LOINC, header
from seve.territory.papers.pdf import pdf
from seve.territory.people.records import matricule
from seve.territory.places.house_rule import HOUSE

CDA = {"c": "urn:hl7-org:v3"}


def documents() -> list[tuple[Resource, bytes]]:
    found = list[tuple[Resource, bytes]]()
    for record in (*stories(), *records(60)):
        by_id = {f"Binary/{r['id']}": r for r in record.resources if r["resourceType"] == "Binary"}
        for reference in (r for r in record.resources if r["resourceType"] == "DocumentReference"):
            binary = by_id[reference["content"][0]["attachment"]["url"]]
            assert binary["securityContext"]["reference"] == f"DocumentReference/{reference['id']}"
            found.append((reference, b64decode(binary["data"])))
    return found


def test_documents_have_the_size_and_hash_that_their_references_tell() -> None:
    for reference, data in documents():
        attachment = reference["content"][0]["attachment"]
        assert attachment["size"] == len(data)
        assert b64decode(attachment["hash"]) == hashlib.sha1(data, usedforsecurity=False).digest()


def test_there_are_texts_pdf_and_cda_of_both_levels_and_many_types() -> None:
    forms, types = Counter[str](), set[str]()
    for reference, data in documents():
        media = reference["content"][0]["attachment"]["contentType"]
        forms[media + (" 3" if b"structuredBody" in data else " 1" if b"nonXMLBody" in data else "")] += 1
        types.add(reference["type"]["coding"][0]["code"])
    assert set(forms) == {"text/plain; charset=utf-8", "application/pdf", "text/xml 1", "text/xml 3"}
    assert {"11488-4", "11490-0", "11502-2", "15507-7", "18748-4", "60591-5"} <= types


def test_cda_names_the_patient_the_author_and_the_day() -> None:
    seen = 0
    for reference, data in documents():
        if reference["content"][0]["attachment"]["contentType"] != "text/xml":
            continue
        seen += 1
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        assert root.tag == "{urn:hl7-org:v3}ClinicalDocument"
        assert root.xpath("string(c:code/@code)", namespaces=CDA) == reference["type"]["coding"][0]["code"]
        assert root.xpath("string(c:recordTarget/c:patientRole/c:id/@root)", namespaces=CDA) == "1.2.250.1.213.1.4.10"
        oid = root.xpath("string(c:id/@root)", namespaces=CDA)
        assert reference["masterIdentifier"]["value"] == f"urn:oid:{oid}"
        day = root.xpath("string(c:effectiveTime/@value)", namespaces=CDA)[:8]
        assert day == reference["date"][:10].replace("-", "")
    assert seen > 20


def test_only_qualified_identities_have_their_number_in_documents_and_an_open_record() -> None:
    levels = Counter[str]()
    for record in (*stories(), *records(60)):
        [patient] = (one for one in record.resources if one["resourceType"] == "Patient")
        may = may_index_shared_data(patient, environment="test")
        levels[trust(patient)] += 1
        opened = [one for one in record.resources if one["resourceType"] == "Consent" and opens(one)]
        assert bool(opened) is may
        numbers = [one.value for one in matricules(patient)] or [matricule(record.person).value]
        for resource in record.resources:
            if resource["resourceType"] == "DocumentReference":
                assert feeds(None, resource) is (may and keeper(resource) != HOUSE)
            elif resource["resourceType"] == "Binary" and not may:
                data = b64decode(resource["data"])
                assert not any(number.encode() in data for number in numbers)
    assert len(levels) == 4


def test_the_hospital_keeps_some_documents_for_itself_and_its_rule_shared_one() -> None:
    [henri] = (one for one in stories() if one.person.id == "demo-henri")
    found = {one["id"]: one for one in henri.resources if one["resourceType"] in ("DocumentReference", "Binary")}
    kept = [one for one in found.values() if keeper(one) == HOUSE]
    assert len(kept) == 3
    references = [f"DocumentReference/{one['id']}" for one in kept]
    [copy] = (
        one for id_, one in found.items() if id_.startswith(PREFIX) and is_copy(one, of=references, organization=HOUSE)
    )
    file = found[copy["content"][0]["attachment"]["url"].partition("/")[2]]
    assert file["securityContext"] == {"reference": f"DocumentReference/{copy['id']}"}
    [rule] = (
        rule_of({**one, "meta": {"versionId": "1"}}) for one in around(TERMS) if one["resourceType"] == "PlanDefinition"
    )
    assert [rule.covers(one) for one in kept] == [False, True, True]
    assert [needs_a_person(one) for one in kept] == [False, False, True]


def test_people_whose_story_is_known_are_qualified() -> None:
    assert all(record.is_indexed for record in stories())


def test_what_people_are_called_can_not_break_a_document() -> None:
    record = stories()[0]
    heading = header(
        "x",
        Code(LOINC, "11488-4"),
        title='Un <titre> & "guillemets"',
        at=datetime.fromisoformat("2026-03-04T10:00:00"),
        person=record.person,
        author=record.carers.doctor,
    )
    problem = Problem(Code(CIM10, 'I"10', '<script>"x"'))
    data = write_note(heading, [Part(Code(LOINC, "11450-4"), "", title="A & B", problems=(problem,))])
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    assert root.xpath("string(c:title)", namespaces=CDA) == 'Un <titre> & "guillemets"'
    assert root.xpath("string(.//c:section/c:title)", namespaces=CDA) == "A & B"
    assert root.xpath("string(.//c:content)", namespaces=CDA) == '<script>"x"'
    assert root.xpath("string(.//c:observation/c:value/@code)", namespaces=CDA) == 'I"10'


def test_the_cross_reference_table_of_a_pdf_leads_to_its_objects() -> None:
    data = pdf("Un (titre) à échapper", [f"Ligne {at} avec des accents : éàç" for at in range(120)])
    start = int(re.findall(rb"startxref\n(\d+)", data)[0])
    assert data[start:].startswith(b"xref")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", data)]
    for number, place in enumerate(places, 1):
        assert data[place:].startswith(b"%d 0 obj" % number)
    assert data.count(b"/Type /Page ") == 3
    assert rb"\(titre\)" in data


def test_french_text_varies() -> None:
    notes = [
        data.decode()
        for reference, data in documents()
        if "text/plain" in reference["content"][0]["attachment"]["contentType"]
    ]
    assert len(set(notes)) > len(notes) * 0.95
