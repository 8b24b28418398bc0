from __future__ import annotations

import pytest
from tests.unit.fhir.codec.corpus import REFUSED, examples

from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator


@pytest.mark.parametrize(("stride", "largest"), [(4, 300_000), pytest.param(1, None, marks=pytest.mark.slow)])
def test_examples_of_the_specification_obey_it(stride: int, largest: int | None) -> None:
    validator = Validator(core())
    refused: dict[str, set[str]] = {}
    seen: set[str] = set()
    for name, raw in examples(stride=stride, largest=largest):
        if name not in REFUSED["structure"]:
            seen.add(name)
            errors = [i for i in validator.validate(parse(raw)).issues if i.severity in ("fatal", "error")]
            if errors:
                refused[name] = {str(i.fields.get("key", i.key.rpartition(".")[2])) for i in errors}
    expected = {name: set(rules) for name, rules in REFUSED["rules"].items() if name in seen}
    assert refused == expected
