"""The YAML cases of HL7/fhirpath.js, where they agree with the specification."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from seve.fhir import path

FOLDER = Path(__file__).parents[4].parent / "shared" / "conformance" / "fhirpath"
CONTEXT = path.Context(now=datetime(2026, 11, 22, 2, 30, tzinfo=UTC))
DIGITS = "fhirpath.js computes with 16 digits, we with 28"
NO_MODEL = "the case counts on evaluation without a data model; we always have R4's"
IS_STRICT = "a FHIR primitive isn't of a System type (N1, 6.3; official suite, testTypes)"
FILTERS = "`as` filters: R4's own search parameters and dom-3 use it on many items"
ROUNDS = "equivalence rounds to the least precise operand (N1, 6.1.2; official suite, testQuantity)"
NO_VALUE = "an item without a value is neither equal to a value nor known to differ from one"
DIVERGENCES = {
    "Observation.value": NO_MODEL,
    "Patient.name.given.type()": "the case writes TypeInfo as an object",
    "Functions.subsetTestC1.subsetOf(Functions.subsetTestC2)": "the case has keys that aren't text, which JSON can't",
    "Functions.collWithNullAndTrue.subsetOf(Functions.collWith2NullAndTrue)": NO_VALUE,
    "Functions.collWith2NullAndTrue.supersetOf(Functions.collWithNullAndTrue)": NO_VALUE,
    "Patient.name.given contains Patient.name.given[3]": NO_VALUE,
    "Patient.name.given[3] in Patient.name.given": NO_VALUE,
    "Patient.name.given.ofType(FHIR.string) = Patient.name.given.ofType(System.String)": IS_STRICT,
    "Patient.name.given.ofType(System.String)": IS_STRICT,
    "1L.toQuantity() = 1 '1'": "a Long converts to Quantity as an Integer does",
    "Bundle.entry[1].resource.name.given[0] = Bundle.entry[2].resource.name.given[0]": "equality compares values",
    "23 'Cel' !~ 74 '[degF]'": ROUNDS,
    "4 'g' !~ 4040 'mg'": ROUNDS,
    "Observation.value.comparable(1 year)": "comparable() answers false or true here, it has nothing to refuse",
    "mixedTypeVals as Integer": FILTERS,
    "mixedTypeVals.as(Integer)": FILTERS,
    "(1 'a') / (1 year).toQuantity('seconds').toQuantity('s') = 1.0006849315068493": DIGITS,
    "(1 year).toQuantity('seconds').toQuantity('s') / (1 'a') = 0.999315537303217": DIGITS,
    "(1 'mo') / (1 year).toQuantity('seconds').toQuantity('s') = 0.08339041095890411": DIGITS,
    "(1 year).toQuantity('seconds').toQuantity('s') / (1 'mo') = 11.991786447638603": DIGITS,
    "@2018-02-18T12:23:45-05:00 + 2 years": "the case expects the time zone of the machine",
    "@T23:59:60 + 1 minute = @T00:00:59": "a leap second isn't rolled over before the addition",
    "Patient.birthDate + 1 day = @1974-12-26": NO_MODEL,
    "Patient.address[1].id = 'someId'": "an array entry that is null in both arrays isn't FHIR JSON",
    "Patient.name.exists(given)": "a criterion with many items is an error (N1, 4.5)",
    "Patient.name.given.select($this.length) = Patient.name.given.select(length)": "`length` without () is an element",
}


class _Loader(yaml.SafeLoader):
    """Dates stay the text that JSON would have."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("cases/*.yaml")):
        content = yaml.load(file.read_text(encoding="utf-8"), _Loader)
        for number, test in enumerate(_flattened(content["tests"])):
            for expression in test["expression"] if isinstance(test["expression"], list) else [test["expression"]]:
                yield pytest.param(str(expression), test, content.get("subject"), id=f"{file.stem}-{number}")


def _flattened(tests: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for test in tests:
        groups = [test[key] for key in test if key.startswith("group")]
        for group in groups if not test.get("disable") else ():
            yield from _flattened(group)
        if not groups and isinstance(test.get("expression"), str | bool | list) and _is_for_us(test):
            yield test


def _is_for_us(test: dict[str, Any]) -> bool:
    is_other_model = test.get("model") in {"r5", "stu3", "dstu2"}
    return not test.get("disable") and not is_other_model and "%factory" not in str(test["expression"])


def decimals(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: decimals(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [decimals(inner) for inner in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


@cache
def read(name: str) -> Any:
    return json.loads((FOLDER / "resources-r4" / name).read_text(encoding="utf-8"), parse_float=Decimal)


def same(found: Any, wanted: Any) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, int | Decimal) and isinstance(wanted, int | Decimal):
        return abs(Decimal(found) - Decimal(wanted)) < Decimal("1e-9")
    return found == wanted if isinstance(found, dict | list) else str(found) == str(wanted)


@pytest.mark.skipif(not FOLDER.exists(), reason=f"no conformance cases at {FOLDER}")
@pytest.mark.parametrize(("expression", "test", "subject"), list(cases()))
def test_a_case_of_the_shared_suite_gives_what_it_says(expression: str, test: dict[str, Any], subject: Any) -> None:
    if expression in DIVERGENCES:
        pytest.skip(DIVERGENCES[expression])
    expression = expression.lower() if expression in {"True", "False"} else expression
    resource = read(test["inputfile"]) if "inputfile" in test else decimals(subject)
    if isinstance(test.get("context"), str):
        resource = path.evaluate(resource, test["context"])[0]
    if test.get("error"):
        with pytest.raises(path.FHIRPathError):
            path.evaluate(resource, expression, variables=decimals(test.get("variables")), context=CONTEXT)
        return
    found = path.evaluate(resource, expression, variables=decimals(test.get("variables")), context=CONTEXT)
    wanted = decimals(test.get("result") or [])
    assert len(found) == len(wanted), (found, wanted)
    assert all(same(one, other) for one, other in zip(found, wanted, strict=True)), (found, wanted)
