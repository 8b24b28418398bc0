"""The walk of a resource, as Python source that is written from the plan of each type and compiled when it is first needed.

Each type has a function of a run, a node and its place; each JSON key of it that has a step, a function of its own. Places are
made, and functions called, only where something may be told. Only definitions reach the source: JSON keys of R4 as literals, and
the conditions of rules, which are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from seve.fhir.validation.plan import Plan, Plans, Step
from seve.fhir.validation.run import ALWAYS, Place, Rule, Run

Walk: TypeAlias = Callable[[Run, Any, Place], None]
"""Tells a run all that is to be told of a node of one type."""

_RARE = frozenset({"id", "extension", "modifierExtension", "identifier", "type"})
_PAD = "    "


class Walks:
    """The functions of the types.

    `enter` takes up a resource inside another; `sibling` the `_x` of primitives, of the node that holds them and the place of `x`.
    """

    def __init__(self, *, enter: Walk, sibling: Walk) -> None:
        self._plans = Plans()
        self._names: dict[str, Any] = {"enter": enter, "sibling": sibling}
        self._types: dict[str, str] = {}

    def of(self, type_name: str) -> Walk:
        """The function of a type."""
        return self._names[self._function(self._plans.of(type_name))]

    def _function(self, plan: Plan) -> str:
        """The name of a type's function, which makes itself when it is first called: few types are ever met."""
        if plan.name not in self._types:
            name = self._types[plan.name] = f"N{len(self._types)}"
            self._names[name] = partial(self._first, plan, name)
        return self._types[plan.name]

    def _first(self, plan: Plan, name: str, run: Run, node: Any, place: Place) -> None:
        steps = {key: f"{name}_{index}" for index, key in enumerate(plan.steps)}
        lines = [line for key, step in plan.steps.items() for line in self._step(steps[key], key, step=step)]
        lines += self._node(name, plan)
        exec(compile("\n".join(lines), "<validation>", "exec"), self._names)  # noqa: S102 - made from definitions alone
        self._names[f"{name}_STEPS"] = {key: self._names[function] for key, function in steps.items()}
        self._names[name](run, node, place)

    def _node(self, name: str, plan: Plan) -> Iterator[str]:
        yield f"def {name}(run, V, place):"
        for rule in plan.rules:
            yield from _indented(self._rule(rule, "V", place="place"), 1)
        yield f"{_PAD}for key, value in V.items():"
        yield f"{_PAD * 2}if (step := {name}_STEPS.get(key)) is not None:"
        yield f"{_PAD * 3}step(run, V, value, place)"

    def _step(self, name: str, key: str, *, step: Step) -> Iterator[str]:
        yield f"def {name}(run, parent, value, place):"
        if step.is_sibling:
            yield f"{_PAD}sibling(run, parent, (place, {key[1:]!r}, None))"
        elif step.is_list:
            yield f"{_PAD}for index, V in enumerate(value):"
            yield f"{_PAD * 2}if V is not None:"
            yield from _indented(self._value(step, "V", place=f"(place, {key!r}, index)"), 3)
        else:
            yield from _indented(self._value(step, "value", place=f"(place, {key!r}, None)"), 1)

    def _value(self, step: Step, value: str, *, place: str) -> Iterator[str]:
        for rule in step.rules:
            yield from self._rule(rule, value, place=place)
        if step.is_resource:
            yield f"enter(run, {value}, {place})"
        elif step.plan is not None:
            yield from self._entrance(step.plan, value, place=place)

    def _rule(self, rule: Rule, value: str, *, place: str) -> Iterator[str]:
        call = f"{self._constant(rule.check)}(run, {value}, {place})"
        yield call if rule.when == ALWAYS else f"if {_when(rule, value)}: {call}"

    def _entrance(self, plan: Plan, value: str, *, place: str) -> Iterator[str]:
        """The call of a type's function, left out where the node, or what it lists, holds nothing that has a rule."""
        call = f"{self._function(plan)}(run, {value}, {place})"
        listed = _listed(plan)
        if not _is_quiet(plan) and listed is None:
            yield call
            return
        yield f"if {self._matters(plan, value, but=listed)}: {call}"
        if listed is not None and (inner := plan.steps[listed].plan) is not None:
            yield "else:"
            yield f"{_PAD}for inner in {value}.get({listed!r}, ()):"
            yield f"{_PAD * 2}if {self._matters(inner, 'inner')}:"
            yield f"{_PAD * 3}{call}"
            yield f"{_PAD * 3}break"

    def _matters(self, plan: Plan, value: str, *, but: str | None = None) -> str:
        """The condition under which something may be told of a node, what stands under the key `but` left aside."""
        keys = self._constant(frozenset(plan.steps) - {but})
        return " or ".join([f"not {keys}.isdisjoint({value})", *(f"({_when(rule, value)})" for rule in plan.rules)])

    def _constant(self, value: object) -> str:
        name = f"C{len(self._names)}"
        self._names[name] = value
        return name


def _when(rule: Rule, value: str) -> str:
    return rule.when.replace("V", value)


def _indented(lines: Iterator[str], depth: int) -> Iterator[str]:
    return (_PAD * depth + line for line in lines)


def _usual(plan: Plan) -> Mapping[str, Step]:
    """The steps that most nodes of a type come to."""
    return {key: step for key, step in plan.steps.items() if not step.is_sibling and key not in _RARE}


def _is_quiet(plan: Plan) -> bool:
    """Whether most nodes of a type have nothing that a rule looks at."""
    return not _usual(plan) and all(rule.when != ALWAYS for rule in plan.rules)


def _listed(plan: Plan) -> str | None:
    """The key of the one list of quiet nodes beside which a type is quiet too, as `CodeableConcept.coding` is."""
    if len(usual := _usual(plan)) != 1 or any(rule.when == ALWAYS for rule in plan.rules):
        return None
    [(key, step)] = usual.items()
    is_plain = step.is_list and not step.rules and step.plan is not None and _is_quiet(step.plan)
    return key if is_plain else None
