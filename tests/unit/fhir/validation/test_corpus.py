from __future__ import annotations

from tests.unit.fhir.codec.corpus import REFUSED, examples
from tests.whole import of

from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator


def test_examples_of_the_specification_obey_it() -> None:
    """One in eight; `tests/store/test_specification_examples.py` validates one in five of all, or all."""
    validator = Validator(core())
    refused: dict[str, set[str]] = {}
    seen: set[str] = set()
    for name, raw in examples(stride=of(8, whole=1), largest=300_000):
        if name not in REFUSED["structure"]:
            seen.add(name)
            errors = [i for i in validator.validate(parse(raw)).issues if i.severity in ("fatal", "error")]
            if errors:
                refused[name] = {str(i.fields.get("key", i.key.rpartition(".")[2])) for i in errors}
    expected = {name: set(rules) for name, rules in REFUSED["rules"].items() if name in seen}
    assert refused == expected
