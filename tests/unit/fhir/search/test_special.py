from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import found, observation, patient, query

from seve.fhir.search.refusals import NotUsable, WrongFilter, WrongModifier, WrongValue

PARIS = {"resourceType": "Location", "id": "paris", "position": {"latitude": 48.8566, "longitude": 2.3522}}
LYON = {"resourceType": "Location", "id": "lyon", "position": {"latitude": 45.764, "longitude": 4.8357}}


@pytest.mark.parametrize(
    ("near", "ids"),
    [
        ("48.85|2.35|5|km", ["paris"]),
        ("48.85|2.35", ["paris"]),
        ("48.85|2.35|500|km", ["paris", "lyon"]),
        ("48.85|2.35|250|[mi_i]", ["paris", "lyon"]),
        ("48.85|2.35|10|m", []),
        ("48.85|2.35|5|km,45.76|4.83|5|km", ["paris", "lyon"]),
    ],
)
def test_places_are_found_around_a_point(near: str, ids: list[str]) -> None:
    assert found("Location", f"near={near}", PARIS, LYON) == ids


@pytest.mark.parametrize("near", ["1", "a|b", "91|0", "0|181", "1|1|1|furlong", "1|1|-1|km", "nan|0"])
def test_what_is_not_a_place_is_refused(near: str) -> None:
    with pytest.raises(WrongValue):
        query("Location", f"near={near}")


def test_ids_are_found_and_excluded() -> None:
    people = (patient("a"), patient("b"), patient("c"))
    assert found("Patient", "_id=a,b", *people) == ["a", "b"]
    assert found("Patient", "_id:not=a,b", *people) == ["c"]
    with pytest.raises(WrongModifier):
        query("Patient", "_id:text=a")


def test_the_items_of_a_list_are_found() -> None:
    entry = [{"item": {"reference": "Patient/a"}}]
    list_ = {"resourceType": "List", "id": "l", "status": "current", "mode": "working", "entry": entry}
    assert found("Patient", "_list=l", list_, patient("a"), patient("b")) == ["a"]
    assert found("Patient", "_list=List/l", list_, patient("a")) == ["a"]
    assert found("Patient", "_list:not=l", list_, patient("a"), patient("b")) == ["b"]


def test_a_functional_list_is_refused_rather_than_found_empty() -> None:
    with pytest.raises(NotUsable):
        found("Condition", "_list=$current-problems", patient("a"))


TOLD = observation(
    "told",
    text={"status": "generated", "div": "<div>Fracture &amp; <b>Œdème</b> du genou</div>"},
    note=[{"text": "Revoir"}],
)


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("_text=oedeme", ["told"]),
        ("_text=genou fracture", ["told"]),
        ('_text="du genou"', ["told"]),
        ('_text="genou du"', ["told"]),
        ("_text=hanche OR genou", ["told"]),
        ("_text=hanche,genou", ["told"]),
        ("_text=(hanche or genou) and not epaule", ["told"]),
        ("_text=not genou", []),
        ("_text=revoir", []),
        ("_text=div", []),
        ("_content=revoir genou", ["told"]),
        ("_content=observation", []),
    ],
)
def test_narrative_and_content_are_found_by_words(search: str, ids: list[str]) -> None:
    assert found("Observation", search, TOLD) == ids


@pytest.mark.parametrize("search", ["_text=(a", "_text=a)", "_text=and", "_text=a or", '_text="a', "_text=" + "(" * 99])
def test_a_text_expression_that_can_not_be_read_is_refused(search: str) -> None:
    with pytest.raises(WrongFilter):
        query("Observation", search)


@pytest.mark.parametrize("search", ["_query=x", "_has=x", "_type:x=y", "age=3"])
def test_what_nothing_answers_is_refused(search: str) -> None:
    with pytest.raises(NotUsable):
        query("Patient", search)
