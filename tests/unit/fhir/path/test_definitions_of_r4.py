"""Every expression of R4 itself: search parameters and constraints; and that both ways of evaluating them agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from seve.fhir import path
from seve.fhir.definitions import Constraint, core
from seve.fhir.path.context import NOTHING_KNOWN
from seve.fhir.path.evaluation import Environment
from seve.fhir.path.model import concrete, node
from seve.fhir.path.values import boolean, plain

# Constraints that name elements which their type hasn't: R4's own mistakes.
MISTAKES = {("ChargeItemDefinition", "cid-0"), ("decimal", "ras-1")}


def constraints() -> Iterator[tuple[str, Constraint]]:
    for schema in core().types.values():
        yield from ((schema.name, constraint) for constraint in schema.constraints)
        for element in schema.elements.values():
            for type_name in set(element.keys.values()):
                yield from ((type_name, constraint) for constraint in element.constraints)


def search_expressions() -> Iterator[tuple[str, str]]:
    for parameter in core().resources("SearchParameter").values():
        for base in parameter.get("base", ()) if "expression" in parameter else ():
            yield base, parameter["expression"]


def test_every_constraint_of_r4_compiles_for_its_type_and_nearly_all_into_code() -> None:
    compiled = 0
    general: set[str] = set()
    for type_name, constraint in set(constraints()):
        if (type_name, constraint.key) in MISTAKES:
            with pytest.raises(path.FHIRPathError):
                path.compile(constraint.expression, root_type=type_name)
            assert path.compile(constraint.expression)
            continue
        compiled += 1
        if not path.compile(constraint.expression, root_type=type_name).is_generated:
            general.add(constraint.key)
    assert compiled > 900
    assert len(general) <= 12, general


def test_every_search_parameter_of_r4_compiles_for_its_bases_and_nearly_all_into_code() -> None:
    found = [path.compile(expression, root_type=base) for base, expression in search_expressions()]
    assert len(found) > 1500
    assert sum(not compiled.is_generated for compiled in found) <= 10


def elements(value: Any, type_name: str, *, sibling: Any = None, resource: Any = None) -> Iterator[tuple[Any, ...]]:
    """Every element of a resource with its type, sibling, resource and constraints."""
    type_name = concrete(type_name, value)
    schema = core().type(type_name)
    if schema is None:
        return
    resource = value if type_name in core().resource_types else resource
    yield value, type_name, sibling, resource, schema.constraints
    for element in schema.elements.values() if isinstance(value, dict) else ():
        for key, inner_type in element.keys.items():
            for inner, extra in _pairs(value.get(key), value.get(f"_{key}")):
                yield inner, inner_type, extra, resource, element.constraints
                yield from elements(inner, inner_type, sibling=extra, resource=resource)


def _pairs(values: Any, extras: Any) -> Iterator[tuple[Any, Any]]:
    ones = values if isinstance(values, list) else [values]
    others = extras if isinstance(extras, list) else [extras]
    for index in range(max(len(ones), len(others))):
        pair = (ones[index] if index < len(ones) else None, others[index] if index < len(others) else None)
        if pair != (None, None):
            yield pair


def generally(compiled: path.Compiled, element: tuple[Any, ...], root: Any) -> bool:
    value, type_name, sibling, resource, _ = element
    start = node(value, type_name, extra=sibling)
    start.owner = resource
    environment = Environment(start, resource=node(resource), root=node(root), context=NOTHING_KNOWN)
    return boolean(compiled._run(environment)) is not False


@pytest.mark.slow
def test_generated_code_and_the_general_engine_agree_on_the_constraints_of_the_examples(
    spec_examples: list[dict[str, Any]],
) -> None:
    count = 0
    for example in spec_examples:
        for element in elements(example, example["resourceType"]):
            value, type_name, sibling, resource, rules = element
            for rule in rules:
                if (type_name, rule.key) in MISTAKES:
                    continue
                compiled = path.compile(rule.expression, root_type=type_name)
                found = compiled.holds(value, type_name=type_name, root=example, resource=resource, sibling=sibling)
                assert found == generally(compiled, element, example), (rule.key, type_name, value)
                count += 1
    assert count > 5_000


@pytest.mark.slow
def test_generated_code_and_the_general_engine_agree_on_the_search_parameters_of_the_examples(
    spec_examples: list[dict[str, Any]],
) -> None:
    by_base: dict[str, list[str]] = {}
    for base, expression in search_expressions():
        by_base.setdefault(base, []).append(expression)
    for example in spec_examples:
        for expression in by_base.get(example["resourceType"], []):
            compiled = path.compile(expression, root_type=example["resourceType"])
            assert compiled.evaluate(example) == plain(compiled.nodes(example)), expression


def test_an_empty_result_obeys_a_constraint_and_false_does_not() -> None:
    name = path.compile("name.matches('[A-Z]([A-Za-z0-9_]){0,254}')", root_type="Library")
    assert name.holds({"resourceType": "Library"}, type_name="Library")
    assert name.holds({"resourceType": "Library", "name": "Good"}, type_name="Library")
    assert not name.holds({"resourceType": "Library", "name": "bad name"}, type_name="Library")
    assert not name.is_true({"resourceType": "Library"})


def test_a_constraint_sees_the_sibling_of_a_primitive_and_the_resource_around_it() -> None:
    has_content = path.compile("hasValue() or (children().count() > id.count())", root_type="string")
    assert has_content.holds("text", type_name="string")
    assert has_content.holds(None, type_name="string", sibling={"extension": [{"url": "u", "valueCode": "c"}]})
    assert not has_content.holds(None, type_name="string", sibling={"id": "only"})
    rule = core().types["Reference"].constraints[-1]
    holder = {"resourceType": "Basic", "contained": [{"resourceType": "Patient", "id": "p"}]}
    compiled = path.compile(rule.expression, root_type="Reference")
    assert rule.key == "ref-1"
    for reference, is_good in (("#p", True), ("#q", False), ("Patient/1", True)):
        value = {"reference": reference}
        assert compiled.holds(value, type_name="Reference", root=holder, resource=holder) is is_good
