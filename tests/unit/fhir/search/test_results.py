from __future__ import annotations

import pytest
from tests.unit.fhir.search.searching import query, r4

from seve.fhir.search.limits import Limits
from seve.fhir.search.refusals import (
    Contradiction,
    EmptyValue,
    MixedParameter,
    NotSortable,
    SearchRefusal,
    TooLarge,
    UnknownInclude,
    UnknownParameter,
    UnknownParameterNear,
    UnknownType,
    WrongModifier,
    WrongPrefix,
    WrongValue,
)


def test_the_shape_of_the_answer_is_read() -> None:
    asked = query(
        "Patient",
        "_count=20&_total=accurate&_summary=true&_elements=name,Patient.birthDate"
        "&_contained=false&_format=json&_pretty=true&name=a",
    )
    assert (asked.count, asked.total, asked.summary, asked.elements) == (20, "accurate", "true", ("name", "birthDate"))
    assert ("name", "a") in asked.pairs
    assert "_format" not in dict(asked.pairs)


def test_levels_of_order_are_read() -> None:
    asked = query("Patient", "_sort=-birthdate,family,_lastUpdated,-_id")
    assert [(s.code, s.kind, s.is_descending) for s in asked.sort] == [
        ("birthdate", "date", True),
        ("family", "string", False),
        ("_lastUpdated", "last_updated", False),
        ("_id", "id", True),
    ]
    assert asked.sort[0].keys == r4().of("Patient")["birthdate"].keys


@pytest.mark.parametrize(
    ("value", "source", "codes", "target"),
    [
        ("Observation:subject", "Observation", ["subject"], ""),
        ("Observation:subject:Patient", "Observation", ["subject"], "Patient"),
        ("*", "*", [], ""),
    ],
)
def test_includes_name_what_to_follow(value: str, source: str, codes: list[str], target: str) -> None:
    (include,) = query("Observation", f"_include={value}").includes
    assert (include.source, [p.code for p in include.parameters], include.target) == (source, codes, target)
    (reverse,) = query("Patient", f"_revinclude:iterate={value}").revincludes
    assert reverse.is_iterated


def test_a_wildcard_of_a_type_follows_all_its_references() -> None:
    (include,) = query("Observation", "_include:iterate=Observation:*").includes
    assert {"subject", "encounter", "patient"} <= {p.code for p in include.parameters}
    assert include.is_iterated


@pytest.mark.parametrize(
    ("search", "refusal"),
    [
        ("_include=Observation", UnknownInclude),
        ("_include=Observation:code", UnknownInclude),
        ("_include=Observation:nothing", UnknownInclude),
        ("_include=Observation:subject:Medication", UnknownInclude),
        ("_include=Nothing:subject", UnknownType),
        ("_include:all=Observation:subject", WrongModifier),
        ("_sort=code-value-quantity", NotSortable),
        ("_sort=date,-date", Contradiction),
        ("_sort=nothing", UnknownParameter),
        ("_sort=date&_sort=-date", Contradiction),
        ("_count=1&_count=2", Contradiction),
        ("_count=-1", WrongValue),
        ("_count=x", WrongValue),
        ("_total=exact", WrongValue),
        ("_summary=1", WrongValue),
        ("_summary:x=true", WrongModifier),
        ("_elements=a-b", WrongValue),
        ("_type=Nothing", UnknownType),
        ("_type=Patient", UnknownType),
        ("code=", EmptyValue),
        ("code=a,,b", EmptyValue),
        ("code:missing=maybe", WrongValue),
        ("nothing=1", UnknownParameter),
        ("code:wrong=1", WrongModifier),
    ],
)
def test_what_contradicts_or_does_not_exist_is_refused(search: str, refusal: type[SearchRefusal]) -> None:
    with pytest.raises(refusal):
        query("Observation", search)


def test_a_near_name_is_suggested_in_both_languages() -> None:
    with pytest.raises(UnknownParameterNear) as caught:
        query("Patient", "brithdate=2000")
    (issue,) = caught.value.issues
    assert issue.text("en") == "Patient has no search parameter brithdate. Did you mean birthdate?"
    assert "birthdate" in issue.text("fr")
    assert caught.value.status == 400


def test_every_refusal_has_its_sentence() -> None:
    pending, seen = [SearchRefusal], 0
    while pending:
        for kind in pending.pop().__subclasses__():
            pending.append(kind)
            seen += 1
            for language in ("en", "fr"):
                assert kind().issues[0].text(language)
    assert seen > 10


def test_a_lenient_search_tells_what_it_left_out() -> None:
    asked = query("Patient", "nothing=1&name=a&birthdate=x&_sort=deceased", lenient=True)
    assert [i.expression for i in asked.ignored] == ["http.nothing", "http.birthdate", "http._sort"]
    assert {i.severity for i in asked.ignored} == {"warning"}
    assert asked.pairs == (("name", "a"),)
    assert len(asked.criteria) == 1


@pytest.mark.parametrize(
    ("search", "limits"),
    [
        ("a=1&b=2&c=3", Limits(parameters=2)),
        ("code=a,b,c", Limits(alternatives=2)),
        ("code=abcdef", Limits(value_length=5)),
        ("_include=Observation:subject&_include=Observation:encounter", Limits(includes=1)),
    ],
)
def test_what_goes_beyond_a_limit_is_refused_even_when_lenient(search: str, limits: Limits) -> None:
    for lenient in (False, True):
        with pytest.raises(TooLarge):
            query("Observation", search, limits=limits, lenient=lenient)


def test_types_that_are_searched_together_need_a_common_parameter() -> None:
    assert len(query("Patient,Practitioner", "name=a").criteria[0].keys) == 2
    with pytest.raises(UnknownParameter):
        query("Patient,Observation", "name=a")
    with pytest.raises(MixedParameter):
        query("Device,Immunization", "manufacturer=x")


def test_a_prefix_that_the_definition_leaves_out_is_refused() -> None:
    from seve.fhir.search.parameters import SearchParameters

    definition = {
        "resourceType": "SearchParameter", "url": "http://x.example/born", "code": "born", "base": ["Patient"],
        "type": "date", "expression": "Patient.birthDate", "comparator": ["eq", "ge"],
    }  # fmt: skip
    custom = SearchParameters(r4().definitions.with_resources([definition]))
    assert query("Patient", "born=ge2000", parameters=custom).criteria
    with pytest.raises(WrongPrefix):
        query("Patient", "born=lt2000", parameters=custom)
