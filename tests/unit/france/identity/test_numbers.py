"""Numbers of persons and structures: their keys, and how severe a wrong one is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seve.france.identity import ins
from seve.france.identity.control_keys import nir_key
from seve.france.identity.ins import Matricule
from seve.france.identity.professionals import NationalId, adeli_issues, rpps_issues
from seve.france.identity.structures import StructureId, finess_issues, siren_issues, siret_issues
from seve.kernel.texts import LANGUAGES

SHARED = Path(__file__).parents[4] / ".." / "shared" / "france"

GOOD = [
    ("2790351215189", "89"),
    ("2770763220829", "10"),
    ("297022A020778", "78"),
    ("2360663220836", "56"),
    ("1090763220834", "89"),
    ("2090763220834", "39"),
    ("2090663220123", "55"),
]
BAD = [
    ("123456789012244", "12"),
    ("221042545611404", "83"),
    ("223042545611404", "82"),
    ("222127505611201", "47"),
    ("224027511583555", "12"),
]


@pytest.mark.parametrize(("number", "key"), GOOD)
def test_the_key_of_a_test_identity_is_right(number: str, key: str) -> None:
    assert nir_key(number) == key
    for source in ("entry", "import"):
        assert Matricule.of(number + key, "nir").issues(source=source) == ()


@pytest.mark.parametrize(("value", "key"), BAD)
def test_official_samples_with_a_wrong_key_are_an_error_at_entry_and_a_warning_at_import(value: str, key: str) -> None:
    matricule = Matricule.of(value, "nir")
    assert nir_key(matricule.number) == key
    [typed], [read] = matricule.issues(source="entry"), matricule.issues(source="import")
    assert (typed.severity, read.severity) == ("error", "warning")
    assert typed.key == read.key == "france.identity.matricule_key"


@pytest.mark.parametrize("text", ["2 97 02 2a 020 778 78", "297022A02077878", "297022A020778", "2.97.02.2A.020.778"])
def test_a_matricule_may_be_written_with_spaces_and_without_its_key(text: str) -> None:
    assert Matricule.of(text, "nir").value == "297022A02077878"


@pytest.mark.parametrize(
    "text", ["", "29702", "297022C02077878", "2970221020778789", "A97022A02077878", "29702２A02077878"]
)
def test_what_has_another_shape_is_no_matricule(text: str) -> None:
    [issue] = Matricule.of(text, "nir").issues(source="entry")
    assert issue.key == "france.identity.matricule_shape"


@pytest.mark.parametrize("kind", list(ins.OIDS))
def test_a_matricule_goes_to_fhir_and_back(kind: ins.Kind) -> None:
    matricule = Matricule.of("279035121518989", kind, use="old")
    assert ins.read(matricule.identifier()) == matricule


def test_a_billing_number_is_no_ins() -> None:
    assert ins.read({"system": "urn:oid:1.2.250.1.213.1.4.13", "value": "279035121518989"}) is None
    assert ins.read({"system": "urn:oid:1.2.250.1.213.1.4.8"}) is None


def test_the_definitive_number_is_in_force_before_the_waiting_one() -> None:
    waiting, old = Matricule.of("7790351215189", "nia"), Matricule.of("2790351215189", "nir", use="old")
    patient = {"resourceType": "Patient", "identifier": [waiting.identifier(), old.identifier()]}
    assert ins.in_force(patient) == waiting
    definitive = Matricule.of("2770763220829", "nir")
    changed = ins.with_matricule(patient, definitive)
    assert ins.in_force(changed) == definitive
    assert [m.use for m in ins.matricules(changed)] == ["official", "old", "old"]
    again = ins.with_matricule(changed, Matricule.of("2790351215189", "nir"))
    assert [(m.number, m.use) for m in ins.matricules(again)] == [
        ("2790351215189", "official"),
        ("2770763220829", "old"),
        ("7790351215189", "old"),
    ]


def test_each_number_of_a_patient_is_checked_at_its_place() -> None:
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:x", "value": "1"}, Matricule.of("123456789012244", "nir").identifier()],
    }
    [issue] = ins.patient_issues(patient, source="import")
    assert (issue.severity, issue.expression) == ("warning", "Patient.identifier[1].value")


@pytest.mark.parametrize("number", ["10003395216", "10005173140", "10000023084", "01234567897"])
def test_real_rpps_numbers_pass(number: str) -> None:
    assert rpps_issues(number, source="entry") == ()


@pytest.mark.parametrize("number", ["10003461033", "10102727017", "10100050075"])
def test_a_wrong_rpps_key_is_a_warning_even_at_entry(number: str) -> None:
    [issue] = rpps_issues(number, source="entry")
    assert (issue.severity, issue.key) == ("warning", "france.identity.rpps_key")


def test_an_rpps_number_of_another_length_is_an_error_at_entry() -> None:
    assert [i.severity for i in rpps_issues("1000339521", source="entry")] == ["error"]
    assert [i.severity for i in rpps_issues("1000339521", source="import")] == ["warning"]


def test_an_adeli_number_has_nine_characters() -> None:
    assert adeli_issues("759912345", source="entry") == adeli_issues("2A9912345", source="entry") == ()
    assert len(adeli_issues("75991234", source="entry")) == 1


@pytest.mark.parametrize(
    ("packed", "kind", "number"),
    [
        ("810003395216", "rpps", "10003395216"),
        ("0759912345", "adeli", "759912345"),
        ("3750712184/1234", "finess", "750712184/1234"),
        ("552100554000251234", "siret", "52100554000251234"),
        ("ANS20231122132732", "other", "ANS20231122132732"),
        ("81000339521", "other", "81000339521"),
        ("", "other", ""),
    ],
)
def test_a_national_id_is_unpacked_and_packed_again(packed: str, kind: str, number: str) -> None:
    found = NationalId.read(packed)
    assert (found.kind, found.number, found.packed) == (kind, number, packed)


def test_an_rpps_number_has_two_identifiers_and_an_adeli_number_one() -> None:
    assert [i["type"]["coding"][0]["code"] for i in NationalId.read("810003395216").identifiers()] == ["IDNPS", "RPPS"]
    assert [i["value"] for i in NationalId.read("0759912345").identifiers()] == ["0759912345"]


@pytest.mark.parametrize("number", ["750712184", "350005179", "580008803"])
def test_real_finess_numbers_pass(number: str) -> None:
    assert finess_issues(number, source="entry") == ()


def test_a_corsican_finess_has_a_letter_and_no_known_key() -> None:
    assert finess_issues("2A0000154", source="entry") == ()
    [shape] = finess_issues("2C0000154", source="entry")
    [key] = finess_issues("750712185", source="entry")
    assert (shape.severity, key.severity) == ("error", "warning")


@pytest.mark.parametrize(
    ("packed", "kind", "number"),
    [
        ("1580008803", "finess", "580008803"),
        ("12A0000154", "finess", "2A0000154"),
        ("2264403106", "siren", "264403106"),
        ("326350007600017", "siret", "26350007600017"),
        ("410005531586003", "rpps-rank", "10005531586003"),
        ("R81311", "technical", "R81311"),
    ],
)
def test_a_structure_id_is_unpacked_and_packed_again(packed: str, kind: str, number: str) -> None:
    found = StructureId.read(packed)
    assert (found.kind, found.number, found.packed) == (kind, number, packed)


def test_siren_and_siret_have_keys_of_luhn_and_la_poste_one_of_its_own() -> None:
    assert siren_issues("263500076", source="entry") == siren_issues("356000000", source="entry") == ()
    assert siret_issues("35600000000048", source="entry") == ()  # its seat: Luhn holds
    assert siret_issues("35600000049837", source="entry") == ()  # a post office: the sum is a multiple of five
    assert [i.severity for i in siret_issues("35600000049838", source="entry")] == ["error"]
    assert [i.severity for i in siren_issues("263500077", source="import")] == ["warning"]
    assert len(siret_issues("2635000760001", source="entry")) == len(siren_issues("26350007", source="entry")) == 1


def test_every_remark_has_its_sentence() -> None:
    for issue in (
        *Matricule.of("1", "nir").issues(source="entry"),
        *rpps_issues("10003461033", source="entry"),
        *siret_issues("1", source="entry"),
    ):
        assert all(issue.text(language) for language in LANGUAGES)


def test_the_keys_of_all_test_identities_are_right() -> None:
    if not (SHARED / "ins" / "test-identities.json").exists():
        pytest.skip("../shared/france/ins is not here")
    for identity in json.loads((SHARED / "ins" / "test-identities.json").read_text(encoding="utf-8")):
        assert ins.KINDS[identity["oid"]] in ins.OIDS
        assert nir_key(identity["nir13"]) == identity["key"]
