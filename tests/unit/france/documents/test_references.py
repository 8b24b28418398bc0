"""Documents as the registry has them, and the part of the record that shows each."""

from __future__ import annotations

import base64
import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests.unit.france.cda.samples import national, needed, structured
from tests.unit.france.documents.files import EVERY

from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator
from seve.france.cda import Author, Code, Id, Organization, read_cda
from seve.france.documents import inspect
from seve.france.documents.classes import CONTENT_CLASSES, content_class, document_types
from seve.france.documents.references import Filing, Told, document_reference, file_reference
from seve.france.identity.professionals import NationalId
from seve.france.identity.structures import StructureId

SHARED = Path(__file__).parents[4] / ".." / "shared" / "france"
LOINC = "2.16.840.1.113883.6.1"
NOS = "https://mos.esante.gouv.fr/NOS"


def filed(data: bytes, *, replaces: str = "") -> dict[str, Any]:
    filing = Filing("b1", data, "Patient/p1", "2024-03-02T08:00:00+01:00", replaces)
    return document_reference(read_cda(data), filing=filing)


def is_valid(resource: dict[str, Any]) -> bool:
    found = Validator(core()).validate({key: value for key, value in resource.items() if key != "meta"})
    return not [issue for issue in found.issues if issue.severity in ("error", "fatal")]


def test_a_reference_has_what_the_profile_asks() -> None:
    data = needed("VSM_1.4_2022.01.xml")
    found = filed(data, replaces="DocumentReference/d0")
    [content] = found["content"]
    assert content["attachment"] == {
        "contentType": "text/xml",
        "language": "fr-FR",
        "title": "Synthèse Médicale",
        "creation": "2020-03-12T11:17:00+01:00",
        "url": "Binary/b1",
        "size": len(data),
        "hash": base64.b64encode(hashlib.sha1(data).digest()).decode(),
    }
    assert found["type"]["coding"][0]["code"] == "SYNTH"
    assert found["category"][0]["coding"][0] == {
        "system": f"{NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument",
        "code": "11",
        "display": "Synthèse",
    }
    assert found["masterIdentifier"] == {
        "system": "urn:ietf:rfc:3986",
        "value": "urn:oid:1.2.250.1.213.1.1.1.13.2022.1.1",
    }
    assert found["securityLabel"][0]["coding"][0]["code"] == "N"
    assert found["relatesTo"] == [{"code": "replaces", "target": {"reference": "DocumentReference/d0"}}]
    assert found["context"]["period"] == {"start": "2020-03-12T11:17:00+01:00"}
    assert found["context"]["facilityType"]["coding"][0]["system"].endswith("TRE-R02-SecteurActivite")
    assert (found["author"][0]["reference"], found["custodian"]["reference"]) == ("#author-1", "#custodian")
    author = found["contained"][0]
    assert author["identifier"][1] == {
        "type": {"coding": [{"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "RPPS"}]},
        "system": "https://rpps.esante.gouv.fr",
        "value": "01234567897",
    } | {key: value for key, value in author["identifier"][1].items() if key == "use"}


def test_the_references_of_the_national_samples_are_valid_and_each_has_a_class() -> None:
    if not national():
        pytest.skip("../shared/france/cda is not here")
    for file in national():
        found = filed(file.read_bytes())
        assert is_valid(found), file.name
        assert found["category"] and found["author"] and found["custodian"] and found["context"]["period"]["start"]
        assert content_class(found) is not None, file.name


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("eP-MED-DM_2024.01_PosoStruct.xml", "urn:ihe:pharm:pre:2010"),
        ("BIO-CR-BIO_2024.01_TSH_1.xml", "urn:ihe:lab:xd-lab:2008"),
        ("DOC_NON_STRUCTURE_CDA-R2-N1.xml", "urn:ihe:iti:xds-sd:pdf:2008"),
        ("VSM_1.4_2022.01.xml", "urn:ihe:iti:xds:2017:mimeTypeSufficient"),
    ],
)
def test_the_format_is_that_of_the_model(name: str, format_: str) -> None:
    assert filed(needed(name))["content"][0]["format"]["code"] == format_


def test_what_a_header_leaves_out_is_left_out() -> None:
    found = filed(structured("a"))
    assert is_valid(found)
    assert not {"author", "custodian", "contained", "relatesTo"} & found.keys()
    assert found["context"]["period"] == {"start": "2024-03-01T09:30:00+01:00"}


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "text/plain"])
def test_another_file_has_what_a_person_told(media_type: str) -> None:
    data = EVERY[media_type]
    told = Told(
        Id("b9c4a1de-0000-4000-8000-000000000001"),
        "Radiographie du poignet",
        Code(LOINC, "18748-4", "CR d'imagerie médicale"),
        "2024-03-01",
        author=Author("Ana Petit", NationalId("rpps", "10003395216"), Code("1.2.250.1.71.1.2.7", "10")),
        custodian=Organization("Cabinet", StructureId("finess", "750512345")),
    )
    found = file_reference(inspect(data), told, filing=Filing("b2", data, "Patient/p1", "2024-03-02T08:00:00Z"))
    assert is_valid(found)
    assert found["content"][0]["attachment"]["contentType"].startswith(media_type)
    assert found["masterIdentifier"]["value"] == "urn:uuid:b9c4a1de-0000-4000-8000-000000000001"
    assert content_class(found) == "results"


def test_an_author_who_is_in_the_store_is_referred_to() -> None:
    told = Told(Id("1.2"), "t", Code(LOINC, "74465-6"), "2024", author="Patient/p1", custodian="Organization/o")
    data = EVERY["image/png"]
    found = file_reference(inspect(data), told, filing=Filing("b2", data, "Patient/p1", "2024-03-02T08:00:00Z"))
    assert (found["author"], found["custodian"]) == ([{"reference": "Patient/p1"}], {"reference": "Organization/o"})
    assert "contained" not in found


def test_types_and_classes_are_those_of_the_national_table() -> None:
    file = SHARED / "dmp" / "type-to-class.csv"
    if not file.exists():
        pytest.skip("../shared/france/dmp is not here")
    with file.open(encoding="utf-8", newline="") as stream:
        listed = {(row["codeSystemOid"], row["typeCode"]): row["classCode"] for row in csv.DictReader(stream)}
    assert {key: found.class_code for key, found in document_types().items()} == listed


def by_type(system: str, code: str) -> dict[str, Any]:
    return {"resourceType": "DocumentReference", "type": {"coding": [{"system": system, "code": code}]}}


def by_class(code: str) -> dict[str, Any]:
    system = f"{NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
    return {"resourceType": "DocumentReference", "category": [{"coding": [{"system": system, "code": code}]}]}


A05 = "urn:oid:1.2.250.1.213.1.1.4.12"
DIRECTIVE = {"resourceType": "Consent", "category": [{"coding": [{"code": "acd"}]}]}


@pytest.mark.parametrize(
    ("resource", "content"),
    [
        (by_type(A05, "REMB"), "reimbursements"),
        ({"resourceType": "ExplanationOfBenefit"}, "reimbursements"),
        ({"resourceType": "Condition"}, "conditions"),
        ({"resourceType": "AllergyIntolerance"}, "conditions"),
        ({"resourceType": "MedicationRequest"}, "treatments"),
        (by_type("http://loinc.org", "57833-6"), "treatments"),
        (by_type("http://loinc.org", "11369-6"), "treatments"),
        (by_type("http://loinc.org", "11488-4"), "reports"),
        (by_class("10"), "reports"),
        (by_type("http://loinc.org", "11502-2"), "results"),
        ({"resourceType": "Observation"}, "results"),
        (by_class("31"), "results"),
        (by_type(A05, "CERT_DECL"), "certificates"),
        (by_type(A05, "EXPPAT_3"), "directives"),
        (by_type("http://loinc.org", "42348-3"), "directives"),
        (DIRECTIVE, "directives"),
        ({"resourceType": "Consent"}, None),
        (by_class("95"), None),
        (by_class("?"), None),
        (by_type("http://example.org", "11488-4"), None),
        ({"resourceType": "Patient"}, None),
    ],
)
def test_each_resource_is_shown_in_one_of_seven_parts_or_none(resource: dict[str, Any], content: str | None) -> None:
    assert content_class(resource) == content


def test_the_seven_parts_are_reached() -> None:
    assert {found.content for found in document_types().values()} - {None} == set(CONTENT_CLASSES) - {"conditions"}
