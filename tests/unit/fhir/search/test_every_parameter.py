"""Every search parameter of R4, at each place where its values stand: what was put there is found, what wasn't is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.fhir.search.making import Made, composite, simple, ways
from tests.unit.fhir.search.matcher import World, record
from tests.unit.fhir.search.searching import r4

from seve.fhir.definitions import core
from seve.fhir.search.grammar import parse
from seve.fhir.search.parameters import SearchParameter
from seve.fhir.search.paths import Path

_NOT_IN_ENTRIES = ("_id", "_lastUpdated")
TYPES = sorted(core().resource_types)


def places() -> Iterator[tuple[SearchParameter, Path]]:
    for type_ in TYPES:
        for parameter in r4().of(type_).values():
            if parameter.code not in _NOT_IN_ENTRIES:
                yield from ((parameter, way) for way in ways(parameter))


PLACES = list(places())


def variants(parameter: SearchParameter, way: Path, number: int) -> list[Made]:
    if parameter.type == "composite":
        return list(composite(parameter, way, number))
    one = simple(parameter, way, number)
    return [one] if one else []


def is_found(parameter: SearchParameter, resource: dict[str, object], search: str) -> bool:
    query = parse([(parameter.code, search)], types=[parameter.resource_type], parameters=r4())
    return bool(World([record(resource, r4())]).search(query))


def check(parameter: SearchParameter, way: Path, number: int) -> int:
    found = variants(parameter, way, number)
    others = variants(parameter, way, number * 3 + 1001)
    for one, other in zip(found, others, strict=True):
        assert is_found(parameter, one.value, one.search), (parameter, way, one)
        assert is_found(parameter, one.value, other.search) is (one.search == other.search), (
            parameter,
            way,
            one,
            other,
        )
        missing = parse([(f"{parameter.code}:missing", "true")], types=[parameter.resource_type], parameters=r4())
        if parameter.type != "special":
            assert not World([record(one.value, r4())]).search(missing), (parameter, way, one)
    return len(found)


@pytest.mark.parametrize("letter", sorted({type_[0] for type_ in TYPES}))
def test_a_value_is_found_by_its_parameter_and_not_by_another_value(letter: str) -> None:
    here = [(p, way) for p, way in PLACES if p.resource_type[0] == letter]
    assert sum(check(p, way, 200) for p, way in here) > len(here) / 2


def test_every_parameter_with_an_expression_can_be_found() -> None:
    with_way = {(p.resource_type, p.code) for p, way in PLACES if variants(p, way, 200)}
    stated = {
        (type_, p.code)
        for type_ in TYPES
        for p in r4().of(type_).values()
        if p.expression and p.code not in _NOT_IN_ENTRIES
    }
    assert stated - with_way == {("Patient", "deceased")}


@given(st.sampled_from(PLACES), st.integers(min_value=10, max_value=90_000))
def test_any_value_is_found_by_its_parameter(place: tuple[SearchParameter, Path], number: int) -> None:
    check(*place, number)
