"""How far an identity is trusted, and what only a qualified one may do."""

from __future__ import annotations

from typing import Any

import pytest

from seve.france.identity.ins import Matricule, in_force, matricules, with_matricule
from seve.france.identity.traits import StrictTraits, birth_place, folded, strict_traits, with_traits
from seve.france.identity.trust import (
    Reliability,
    after_change,
    may_index_shared_data,
    reliabilities,
    sharing_verdict,
    trust,
    with_reliability,
)
from seve.kernel.texts import LANGUAGES

TRAITS = StrictTraits("PAT-TROIS", "DOMINIQUE", "1979-03-28", "female", "51215")
QUALIFIED = Reliability("VALI", "INSI", "2026-11-01", "PA", "2026-11-02")


def patient(*stated: Reliability, traits: StrictTraits = TRAITS, matricule: Matricule | None = None) -> dict[str, Any]:
    found = with_traits({"resourceType": "Patient", "active": True}, traits)
    found["extension"] += [one.extension() for one in stated]
    return with_matricule(found, matricule or Matricule.of("279035121518989", "nir"))


@pytest.mark.parametrize(
    ("stated", "level"),
    [
        ((), "provisional"),
        ((Reliability("PROV", "SM"),), "provisional"),
        ((Reliability("VIDE"),), "provisional"),
        ((Reliability("PROV", "INSI"),), "recovered"),
        ((Reliability("VALI", "SM", mode="CN"),), "validated"),
        ((Reliability("VALI", "CV"),), "validated"),
        ((QUALIFIED,), "qualified"),
        ((Reliability("VALI", mode="CN"), Reliability(method="INSI")), "qualified"),
        ((QUALIFIED, Reliability("HOMA")), "provisional"),
        ((QUALIFIED, Reliability("DOUT")), "provisional"),
        ((Reliability("FICT", "INSI"),), "provisional"),
    ],
)
def test_the_level_follows_from_status_and_method(stated: tuple[Reliability, ...], level: str) -> None:
    found = patient(*stated)
    assert trust(found) == level
    assert may_index_shared_data(found) is (level == "qualified")


def test_without_a_matricule_in_force_insi_has_confirmed_nothing() -> None:
    found = patient(QUALIFIED) | {"identifier": []}
    assert trust(found) == "validated"
    assert not may_index_shared_data(found)


def test_the_reliability_goes_to_fhir_and_back() -> None:
    assert list(reliabilities(patient(QUALIFIED))) == [QUALIFIED]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (patient(QUALIFIED), "qualified"),
        (patient(Reliability("PROV", "SM")), "provisional"),
        (patient(Reliability("PROV", "INSI")), "recovered"),
        (patient(Reliability("VALI", "SM")), "validated"),
        (patient(QUALIFIED, Reliability("USUR")), "forbidden"),
        (patient(QUALIFIED) | {"active": False}, "inactive"),
        (patient(QUALIFIED) | {"identifier": []}, "no_matricule"),
        (patient(QUALIFIED, traits=StrictTraits("PAT", "A", "1979-03-28", "female", "99999")), "traits_missing"),
        (patient(QUALIFIED, matricule=Matricule.of("279035121518989", "nir-test")), "test_matricule"),
        (patient(QUALIFIED, matricule=Matricule.of("279035121518988", "nir")), "wrong_key"),
    ],
)
def test_the_verdict_on_sharing_says_why(found: dict[str, Any], reason: str) -> None:
    verdict = sharing_verdict(found)
    assert verdict.may is (reason == "qualified")
    assert verdict.reason.key == f"france.indexing.{reason}"
    assert all(verdict.reason.text(language) for language in LANGUAGES)


def test_a_test_number_shares_in_a_test_and_a_real_one_does_not() -> None:
    test = patient(QUALIFIED, matricule=Matricule.of("279035121518989", "nir-test"))
    assert may_index_shared_data(test, environment="test")
    assert not may_index_shared_data(patient(QUALIFIED), environment="test")


@pytest.mark.parametrize(
    "changed",
    [
        StrictTraits("PAT-QUATRE", "DOMINIQUE", "1979-03-28", "female", "51215"),
        StrictTraits("PAT-TROIS", "DOMINIQUE ANNE", "1979-03-28", "female", "51215"),
        StrictTraits("PAT-TROIS", "DOMINIQUE", "1979-03-29", "female", "51215"),
        StrictTraits("PAT-TROIS", "DOMINIQUE", "1979-03-28", "male", "51215"),
        StrictTraits("PAT-TROIS", "DOMINIQUE", "1979-03-28", "female", "51216"),
    ],
)
def test_each_strict_trait_that_changes_takes_the_status_with_it(changed: StrictTraits) -> None:
    after = after_change(patient(QUALIFIED), patient(QUALIFIED, traits=changed))
    assert trust(after) == "provisional"
    assert in_force(after) is None
    assert [m.use for m in matricules(after)] == ["old"]
    assert strict_traits(after) == changed


def test_a_matricule_that_changes_takes_the_status_with_it() -> None:
    other = patient(QUALIFIED, matricule=Matricule.of("277076322082910", "nir"))
    assert trust(after_change(patient(QUALIFIED), other)) == "provisional"


def test_a_change_of_spelling_or_of_another_element_does_not() -> None:
    respelt = patient(QUALIFIED, traits=StrictTraits("Pat Trois", "Dominique", "1979-03-28", "female", "51215"))
    assert after_change(patient(QUALIFIED), respelt) == respelt
    moved = patient(QUALIFIED) | {"address": [{"city": "Lyon"}]}
    assert after_change(patient(QUALIFIED), moved) == moved


def test_a_change_that_a_newer_answer_of_insi_brings_keeps_the_status() -> None:
    newer = Reliability("VALI", "INSI", "2026-11-20", "PA", "2026-11-02")
    changed = patient(newer, traits=StrictTraits("DURAND", "DOMINIQUE", "1979-03-28", "female", "51215"))
    assert after_change(patient(QUALIFIED), changed) == changed


def test_a_provisional_identity_may_change() -> None:
    before = patient(Reliability("PROV", "SM"))
    after = patient(Reliability("PROV", "SM"), traits=StrictTraits("X", "Y", "2000-01-01", "male", "01006"))
    assert after_change(before, after) == after


def test_names_are_compared_as_registers_do() -> None:
    assert folded("D’Été-Noël") == "D ETE NOEL"
    assert folded("Lœtitia  Æsa") == "LOETITIA AESA"


def test_the_traits_are_those_of_birth_not_of_use() -> None:
    found = patient() | {"name": [{"use": "usual", "family": "MARTIN"}, {"use": "maiden", "family": "DURAND"}]}
    assert strict_traits(found).family == "DURAND"
    assert strict_traits({"resourceType": "Patient"}).missing == ("family", "given", "birth_date", "sex", "birth_place")
    assert birth_place(patient()) == "51215"


def test_the_reliability_replaces_the_one_before() -> None:
    found = with_reliability(patient(QUALIFIED, Reliability("HOMD")), Reliability("PROV"))
    assert list(reliabilities(found)) == [Reliability("PROV")]
    assert birth_place(found) == "51215"
