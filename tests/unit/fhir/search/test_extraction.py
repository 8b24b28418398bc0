from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.unit.fhir.search.searching import BASE, found, observation, patient, query, r4

from seve.fhir import path
from seve.fhir.definitions import core
from seve.fhir.search.extraction import extract, references, values
from seve.fhir.search.keys import WIDE, fold, param_key, trigrams, value_key, words
from seve.fhir.search.parameters import SearchParameters
from seve.fhir.search.paths import paths

EXAMPLES = Path(".cache/npm/hl7.fhir.r4.examples-4.0.1.tgz")


@cache
def examples() -> list[dict[str, Any]]:
    if not EXAMPLES.exists():
        pytest.skip(f"{EXAMPLES} is absent: run `make setup` where the npm registry can be reached")
    return list(_read())


def _read() -> Iterator[dict[str, Any]]:
    with tarfile.open(EXAMPLES) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            resource = json.loads(file.read(), parse_float=Decimal) if file else {}
            if resource.get("resourceType") in core().resource_types:
                yield resource


def test_every_example_of_the_specification_gives_entries() -> None:
    assert len(examples()) > 5_000
    rows = 0
    for resource in examples():
        entries = extract(resource, parameters=r4(), base_url=BASE)
        rows += len(entries.postings)
        assert all(lo < hi for _, lo, hi in entries.moments)
        assert all(lo <= hi for _, lo, hi in entries.quantities)
        assert all(-(2**63) <= key < 2**63 for key in entries.postings)
    assert rows > 100_000


def test_what_is_generated_finds_what_the_general_engine_finds() -> None:
    compared = 0
    for resource in examples()[::10]:
        for parameter in r4().of(resource["resourceType"]).values():
            if not parameter.expression or _is_left_out(parameter.expression):
                continue
            general = path.compile(parameter.expression).evaluate(resource)
            generated = values(resource, parameter)
            extension = [
                v for e in general if isinstance(e, dict) and "url" in e for k, v in e.items() if k[:5] == "value"
            ]
            expected = extension if "extension(" in parameter.expression else general
            assert _texts(generated) == _texts(expected), (resource["resourceType"], resource["id"], parameter.code)
            compared += 1
    assert compared > 10_000


def _is_left_out(expression: str) -> bool:
    """What the engine answers only with a resolver, or what R4 spells against FHIRPath's rules."""
    return "resolve()" in expression


def _texts(found: list[Any]) -> list[str]:
    return sorted({json.dumps(v, sort_keys=True, default=str) for v in found})


def test_all_expressions_of_r4_are_in_the_generated_subset() -> None:
    for type_ in core().resource_types:
        for parameter in r4().of(type_).values():
            assert not paths(parameter.expression, type_).others, parameter


def test_an_expression_outside_the_subset_goes_to_the_general_engine() -> None:
    definition = {
        "resourceType": "SearchParameter", "url": "http://x.example/official", "code": "official", "base": ["Patient"],
        "type": "string", "expression": "Patient.name.where(use = 'official' or use = 'usual').family",
    }  # fmt: skip
    custom = SearchParameters(core().with_resources([definition]))
    one = patient("one", name=[{"use": "official", "family": "Curie"}, {"use": "maiden", "family": "Skłodowska"}])
    key = param_key("Patient", "official")
    assert [text for k, text in extract(one, parameters=custom).strings if k == key] == ["curie"]
    assert values(one, custom.of("Patient")["official"]) == ["Curie"]


def test_a_custom_parameter_reads_an_extension() -> None:
    definition = {
        "resourceType": "SearchParameter", "url": "http://x.example/ins", "code": "ins", "base": ["Patient"],
        "type": "token", "expression": "Patient.extension('http://x.example/ins').value",
    }  # fmt: skip
    custom = SearchParameters(core().with_resources([definition]))
    one = patient(
        "one", extension=[{"url": "http://x.example/ins", "valueString": "1"}, {"url": "u", "valueString": "2"}]
    )
    postings = extract(one, parameters=custom).postings
    assert param_key("Patient", "ins") ^ value_key("1") in postings
    assert param_key("Patient", "ins") ^ value_key("2") not in postings


def test_shared_parameters_are_split_by_type() -> None:
    assert r4().of("CarePlan")["patient"].expression == "CarePlan.subject.where(resolve() is Patient)"
    assert r4().of("AllergyIntolerance")["patient"].expression == "AllergyIntolerance.patient"
    assert r4().get("Patient", "nothing") is None
    everywhere = {
        "_id",
        "_lastUpdated",
        "_tag",
        "_profile",
        "_security",
        "_source",
        "_content",
        "_list",
        "_has",
        "_type",
    }
    assert everywhere | {"_query", "_filter"} <= set(r4().of("Binary"))
    assert "_text" in r4().of("Patient")
    assert "_text" not in r4().of("Binary")


def test_values_are_stored_once_for_parameters_that_overlap() -> None:
    code, component = param_key("Observation", "code"), param_key("Observation", "component-code")
    assert set(r4().of("Observation")["combo-code"].keys) == {code, component}
    assert r4().of("Observation")["patient"].keys == (param_key("Observation", "subject"),)
    assert r4().of("Observation")["patient"].marked == (param_key("Observation", "patient"),)
    assert r4().of("Observation")["patient"].targets == ("Patient",)


def test_references_are_read_for_includes() -> None:
    one = observation("one", subject={"reference": f"{BASE}/Patient/1/_history/2"}, performer=[{"reference": "#p"}])
    of = r4().of("Observation")
    assert references(one, of["subject"], base_url=BASE) == ["Patient/1"]
    assert references(one, of["patient"], base_url=BASE) == ["Patient/1"]
    assert references(one, of["performer"], base_url=BASE) == []


def test_wide_dates_stand_apart_from_narrow_ones() -> None:
    key = param_key("Observation", "date")
    narrow = extract(observation("one", effectiveDateTime="2020-01-01"), parameters=r4())
    wide = extract(observation("one", effectiveDateTime="2020-01"), parameters=r4())
    assert [k for k, _, _ in narrow.moments] == [key]
    assert [k for k, _, _ in wide.moments] == [key ^ WIDE]


def test_text_is_folded() -> None:
    assert fold("  L’ŒUVRE\tÉtoilée ß ﬁn ") == "l'oeuvre etoilee ss fin"
    assert words("Élan, élan vital!") == ["elan", "vital"]
    assert trigrams("ab") == []
    assert len(trigrams("aaaa")) == 1
    assert all(-(2**31) <= g < 2**31 for g in trigrams("the quick brown fox"))


def test_a_resource_without_known_content_gives_no_rows() -> None:
    entries = extract({"resourceType": "Basic"}, parameters=r4())
    assert (entries.postings, entries.links, entries.narrative) == ([], [], "")
    assert found("Patient", "name=x") == []
    assert query("", "").types == ()
