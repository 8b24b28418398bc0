from __future__ import annotations

from tests.unit.fhir.codec.corpus import REFUSED, examples
from tests.whole import of

from seve.fhir.codec.json import check, encode, parse
from seve.kernel.refusals import Malformed


def test_examples_of_the_specification_are_read_and_written_without_loss() -> None:
    """All but the largest, which `tests/store/test_specification_examples.py` reads too."""
    refused: dict[str, set[str]] = {}
    for name, raw in examples(stride=of(3, whole=1), largest=300_000):
        resource = parse(raw)
        assert parse(encode(resource)) == resource
        try:
            check(raw, resource)
        except Malformed as error:
            refused[name] = {issue.key.rpartition(".")[2] for issue in error.issues}
    expected = {name: set(rules) for name, rules in REFUSED["structure"].items()}
    assert {name: rules for name, rules in refused.items() if expected.get(name) != rules} == {}
