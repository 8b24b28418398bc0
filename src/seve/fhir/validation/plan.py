"""A plan for each type, made once: which rules hold on which element. The walk is generated from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from seve.fhir.definitions import Element, core
from seve.fhir.profiles.extensions import check_extension
from seve.fhir.validation import bindings, invariants, references, values
from seve.fhir.validation.run import Rule
from seve.fhir.validation.structure import has_sibling, is_primitive

_RESOURCE = "Resource"


@dataclass(slots=True)
class Step:
    """What to do with the value of one JSON key: rules, and the plan of its type where it has children."""

    is_list: bool
    rules: tuple[Rule, ...]
    plan: Plan | None = None
    is_resource: bool = False
    is_sibling: bool = False


@dataclass(slots=True)
class Plan:
    """The rules of a type on itself, and the steps by JSON key. A key without rules has no step."""

    name: str
    rules: tuple[Rule, ...]
    steps: dict[str, Step] = field(default_factory=dict[str, Step])


class Plans:
    """The plans of R4 types, each made when first needed."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}

    def of(self, type_name: str) -> Plan:
        """The plan of a type; types that hold themselves share one plan."""
        if type_name in self._plans:
            return self._plans[type_name]
        schema = core().types[type_name]
        plan = Plan(type_name, (*invariants.of_type(schema), *values.of_type(type_name)))
        self._plans[type_name] = plan
        for element in schema.elements.values():
            plan.steps.update(self._steps(element))
        return plan

    def _steps(self, element: Element) -> Iterator[tuple[str, Step]]:
        for key, type_name in element.keys.items():
            rules = tuple(_rules(element, type_name))
            is_leaf = is_primitive(type_name)
            if not is_leaf:
                is_resource = type_name == _RESOURCE
                plan = None if is_resource else self.of(type_name)
                yield key, Step(element.is_list, rules, plan, is_resource)
            elif rules:
                yield key, Step(element.is_list, rules)
            if has_sibling(element, type_name):
                yield f"_{key}", Step(element.is_list, (), self.of("Element"), is_sibling=True)


def _rules(element: Element, type_name: str) -> Iterator[Rule]:
    yield from values.of_element(type_name)
    if type_name == "Extension":
        yield Rule(check_extension)
    yield from map(Rule, bindings.of_element(element, type_name))
    yield from map(Rule, references.of_element(element, type_name))
    yield from invariants.of_element(element, type_name)
