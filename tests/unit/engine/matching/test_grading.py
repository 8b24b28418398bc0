"""Which pairs are certain, probable, possible, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from seve.engine.identity.matching.comparing import LEVELS, compared, swapped
from seve.engine.identity.matching.grading import Likeness, likeness
from seve.engine.identity.matching.likeness import is_one_edit, jaro_winkler
from seve.engine.identity.matching.portraits import Portrait
from seve.engine.identity.matching.scoring import shipped
from seve.france.identity.ins import Matricule
from seve.france.identity.traits import StrictTraits, with_traits
from seve.france.identity.trust import Reliability

TRAITS = StrictTraits("D'ARMOR LE BRAS", "ZOÉ MARIE", "1984-03-07", "female", "29019")
NUMBER = Matricule.of("2840329019001", "nir-test")
OTHER_NUMBER = Matricule.of("2840329019002", "nir-test")
QUALIFIED = Reliability("VALI", "INSI", "2026-01-01")


def person(
    traits: StrictTraits = TRAITS,
    number: Matricule | None = None,
    *,
    reliability: Reliability | None = None,
    **more: Any,
) -> dict[str, Any]:
    found = with_traits({"resourceType": "Patient", **more}, traits)
    if number:
        found["identifier"] = [number.identifier()]
    if reliability:
        found["extension"].append(reliability.extension())
    return found


def changed(**traits: str) -> StrictTraits:
    return StrictTraits(**{name: traits.get(name, getattr(TRAITS, name)) for name in StrictTraits.__slots__})


def alike(one: dict[str, Any], other: dict[str, Any]) -> Likeness:
    found = likeness(Portrait.of(one), Portrait.of(other), shipped())
    back = likeness(Portrait.of(other), Portrait.of(one), shipped())
    assert (found.grade, found.score) == (back.grade, back.score)
    return found


def test_the_five_strict_traits_make_a_pair_certain() -> None:
    assert alike(person(), person()).grade == "certain"


@pytest.mark.parametrize(
    "family", ["d’armor-le-bras", "ARMOR BRAS", "D ARMOR LE BRAS", "Armor Le Bras", "D'ÀRMOR LE BRÀS"]
)
def test_accents_particles_and_hyphens_of_a_name_are_spelling(family: str) -> None:
    assert alike(person(), person(changed(family=family))).grade == "certain"


def test_one_given_name_of_the_list_is_enough() -> None:
    assert alike(person(), person(changed(given="Zoe"))).grade == "certain"


def test_a_usual_name_is_known_by_the_name_of_birth() -> None:
    married = person() | {"name": [*person()["name"], {"use": "usual", "family": "Martin", "given": ["Zoé"]}]}
    typed = person(changed(family="MARTIN"))
    assert compared(Portrait.of(married), Portrait.of(typed))["family"] == "borne"
    assert alike(married, typed).grade == "certain"


@pytest.mark.parametrize("date", ["1984-07-03", "1984-03-08", "1984-03", "1984-30-07"])
def test_a_date_with_a_mistake_is_probable_and_not_certain(date: str) -> None:
    assert alike(person(), person(changed(birth_date=date))).grade == "probable"


@pytest.mark.parametrize(
    ("given", "sex"),
    [("ANNE", "female"), ("PAUL", "male"), ("ZITA MARIE", "female"), ("ZOÉ ANNE", "female"), ("ZOA", "female")],
)
def test_twins_are_never_certain(given: str, sex: str) -> None:
    home = {"address": [{"postalCode": "29000"}], "telecom": [{"system": "phone", "value": "0612345678"}]}
    found = alike(person(**home), person(changed(given=given, sex=sex), **home))
    assert found.grade in ("probable", "possible")


def test_twins_of_compound_names_are_not_certain() -> None:
    one = person(changed(given="JEAN-PIERRE", sex="male"))
    other = person(changed(given="JEAN PAUL", sex="male"))
    assert alike(one, other).grade != "certain"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("JEAN-PIERRE", "JEAN PIERRE", "same"),
        ("JEAN-PIERRE YVES", "Jean Pierre", "same"),
        ("JEAN", "JEAN PIERRE", "same"),
        ("JEAN", "JEAN-PIERRE", "part"),
        ("JEAN-PIERRE", "JEAN-PAUL", "part"),
        ("PIERRE", "JEAN PIERRE", "part"),
        ("ZOÉ", "ZOE", "same"),
        ("NATHALIE", "NATALIE", "close"),
        ("ZOÉ", "ANNE", "other"),
    ],
)
def test_given_names_agree_as_far_as_they_go(one: str, other: str, level: str) -> None:
    mine, theirs = (Portrait.of(person(changed(given=given))) for given in (one, other))
    assert compared(mine, theirs)["given"] == compared(theirs, mine)["given"] == level


def test_homonyms_of_another_place_are_not_certain() -> None:
    assert alike(person(), person(changed(birth_place="75056"))).grade != "certain"


def test_without_a_place_a_telephone_or_a_postcode_must_agree() -> None:
    bare = changed(birth_place="")
    assert alike(person(), person(bare)).grade != "certain"
    one = person(telecom=[{"system": "phone", "value": "06 12 34 56 78"}])
    other = person(bare, telecom=[{"system": "phone", "value": "+33612345678"}])
    assert alike(one, other).grade == "certain"


def test_strangers_are_certainly_not_the_same() -> None:
    other = person(StrictTraits("PETIT", "LUCAS", "1999-12-25", "male", "75056"))
    assert alike(person(), other).grade == "certainly-not"


def test_an_equal_number_that_is_qualified_is_certain_whatever_the_place() -> None:
    stored = person(number=NUMBER, reliability=QUALIFIED)
    assert alike(stored, person(changed(birth_place="", given="ZOE"), NUMBER)) == Likeness(
        "certain", 1.0, compared(Portrait.of(stored), Portrait.of(person(changed(birth_place="", given="ZOE"), NUMBER)))
    )


def test_an_equal_number_that_nobody_qualified_proves_nothing() -> None:
    other = changed(birth_date="1999-01-01", family="PETIT")
    assert alike(person(number=NUMBER), person(other, NUMBER)).grade != "certain"


@pytest.mark.parametrize(
    "against",
    [{"family": "PETIT"}, {"birth_date": "1951-11-30"}, {"sex": "male"}, {"given": "LUCAS"}, {"birth_date": ""}],
)
def test_an_equal_number_with_a_trait_against_it_is_only_possible(against: dict[str, str]) -> None:
    stored = person(number=NUMBER, reliability=QUALIFIED)
    assert alike(stored, person(changed(**against), NUMBER)).grade == "possible"


def test_numbers_that_differ_are_never_more_than_possible() -> None:
    one = person(number=NUMBER, reliability=QUALIFIED)
    other = person(number=OTHER_NUMBER, reliability=QUALIFIED)
    assert alike(one, other).grade == "possible"


def test_a_number_that_was_in_force_before_is_no_contradiction() -> None:
    other = person(number=OTHER_NUMBER)
    other["identifier"].append(NUMBER.identifier() | {"use": "old"})
    assert alike(person(number=NUMBER), other).grade == "certain"


def test_what_is_unknown_is_not_compared() -> None:
    assert compared(Portrait.of({"resourceType": "Patient"}), Portrait.of(person())) == {}


def test_every_level_has_a_weight_and_better_levels_weigh_more() -> None:
    bits = shipped().bits
    assert {name: tuple(levels) for name, levels in bits.items()} == dict(LEVELS)
    for levels in bits.values():
        assert max(levels.values()) == next(iter(levels.values())) > 0 > levels["other"]


def test_likeness_is_that_of_the_literature() -> None:
    assert jaro_winkler("MARTHA", "MARHTA") == pytest.approx(0.9611, abs=1e-4)
    assert jaro_winkler("DWAYNE", "DUANE") == pytest.approx(0.84, abs=1e-4)
    assert jaro_winkler("", "A") == jaro_winkler("ABC", "XYZ") == 0.0
    assert is_one_edit("1984-03-07", "1984-03-70")
    assert not is_one_edit("1984-03-07", "1984-03-0")
    assert (swapped("1984-03-07"), swapped("1984-03-17"), swapped("1984-03"), swapped("1984-03-03")) == (
        "1984-07-03",
        "",
        "",
        "",
    )
