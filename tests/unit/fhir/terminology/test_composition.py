"""Includes, excludes, nested value sets, expansions, implicit value sets."""

import pytest
from tests.unit.fhir.terminology.bodies import PLANTS, URL, codes, concept, sources, system, value_set

from seve.fhir.definitions import core
from seve.fhir.terminology.composition import composition, implicit
from seve.fhir.terminology.definitions import DefinitionTerminology, member
from seve.fhir.terminology.membership import among
from seve.fhir.terminology.refusals import CircularValueSet, EmptyComposition, TooLarge, UnknownCodeSystem
from seve.fhir.terminology.waiting import immediate


def test_value_sets_of_one_include_are_intersected_and_includes_are_united() -> None:
    trees = value_set(url="urn:a", system=URL, filter=[{"property": "concept", "op": "is-a", "value": "tree"}])
    few = value_set(url="urn:b", system=URL, concept=[{"code": "bonsai"}, {"code": "shrub"}])
    both = value_set(url="urn:c", valueSet=["urn:a", "urn:b"])
    either = value_set(url="urn:d", valueSet=["urn:a"])
    either["compose"]["include"].append({"valueSet": ["urn:b"]})
    found = sources(PLANTS, trees, few)
    assert codes(found, both) == ["bonsai"]
    assert codes(found, either) == ["tree", "oak", "pine", "bonsai", "shrub"]


def test_excludes_take_away_lists_filters_and_value_sets() -> None:
    trees = value_set(url="urn:a", system=URL, filter=[{"property": "concept", "op": "is-a", "value": "tree"}])
    found = sources(PLANTS, trees)
    assert codes(found, value_set(system=URL, exclude=[{"valueSet": ["urn:a"]}])) == ["plant", "shrub", "fern"]
    assert "oak" not in codes(found, value_set(system=URL, exclude=[{"system": URL, "concept": [{"code": "oak"}]}]))


def test_inactive_codes_stay_unless_the_value_set_or_the_caller_says_otherwise() -> None:
    found = sources(PLANTS)
    active = value_set(system=URL)
    active["compose"]["inactive"] = False
    assert "fern" in codes(found, value_set(system=URL))
    assert "fern" not in codes(found, value_set(system=URL), is_active_only=True)
    assert "fern" not in codes(found, active)
    assert immediate(among(found, composition(active), {(URL, "fern"), (URL, "oak")})).members == {(URL, "oak")}
    assert "plant" not in codes(found, value_set(system=URL), is_concrete_only=True)


def test_a_value_set_that_includes_itself_is_refused() -> None:
    one = value_set(url="urn:a", valueSet=["urn:b"])
    other = value_set(url="urn:b", valueSet=["urn:a"])
    with pytest.raises(CircularValueSet):
        codes(sources(one, other), one)


def test_an_expansion_alone_is_a_list_of_its_codes() -> None:
    expanded = {
        "resourceType": "ValueSet",
        "url": "urn:a",
        "expansion": {"contains": [{"system": URL, "code": "x", "contains": [{"system": URL, "code": "y"}]}]},
    }
    assert codes(sources(), expanded) == ["x", "y"]
    with pytest.raises(EmptyComposition):
        composition({"resourceType": "ValueSet", "url": "urn:a"})


def test_implicit_value_sets_of_a_system_of_a_code_and_of_loinc() -> None:
    found = sources(PLANTS)
    for canonical, expected in ((f"{URL}?fhir_vs", 7), (f"{URL}?fhir_vs=isa/tree", 4)):
        composed = implicit(canonical)
        assert composed
        assert len(codes(found, composed)) == expected
    loinc = implicit("http://loinc.org/vs")
    assert loinc
    assert loinc.includes[0].system == "http://loinc.org"
    assert implicit(f"{URL}?fhir_vs=refset/x") is None
    assert implicit("http://seve.example/other") is None


def test_an_unknown_system_is_refused_in_an_expansion_and_left_open_in_a_question() -> None:
    unknown = value_set(url="urn:a", system="urn:nowhere")
    with pytest.raises(UnknownCodeSystem):
        codes(sources(), unknown)
    found = sources(PLANTS, unknown)
    assert immediate(member(found, "urn:a", "urn:nowhere", code="x")) is None
    assert immediate(member(found, "urn:a", URL, code="x")) is False
    assert immediate(member(found, "urn:none", URL, code="x")) is None


def test_a_listed_code_needs_no_code_system() -> None:
    listed = value_set(url="urn:a", system="urn:nowhere", concept=[{"code": "x", "display": "X"}])
    assert codes(sources(), listed) == ["x"]
    assert immediate(member(sources(listed), "urn:a", None, code="x")) is True
    assert immediate(member(sources(listed), "urn:a", None, code="y")) is False


def test_a_fragment_says_yes_but_never_no() -> None:
    fragment = system(concept("oak"), content="fragment")
    found = sources(fragment, value_set(url="urn:a"))
    assert immediate(member(found, "urn:a", URL, code="oak")) is True
    assert immediate(member(found, "urn:a", URL, code="elm")) is None


def test_case_matters_only_where_the_system_says_so() -> None:
    for is_sensitive, expected in ((True, False), (False, True)):
        found = sources(system(concept("Oak"), caseSensitive=is_sensitive), value_set(url="urn:a"))
        assert immediate(member(found, "urn:a", URL, code="OAK")) is expected


def test_too_large_an_expansion_is_refused_and_its_pages_are_not() -> None:
    found = sources(PLANTS)
    with pytest.raises(TooLarge) as refused:
        codes(found, value_set(system=URL), limit=6)
    assert refused.value.fields["count"] == 7
    twice = value_set(system=URL)
    twice["compose"]["include"] *= 2
    with pytest.raises(TooLarge):
        codes(found, twice, limit=6)
    assert codes(found, twice, limit=6, count=2, offset=5) == ["bonsai", "fern"]


def test_the_hot_path_answers_for_r4_without_a_loop() -> None:
    terminology = DefinitionTerminology(core())
    status = "http://hl7.org/fhir/ValueSet/observation-status|4.0.1"
    assert terminology.member(status, None, "final") is True
    assert terminology.member(status, "http://hl7.org/fhir/observation-status", "finale") is False
    assert terminology.member(status, "", "final") is False
    assert terminology.member("http://hl7.org/fhir/ValueSet/mimetypes", None, "text/plain; charset=utf-8") is True
    assert terminology.member("http://hl7.org/fhir/ValueSet/mimetypes", None, "text") is False
    assert terminology.member("http://hl7.org/fhir/ValueSet/all-languages", None, "fr-CA") is True
    assert terminology.member("http://hl7.org/fhir/ValueSet/all-time-units", None, "h") is True
    assert terminology.member("http://hl7.org/fhir/ValueSet/all-time-units", None, "mg") is False
    currencies = "http://hl7.org/fhir/ValueSet/currencies|4.0.1"
    assert terminology.member(currencies, None, "EUR") is True
    assert terminology.member(currencies, None, "FRF") is None
    assert terminology.member("http://hl7.org/fhir/ValueSet/condition-code", "http://snomed.info/sct", "1") is None
