from __future__ import annotations

from typing import Any

from seve.fhir.definitions import core
from seve.fhir.validation.value_sets import BuiltinTerminology

SYSTEM = "urn:x:cs"
CODES = {
    "resourceType": "CodeSystem", "url": SYSTEM, "content": "complete",
    "concept": [
        {"code": "a", "concept": [{"code": "a1", "concept": [{"code": "a11"}]}, {"code": "a2"}]},
        {"code": "b", "property": [{"code": "kind", "valueCode": "odd"}, {"code": "subsumedBy", "valueCode": "a2"}]},
    ],
}  # fmt: skip


def answers(compose: dict[str, Any], *codes: str, system: str | None = SYSTEM) -> list[bool | None]:
    inner = {
        "resourceType": "ValueSet",
        "url": "urn:x:inner",
        "compose": {"include": [{"system": SYSTEM, "concept": [{"code": "a"}]}]},
    }
    value_set = {"resourceType": "ValueSet", "url": "urn:x:vs", "compose": compose}
    terminology = BuiltinTerminology(core().with_resources([CODES, inner, value_set]))
    return [terminology.member("urn:x:vs", system, code) for code in codes]


def filtered(operator: str, name: str, value: str) -> dict[str, Any]:
    return {"include": [{"system": SYSTEM, "filter": [{"op": operator, "property": name, "value": value}]}]}


def test_a_whole_code_system_is_enumerated() -> None:
    assert answers({"include": [{"system": SYSTEM}]}, "a", "a11", "z") == [True, True, False]
    assert answers({"include": [{"system": SYSTEM}]}, "a", "z", system=None) == [True, False]


def test_listed_concepts_need_no_code_system() -> None:
    compose = {"include": [{"system": "urn:y", "concept": [{"code": "k"}]}]}
    assert answers(compose, "k", "l", system="urn:y") == [True, False]


def test_filters_follow_the_hierarchy() -> None:
    assert answers(filtered("is-a", "concept", "a"), "a", "a1", "a11", "b", "z") == [True, True, True, True, False]
    assert answers(filtered("descendent-of", "concept", "a1"), "a1", "a11") == [False, True]
    assert answers(filtered("is-not-a", "concept", "a1"), "a", "a1", "a11") == [True, False, False]
    assert answers(filtered("=", "kind", "odd"), "a", "b") == [False, True]
    assert answers(filtered("regex", "code", "a.*"), "a11", "b") == [True, False]


def test_what_a_filter_does_not_tell_is_undecided() -> None:
    assert answers(filtered("generalizes", "concept", "a"), "a") == [None]


def test_nested_value_sets_intersect_with_the_system_and_excludes_are_taken_away() -> None:
    assert answers({"include": [{"system": SYSTEM, "valueSet": ["urn:x:inner"]}]}, "a", "b") == [True, False]
    compose = {"include": [{"system": SYSTEM}], "exclude": [{"valueSet": ["urn:x:inner"]}]}
    assert answers(compose, "a", "b") == [False, True]


def test_an_unknown_system_is_undecided_and_the_others_are_not() -> None:
    compose = {"include": [{"system": "http://unknown.org"}, {"system": SYSTEM}]}
    assert answers(compose, "a", "z") == [True, False]
    assert answers(compose, "z", system="http://unknown.org") == [None]
    assert answers(compose, "z", system=None) == [None]


def test_an_unknown_exclude_makes_its_codes_undecided() -> None:
    compose = {"include": [{"system": SYSTEM}], "exclude": [{"valueSet": ["urn:unknown"]}]}
    assert answers(compose, "a") == [None]


def test_a_value_set_that_includes_itself_ends() -> None:
    assert answers({"include": [{"valueSet": ["urn:x:vs"]}]}, "a") == [None]


def test_all_required_value_sets_of_r4_are_enumerated_but_for_those_of_other_standards() -> None:
    terminology = BuiltinTerminology(core())
    bound = {
        e.binding.value_set
        for t in core().types.values()
        for e in t.elements.values()
        if e.binding and e.binding.strength == "required"
    }
    open_ = {url.partition("|")[0].rpartition("/")[2] for url in bound if terminology.expansion(url).undecided}
    assert open_ == {"currencies", "mimetypes", "ucum-units", "examplescenario-actor-type", "LL379-9"}
