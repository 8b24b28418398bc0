from __future__ import annotations

import time
from typing import Any

import pytest

from seve.fhir import path
from seve.fhir.path.errors import (
    AlreadyDefinedError,
    BadValueError,
    ExpressionTooLargeError,
    FHIRPathError,
    NoClockError,
    NotOrderedError,
    NotSingleError,
    TooMuchWorkError,
    UnknownNameError,
    WrongArgumentsError,
    WrongTypeError,
)
from seve.kernel.texts import LANGUAGES

SYNTAX = [
    "",
    "name.",
    "name[",
    "(1",
    "1 +",
    "a b",
    "'open",
    "@2015-13-01",
    "name..given",
    "$that",
    "a.$this",
    "#",
    "{1}",
    "and",
]
FAILING: list[tuple[str, type[FHIRPathError]]] = [
    ("name.single()", NotSingleError),
    ("-name.given", NotSingleError),
    ("true and name.given", NotSingleError),
    ("1 + 'a'", WrongTypeError),
    ("1 > 'a'", WrongTypeError),
    ("1.length()", WrongTypeError),
    ("@2024-01-01 + 7", WrongTypeError),
    ("@2024-01-01 + 1 'a'", WrongTypeError),
    ("@T10:00 + 1 day", WrongTypeError),
    ("(true | 'x').allTrue()", WrongTypeError),
    ("'a'.matches('(')", BadValueError),
    ("'a'.matches('(?=a)')", BadValueError),
    ("'a'.matches('a', 'x')", BadValueError),
    ("'abc'.decode('hex')", BadValueError),
    ("today()", NoClockError),
    ("%nobody", UnknownNameError),
    ("defineVariable('a', 1).defineVariable('a', 2)", AlreadyDefinedError),
    ("defineVariable('context')", AlreadyDefinedError),
    ("defineVariable('a', 1).id | %a", UnknownNameError),
    ("conformsTo('http://example.org/nobody-wrote-it')", UnknownNameError),
]
REFUSED: list[tuple[str, type[FHIRPathError]]] = [
    ("nosuch()", UnknownNameError),
    ("name.where()", WrongArgumentsError),
    ("name.first(1)", WrongArgumentsError),
    ("name is Nothing", UnknownNameError),
    ("name.as(string1)", UnknownNameError),
    ("name.ofType('string')", WrongArgumentsError),
]


@pytest.mark.parametrize("expression", SYNTAX)
def test_what_is_not_fhirpath_is_refused_with_its_place(expression: str) -> None:
    with pytest.raises(path.FHIRPathSyntaxError) as caught:
        path.compile(expression)
    assert caught.value.fields["line"] == 1
    assert caught.value.status == 400


def test_the_place_of_a_wrong_token_is_its_line_and_column() -> None:
    with pytest.raises(path.FHIRPathSyntaxError) as caught:
        path.compile("name\n  .given ) ")
    assert (caught.value.fields["line"], caught.value.fields["column"]) == (2, 10)
    assert "line 2, column 10" in caught.value.issues[0].text("en")
    assert "ligne 2, colonne 10" in caught.value.issues[0].text("fr")


@pytest.mark.parametrize(("expression", "kind"), FAILING)
def test_what_the_standard_calls_an_error_is_one(
    expression: str, kind: type[FHIRPathError], patient: dict[str, Any]
) -> None:
    with pytest.raises(kind) as caught:
        path.evaluate(patient, expression)
    assert {"line", "column"} <= set(caught.value.fields)
    for language in LANGUAGES:
        assert "{" not in caught.value.issues[0].text(language)


@pytest.mark.parametrize(("expression", "kind"), REFUSED)
def test_what_no_evaluation_could_mend_is_refused_at_once(expression: str, kind: type[FHIRPathError]) -> None:
    with pytest.raises(kind):
        path.compile(expression)


def test_an_unknown_element_is_refused_when_the_type_is_known() -> None:
    with pytest.raises(UnknownNameError) as caught:
        path.compile("name.given1", root_type="Patient")
    assert caught.value.fields["column"] == 6
    with pytest.raises(UnknownNameError):
        path.compile("Observation.valueQuantity", root_type="Observation")
    assert path.compile("name.given1").evaluate({"resourceType": "Patient"}) == []


STRICTLY_REFUSED: list[tuple[str, type[FHIRPathError]]] = [
    ("Encounter.id", UnknownNameError),
    ("name.exists() and Encounter.id.exists()", UnknownNameError),
    ("children().first()", NotOrderedError),
    ("descendants()[0]", NotOrderedError),
    ("children().where($this is HumanName).family.last()", NotOrderedError),
    ("(descendants() as HumanName).tail()", NotOrderedError),
]
STRICTLY_TAKEN = [
    "Patient.name.first().family",
    "name.first().children().count()",
    "children().ofType(HumanName).sort(family).first().exists()",
    "DomainResource.id",
    "name.first().as(HumanName).use",
    "deceased.as(dateTime).empty()",
]


@pytest.mark.parametrize(("expression", "kind"), STRICTLY_REFUSED)
def test_the_strict_way_refuses_what_the_usual_one_takes(
    expression: str, kind: type[FHIRPathError], patient: dict[str, Any]
) -> None:
    path.compile(expression, root_type="Patient").evaluate(patient)
    with pytest.raises(kind) as caught:
        path.compile(expression, root_type="Patient", is_strict=True)
    assert {"name", "line", "column"} <= set(caught.value.fields)
    for language in LANGUAGES:
        assert "{" not in caught.value.issues[0].text(language)


def test_as_filters_many_items_and_strictly_takes_one(patient: dict[str, Any]) -> None:
    for expression in ("name.as(HumanName).use", "(name as HumanName).use"):
        assert path.compile(expression).evaluate(patient) == ["official", "usual"]
        with pytest.raises(NotSingleError):
            path.compile(expression, is_strict=True).evaluate(patient)


@pytest.mark.parametrize("expression", STRICTLY_TAKEN)
def test_what_is_right_means_the_same_strictly(expression: str, patient: dict[str, Any]) -> None:
    strictly = path.compile(expression, root_type="Patient", is_strict=True)
    assert strictly.evaluate(patient) == path.evaluate(patient, expression) != []


def test_a_long_expression_is_refused() -> None:
    with pytest.raises(ExpressionTooLargeError):
        path.compile("a" * 70_000)


@pytest.mark.parametrize("expression", ["(" * 5000 + "1" + ")" * 5000, "a" + ".a" * 5000, "-" * 5000 + "1", "1" * 5000])
def test_a_deep_expression_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionTooLargeError):
        path.compile(expression)


def test_a_resource_ten_thousand_levels_deep_is_walked() -> None:
    resource: dict[str, Any] = {"id": "bottom"}
    for _ in range(10_000):
        resource = {"item": [resource]}
    assert path.evaluate(resource, "repeat(item).count()") == [10_000]
    assert path.evaluate(resource, "descendants().count()") == [10_001]


@pytest.mark.parametrize(
    "expression",
    [
        "(1|2|3|4|5|6|7|8|9).repeat($this + 1)",
        "name.repeatAll($this)",
        "name.repeat('a' & 'b').repeatAll($this)",
        "descendants()" + ".select(%resource.descendants())" * 5,
        "('aaaaaaaaaaaaaaaa')" + ".replace('a', 'aaaaaaaaaaaaaaaa')" * 8,
    ],
)
def test_an_evaluation_without_end_is_stopped(expression: str, patient: dict[str, Any]) -> None:
    began = time.process_time()
    with pytest.raises(TooMuchWorkError):
        path.evaluate(patient, expression)
    assert time.process_time() - began < 20


def test_a_regular_expression_that_would_blow_up_elsewhere_takes_linear_time() -> None:
    began = time.process_time()
    assert path.evaluate({}, "%text.matches('^(a+)+$')", variables={"text": "a" * 50_000 + "b"}) == [False]
    assert time.process_time() - began < 1


def test_input_of_the_wrong_shape_is_judged_by_the_general_engine() -> None:
    compiled = path.compile("name.given.exists() or id.exists()", root_type="Patient")
    assert compiled.evaluate({"resourceType": "Patient", "name": "text"}) == [False]
    assert compiled.holds({"resourceType": "Patient", "name": ["text"]}, type_name="Patient") is False
