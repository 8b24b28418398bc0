from __future__ import annotations

import pytest
from tests.unit.fhir.codec.corpus import REFUSED, examples

from seve.fhir.codec.json import check, encode, parse
from seve.kernel.refusals import Malformed


@pytest.mark.parametrize("largest", [1_000_000, pytest.param(None, marks=pytest.mark.slow)])
def test_every_example_of_the_specification_is_read_and_written_without_loss(largest: int | None) -> None:
    refused: dict[str, set[str]] = {}
    for name, raw in examples(largest=largest):
        resource = parse(raw)
        assert parse(encode(resource)) == resource
        try:
            check(raw, resource)
        except Malformed as error:
            refused[name] = {issue.key.rpartition(".")[2] for issue in error.issues}
    expected = {name: set(rules) for name, rules in REFUSED["structure"].items()}
    assert {name: rules for name, rules in refused.items() if expected.get(name) != rules} == {}
    assert largest is not None or refused.keys() == expected.keys()
