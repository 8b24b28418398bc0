"""A plan for each type, made once: which rules hold on which element, so that a resource is walked once and quickly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from seve.fhir.definitions import Element, core
from seve.fhir.profiles.extensions import check_extension
from seve.fhir.validation import bindings, invariants, primitives, references, values
from seve.fhir.validation.run import Check
from seve.fhir.validation.structure import has_sibling, is_primitive

_RESOURCE = "Resource"


@dataclass(slots=True)
class Step:
    """What to do with the value of one JSON key: rules, and the plan of its type where it has children."""

    is_list: bool
    checks: tuple[Check, ...]
    plan: Plan | None = None
    is_resource: bool = False
    is_sibling: bool = False


@dataclass(slots=True)
class Plan:
    """The rules of a type on itself, and the steps by JSON key. A key without rules has no step."""

    name: str
    checks: tuple[Check, ...]
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
            checks = tuple(_checks(element, type_name))
            is_leaf = is_primitive(type_name)
            if not is_leaf:
                is_resource = type_name == _RESOURCE
                plan = None if is_resource else self.of(type_name)
                yield key, Step(element.is_list, checks, plan, is_resource)
            elif checks:
                yield key, Step(element.is_list, checks)
            if has_sibling(element, type_name):
                yield f"_{key}", Step(element.is_list, (), self.of("Element"), is_sibling=True)


def _checks(element: Element, type_name: str) -> Iterator[Check]:
    if type_name in primitives.CALENDAR:
        yield values.calendar
    if type_name == "Extension":
        yield check_extension
    yield from bindings.of_element(element, type_name)
    yield from references.of_element(element, type_name)
    yield from invariants.of_element(element, type_name)
