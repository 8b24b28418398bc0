"""What the codes on papers of identity say, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.france.cards.conftest import Sign

from seve.france.cards import Authorities, CardUnreadable, ins_datamatrix, read_card
from seve.france.cards.card import Card
from seve.france.identity.insi.answers import Certified
from seve.france.identity.insi.simulated import TEST_IDENTITIES

INS = "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10\x1dS3DOMINIQUE\x1dS4PAT-TROIS\x1dS5FS628-03-1979S751215"
CARD = "60JEANNE/ODILE\x1d62MOREAU-LEFEVRE\x1d65CN66TEST00001\x1d67FR68F69040719586ATOURS\x1d6O04052034"


def test_an_ins_datamatrix_tells_matricule_and_the_five_traits() -> None:
    card = read_card(INS, authorities={})
    assert card.kind == "ins"
    assert card.matricule is not None
    assert (card.matricule.value, card.matricule.kind) == ("279035121518989", "nir-test")
    assert card.traits.missing == ()
    assert (card.traits.family, card.traits.birth_date, card.traits.birth_place) == ("PAT-TROIS", "1979-03-28", "51215")
    assert card.seal == "none"


def test_fields_come_in_any_order_and_the_place_may_be_left_out() -> None:
    text = INS[:26] + "S3ANA MARIA\x1dS5FS628-03-1979S1279035121518989S21.2.250.1.213.1.4.10\x1dS4PAT-TROIS"
    card = read_card(text, authorities={})
    assert (card.traits.given, card.traits.birth_place) == ("ANA MARIA", "")


@pytest.mark.parametrize("identity", TEST_IDENTITIES[:4], ids=lambda one: one.traits.family)
def test_what_is_written_for_a_national_test_identity_is_read_again(identity: Certified) -> None:
    card = Card("ins", identity.traits, matricule=identity.matricule)
    assert read_card(ins_datamatrix.written(card), authorities={}) == card


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unknown"),
        ("https://exemple.invalid", "unknown"),
        ("IS01", "header"),
        (INS.replace("989S2", "988S2"), "matricule"),
        (INS.replace("1.4.10", "1.4.99"), "matricule"),
        (INS.replace("28-03-1979", "31-02-1979"), "date"),
        (INS.replace("28-03-1979", "28/03/1979"), "date"),
        (INS.replace("S5F", "S5X"), "field"),
        (INS + "S751215", "field"),
        (INS + "ZZ", "field"),
        (INS.replace("S4PAT-TROIS\x1d", ""), "missing"),
        (INS.replace("S751215", "S7512"), "length"),
    ],
)
def test_an_ins_datamatrix_that_is_wrong_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(CardUnreadable) as refused:
        read_card(text, authorities={})
    assert refused.value.reason == reason
    assert refused.value.issues[0].text("fr") != refused.value.issues[0].key


@pytest.mark.parametrize("version", ["02", "03", "04"])
def test_a_signed_identity_card_is_read_and_its_signature_is_right(
    sign: Sign, authorities: Authorities, version: str
) -> None:
    card = read_card(sign(CARD, version=version), authorities=authorities)
    assert (card.kind, card.seal, card.authority) == ("identity", "right", "Autorité d'essai")
    assert (card.traits.family, card.traits.given, card.traits.birth_date) == (
        "MOREAU-LEFEVRE",
        "JEANNE ODILE",
        "1958-07-04",
    )
    assert (card.traits.sex, card.place_name, card.number, card.until) == ("female", "TOURS", "TEST00001", "2034-05-04")
    assert card.traits.birth_place == ""


def test_a_changed_letter_makes_the_signature_wrong(sign: Sign, authorities: Authorities) -> None:
    assert read_card(sign(CARD).replace("JEANNE", "JOANNE"), authorities=authorities).seal == "wrong"


def test_a_broken_signature_is_wrong_and_a_foreign_authority_unknown(sign: Sign, authorities: Authorities) -> None:
    text = sign(CARD)
    assert read_card(text[:-8], authorities=authorities).seal == "wrong"
    assert read_card(text.partition("\x1f")[0] + "\x1f!!!", authorities=authorities).seal == "wrong"
    assert read_card(text, authorities={}).seal == "unknown"


def test_a_certificate_that_did_not_hold_on_the_day_of_signature_is_told(sign: Sign, authorities: Authorities) -> None:
    assert read_card(sign(CARD, on=date(2020, 12, 31)), authorities=authorities).seal == "out_of_date"


@pytest.mark.parametrize(
    ("fields", "kind", "reason"),
    [
        (CARD, "28", "other_document"),
        (CARD.replace("6904071958", "6931021958"), "07", "date"),
        (CARD.replace("62MOREAU-LEFEVRE\x1d", ""), "07", "missing"),
        (CARD + "ZZ1", "07", "field"),
    ],
)
def test_a_2d_doc_that_is_none_of_an_identity_card_is_refused(
    sign: Sign, authorities: Authorities, fields: str, kind: str, reason: str
) -> None:
    with pytest.raises(CardUnreadable) as refused:
        read_card(sign(fields, kind=kind), authorities=authorities)
    assert refused.value.reason == reason


def test_a_2d_doc_without_signature_is_refused(sign: Sign, authorities: Authorities) -> None:
    with pytest.raises(CardUnreadable):
        read_card(sign(CARD).partition("\x1f")[0], authorities=authorities)


@given(st.sampled_from(["IS01", "DC04TEST00010000000007", "DC04FR", ""]), st.text(max_size=200))
def test_whatever_stands_in_a_code_is_read_or_refused(prefix: str, rest: str) -> None:
    with suppress(CardUnreadable):  # and nothing else
        read_card(prefix + rest, authorities={})
