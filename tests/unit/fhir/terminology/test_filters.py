"""ValueSet.compose.include.filter."""

import pytest
from tests.unit.fhir.terminology.bodies import PLANTS, URL, codes, sources, value_set

from seve.fhir.terminology.refusals import WrongFilter


@pytest.mark.parametrize(
    ("property_", "operator", "value", "expected"),
    [
        ("concept", "is-a", "tree", ["tree", "oak", "pine", "bonsai"]),
        ("concept", "descendent-of", "plant", ["tree", "oak", "pine", "shrub", "bonsai"]),
        ("concept", "is-not-a", "tree", ["plant", "shrub", "fern"]),
        ("concept", "generalizes", "bonsai", ["plant", "tree", "shrub", "bonsai"]),
        ("concept", "is-a", "nothing", []),
        ("concept", "is-not-a", "nothing", ["plant", "tree", "oak", "pine", "shrub", "bonsai", "fern"]),
        ("leaf", "=", "wide", ["oak"]),
        ("leaf", "in", "wide, needle", ["oak", "pine"]),
        ("leaf", "not-in", "wide,needle", ["plant", "tree", "shrub", "bonsai", "fern"]),
        ("leaf", "exists", "true", ["oak", "pine", "bonsai"]),
        ("leaf", "exists", "false", ["plant", "tree", "shrub", "fern"]),
        ("code", "regex", "[a-o].*", ["oak", "bonsai", "fern"]),
        ("code", "regex", "o", []),
        ("display", "=", "Oak", ["oak"]),
        ("parent", "=", "tree", ["oak", "pine", "bonsai"]),
        ("code", "in", "oak,fern", ["oak", "fern"]),
    ],
)
def test_each_operator(property_: str, operator: str, value: str, expected: list[str]) -> None:
    filter_ = {"property": property_, "op": operator, "value": value}
    assert codes(sources(PLANTS), value_set(system=URL, filter=[filter_])) == expected


def test_filters_are_anded() -> None:
    filters = [
        {"property": "concept", "op": "is-a", "value": "tree"},
        {"property": "leaf", "op": "exists", "value": "true"},
    ]
    assert codes(sources(PLANTS), value_set(system=URL, filter=filters)) == ["oak", "pine", "bonsai"]


@pytest.mark.parametrize(
    ("operator", "value"), [("regex", "("), ("exists", "perhaps"), ("like", "x"), ("regex", r"(a)\1")]
)
def test_what_can_not_be_read_is_refused(operator: str, value: str) -> None:
    with pytest.raises(WrongFilter):
        codes(sources(PLANTS), value_set(system=URL, filter=[{"property": "leaf", "op": operator, "value": value}]))
