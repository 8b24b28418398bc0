"""What Pro Santé Connect says of a professional, in typed form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seve.france.pro_sante_connect import Packed, UnreadableClaims, read_userinfo

SAMPLE = Path(__file__).parents[3] / ".." / "shared" / "france" / "pro-sante-connect" / "userinfo-sample.json"

DOCTOR = {  # invented
    "sub": "f:1:899700000017",
    "SubjectNameID": "899700000017",
    "family_name": "DUPONT",
    "given_name": "Anne",
    "Secteur_Activite": "SA01^1.2.250.1.71.4.2.4",
    "Acces_Regulation_Medicale": "VRAI",
    "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    "SubjectRefPro": {
        "exercices": [
            {
                "codeProfession": "10",
                "codeCategorieProfessionnelle": "C",
                "codeTypeSavoirFaire": "S",
                "codeSavoirFaire": "SM54",
                "activities": [
                    {"codeModeExercice": "S", "codeSecteurDactivite": "SA01", "numeroFinessSite": "2A0000154"},
                    {
                        "codeModeExercice": "L",
                        "codeSecteurDactivite": "SA07",
                        "identifiantTechniqueDeLaStructure": "R1",
                    },
                ],
            },
            {"codeProfession": "26", "codeCategorieProfessionnelle": "C"},
        ]
    },
}


def test_each_activity_of_each_practice_can_be_chosen() -> None:
    user = read_userinfo(DOCTOR)
    assert user.rpps == "99700000017"
    assert [(a.profession, a.mode, a.structure) for a in user.activities] == [
        ("10", "S", "2A0000154"),
        ("10", "L", "R1"),
        ("26", "", ""),
    ]
    assert len({a.key for a in user.activities}) == 3
    assert user.activity(user.activities[1].key) == user.activities[1]
    assert user.activity("0000") is None
    assert user.may_regulate


def test_a_packed_claim_gives_its_value_and_its_system() -> None:
    assert Packed.read("SA07^1.2.250.1.71.4.2.4") == Packed("SA07", "1.2.250.1.71.4.2.4")
    assert Packed.read("SA07^1.2.250.1.71.4.2.4").system == "urn:oid:1.2.250.1.71.4.2.4"
    assert (Packed.read("SA07"), Packed.read("SA07").system) == (Packed("SA07"), "")


def test_an_identifier_of_another_form_is_kept_as_it_is() -> None:
    user = read_userinfo(DOCTOR | {"SubjectNameID": "ANS20231122132732"})
    assert (user.rpps, user.identity.kind, user.identity.packed) == ("", "other", "ANS20231122132732")


def test_an_adeli_number_is_no_rpps_number() -> None:
    user = read_userinfo(DOCTOR | {"SubjectNameID": "0759912345"})
    assert (user.rpps, user.identity.kind, user.identity.number) == ("", "adeli", "759912345")


def test_a_user_without_practice_has_no_activity() -> None:
    claims = {name: value for name, value in DOCTOR.items() if name != "SubjectRefPro"}
    assert read_userinfo(claims).activities == ()
    assert read_userinfo(claims | {"SubjectRefPro": None}).activities == ()


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", ""),
        ("SubjectNameID", None),
        ("SubjectNameID", 899700000017),
        ("SubjectRefPro", "10"),
        ("SubjectRefPro", {"exercices": ["10"]}),
        ("SubjectRole", [10]),
        ("otherIds", ["a"]),
    ],
)
def test_claims_of_another_form_are_refused_by_name(claim: str, value: object) -> None:
    with pytest.raises(UnreadableClaims) as refused:
        read_userinfo(DOCTOR | {claim: value})
    assert str(refused.value.fields["claim"]) in (claim, "exercices")


def test_the_sample_of_the_sandbox_is_read() -> None:
    if not SAMPLE.exists():
        pytest.skip("../shared/france/pro-sante-connect is not here")
    user = read_userinfo(json.loads(SAMPLE.read_text(encoding="utf-8")))
    assert (user.family, user.given, user.identity.kind) == ("Grominoch", "Fistinien", "other")
    [activity] = user.activities
    assert (activity.profession, activity.mode, activity.sector) == ("80", "L", "SA07")
    assert (activity.finess_site, activity.structure) == ("", "R81311")
    assert user.assurance == Packed("APPPRIP3", "1.2.250.1.213.1.5.1.1.1")
    assert user.other_ids[0].origin == "EDIT"
    assert not user.may_regulate
