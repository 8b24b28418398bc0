"""A wrong view is refused with every fault, each at its place."""

from __future__ import annotations

from typing import Any

import pytest

from seve.fhir.views import ViewRefused, parse_view


def view(*columns: dict[str, Any], resource: str = "Patient", **more: Any) -> dict[str, Any]:
    return {"resource": resource, "select": [{"column": list(columns)}], **more}


def column(path: Any, name: Any = "a", **more: Any) -> dict[str, Any]:
    return {"path": path, "name": name, **more}


def faults(definition: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ViewRefused) as caught:
        parse_view(definition)
    assert all(issue.text("fr") and issue.text("en") for issue in caught.value.issues)
    return [(issue.key.removeprefix("fhir.views."), issue.expression) for issue in caught.value.issues]


COLUMN = "ViewDefinition.select[0].column[0]"


@pytest.mark.parametrize(
    ("wrong", "rule", "place"),
    [
        (view(column("id"), resource="Pateint"), "resource", "ViewDefinition.resource"),
        (view(column("id"), name="my-view"), "name", "ViewDefinition.name"),
        ({"resource": "Patient"}, "missing", "ViewDefinition.select"),
        ({"resource": "Patient", "select": {}}, "missing", "ViewDefinition.select"),
        ({"resource": "Patient", "select": [7]}, "not-an-object", "ViewDefinition.select[0]"),
        ({"resource": "Patient", "select": [{}]}, "no-columns", "ViewDefinition.select"),
        (view(column("id", "1st")), "name", f"{COLUMN}.name"),
        (view(column("id", "_a")), "name", f"{COLUMN}.name"),
        (view(column("id", None)), "name", f"{COLUMN}.name"),
        (view(column(None)), "missing", f"{COLUMN}.path"),
        (view(column(3)), "path-text", f"{COLUMN}.path"),
        (view(column("name.")), "path", f"{COLUMN}.path"),
        (view(column("nmae.family")), "path", f"{COLUMN}.path"),
        (view(column("name.frist()")), "path", f"{COLUMN}.path"),
        (view(column("%limit")), "variable", f"{COLUMN}.path"),
        (view(column("id", type="text")), "type", f"{COLUMN}.type"),
        (view(column("active", type="string")), "type-clash", f"{COLUMN}.type"),
        (view(column("birthDate", type="integer")), "type-clash", f"{COLUMN}.type"),
        (view(column("name", type="string")), "type-clash", f"{COLUMN}.type"),
        (view(column("name.given.exists()", type="string")), "type-clash", f"{COLUMN}.type"),
        (view(column("name.first()")), "type-needed", f"{COLUMN}.path"),
        (view(column("value"), resource="Observation"), "types-differ", f"{COLUMN}.path"),
        (view(column("id", collection="yes")), "not-boolean-flag", f"{COLUMN}.collection"),
        (view(column("id", tag=[{"nmae": "ansi/type"}])), "unknown", f"{COLUMN}.tag[0].nmae"),
        (view(column("id", colection=True)), "unknown", f"{COLUMN}.colection"),
        (view(column("id"), where=[{"path": "name.family"}]), "where", "ViewDefinition.where[0].path"),
        (view(column("id"), where=[{"pth": "active"}]), "unknown", "ViewDefinition.where[0].pth"),
        (view(column("id"), constant=[{"name": "x"}]), "constant", "ViewDefinition.constant[0]"),
        (
            view(column("id"), constant=[{"name": "x", "valueDate": "2020-13"}]),
            "constant",
            "ViewDefinition.constant[0]",
        ),
        (
            view(column("id"), constant=[{"name": "rowIndex", "valueCode": "a"}]),
            "name",
            "ViewDefinition.constant[0].name",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(wrong: dict[str, Any], rule: str, place: str) -> None:
    assert (rule, place) in faults(wrong)


def test_all_faults_are_told_at_once() -> None:
    wrong = view(column("nope"), column("id", "b b"), constant=[{"name": "x"}])
    assert {rule for rule, _ in faults(wrong)} == {"constant", "path", "name"}


def test_two_columns_may_not_share_a_name() -> None:
    assert faults(view(column("id"), column("active"))) == [
        ("duplicate-column", "ViewDefinition.select[0].column[1].name")
    ]


def test_a_selection_iterates_in_one_way_only() -> None:
    select = {"forEach": "name", "repeat": ["name"], "column": [column("family")]}
    assert faults({"resource": "Patient", "select": [select]}) == [("iterations", "ViewDefinition.select[0]")]


@pytest.mark.parametrize("repeat", [[], "item", [None]])
def test_repeat_is_a_list_of_paths(repeat: Any) -> None:
    select = {"repeat": repeat, "column": [column("linkId")]}
    assert faults({"resource": "QuestionnaireResponse", "select": [select]})


@pytest.mark.parametrize(
    "other",
    [
        [column("family", "b")],
        [column("use", "a", type="code")],
        [column("given", "a", collection=True)],
        [column("family", "a"), column("use", "b")],
    ],
)
def test_the_parts_of_a_union_have_the_same_columns(other: list[Any]) -> None:
    parts = [{"forEach": "name", "column": [column("family", "a")]}, {"forEach": "name", "column": other}]
    wrong = {"resource": "Patient", "select": [{"unionAll": parts}]}
    assert faults(wrong) == [("union", "ViewDefinition.select[0].unionAll[1]")]


def test_selections_nest_no_deeper_than_the_limit() -> None:
    select: dict[str, Any] = {"column": [column("id")]}
    for _ in range(20):
        select = {"select": [select]}
    assert "depth" in {rule for rule, _ in faults({"resource": "Patient", "select": [select]})}


@pytest.mark.parametrize(
    ("path", "resource", "type_name"),
    [
        ("id", "Patient", "string"),
        ("birthDate", "Patient", "date"),
        ("name.family", "Patient", "string"),
        ("name.exists()", "Patient", "boolean"),
        ("name.count()", "Patient", "integer"),
        ("name.given.join(' ')", "Patient", "string"),
        ("birthDate.lowBoundary()", "Patient", "date"),
        ("value.ofType(Quantity).value", "Observation", "decimal"),
        ("value.ofType(Quantity).value * 2", "Observation", "decimal"),
        ("effective.ofType(Period).lowBoundary()", "Observation", "dateTime"),
        ("(effective as dateTime)", "Observation", "dateTime"),
        ("subject.getReferenceKey(Patient)", "Observation", "string"),
        ("iif(value.exists(), 'yes', 'no')", "Observation", "string"),
        ("%rowIndex", "Observation", "integer"),
        ("status = 'final'", "Observation", "boolean"),
    ],
)
def test_a_type_is_inferred(path: str, resource: str, type_name: str) -> None:
    (found,) = parse_view(view(column(path), resource=resource)).columns
    assert (found.type, found.is_assumed) == (type_name, False)


def test_a_type_may_be_stated_by_its_url_and_an_element_by_its_path() -> None:
    stated = [
        column("id", "a", type="http://hl7.org/fhir/StructureDefinition/id"),
        column("contact", "b", type="Patient.contact", collection=True),
    ]
    assert [found.type for found in parse_view(view(*stated)).columns] == ["id", "Patient.contact"]


def test_columns_stand_in_the_order_of_the_definition() -> None:
    definition = {
        "resource": "Patient",
        "select": [
            {
                "column": [column("'x'", "a")],
                "unionAll": [{"column": [column("'x'", "c")]}],
                "select": [{"column": [column("'x'", "b", tag=[{"name": "ansi/type", "value": "CHAR(1)"}])]}],
            },
            {"column": [column("'x'", "d", description="the last")]},
        ],
    }
    columns = parse_view(definition).columns
    assert [found.name for found in columns] == ["a", "b", "c", "d"]
    assert columns[1].tags == {"ansi/type": "CHAR(1)"}
    assert columns[3].description == "the last"
