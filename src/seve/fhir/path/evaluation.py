"""The state of one evaluation: its environment, the scope of `$this`, and the call that a function sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from seve.fhir.path.context import Context
from seve.fhir.path.errors import AlreadyDefinedError, FHIRPathError, TooMuchWorkError, UnknownNameError, WrongTypeError
from seve.fhir.path.values import Item, Items, Node, boolean, is_number, single_value, system_name

MAXIMUM_WORK = 1_000_000
_COST_OF_AN_ITERATION = 4
MAXIMUM_TEXT = 1_000_000
Step: TypeAlias = "Callable[[Scope], Items]"


class Environment:
    """What stays the same throughout an evaluation, and the work that is left to it."""

    __slots__ = ("context", "resource", "root", "start", "variables", "work")

    def __init__(self, start: Node, *, resource: Node, root: Node, context: Context) -> None:
        self.start = start
        self.resource = resource
        self.root = root
        self.context = context
        self.variables: Mapping[str, Items] = {}
        self.work = MAXIMUM_WORK

    def spend(self, amount: int) -> None:
        """Count work done. Raises TooMuchWorkError."""
        self.work -= amount
        if self.work < 0:
            raise TooMuchWorkError(limit=MAXIMUM_WORK)


class Scope:
    """What `$this`, `$index` and `$total` are as an expression sees them, with the variables defined so far."""

    __slots__ = ("defined", "environment", "index", "this", "total")

    def __init__(self, environment: Environment, this: Items, *, defined: dict[str, Items] | None = None) -> None:
        self.environment = environment
        self.this = this
        self.index: int | None = None
        self.total: Items | None = None
        self.defined = defined

    def inner(self, this: Items, *, index: int | None = None) -> Scope:
        """The scope for one item of an iteration."""
        scope = Scope(self.environment, this, defined=self.defined)
        scope.index = index
        scope.total = self.total
        return scope

    def fork(self) -> Scope:
        """The same scope, whose definitions don't reach this one."""
        scope = Scope(self.environment, self.this, defined=dict(self.defined or {}))
        scope.index = self.index
        scope.total = self.total
        return scope

    def define(self, name: str, items: Items) -> None:
        """Bind a variable. Raises AlreadyDefinedError."""
        if self.defined is None:
            self.defined = {}
        if name in self.defined or name in self.environment.variables or name in STANDARD_VARIABLES:
            raise AlreadyDefinedError(name=name)
        self.defined[name] = items

    def variable(self, name: str) -> Items:
        """The value of `%name`. Raises UnknownNameError."""
        if self.defined is not None and name in self.defined:
            return self.defined[name]
        if name in self.environment.variables:
            return self.environment.variables[name]
        reader = STANDARD_VARIABLES.get(name)
        if reader is not None:
            return reader(self.environment)
        for prefix, base in _CANONICAL_PREFIXES.items():
            if name.startswith(prefix):
                return [base + name.removeprefix(prefix)]
        raise UnknownNameError(kind="variable", name=f"%{name}")


_CANONICAL_PREFIXES: Mapping[str, str] = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}
STANDARD_VARIABLES: Mapping[str, Callable[[Environment], Items]] = {
    "context": lambda environment: [environment.start],
    "resource": lambda environment: [environment.resource],
    "rootResource": lambda environment: [environment.root],
    "ucum": lambda _: ["http://unitsofmeasure.org"],
    "sct": lambda _: ["http://snomed.info/sct"],
    "loinc": lambda _: ["http://loinc.org"],
}


class Descending:
    """A key of `sort()` that was written with a minus: the step of the key itself, to be put in falling order."""

    __slots__ = ("_step",)

    def __init__(self, step: Step) -> None:
        self._step = step

    def __call__(self, scope: Scope) -> Items:
        """The key."""
        return self._step(scope)


class Call:
    """One invocation of a function: the collection it is invoked on and its arguments, evaluated when asked for."""

    __slots__ = ("arguments", "items", "name", "scope")

    def __init__(self, scope: Scope, items: Items, *, name: str, arguments: tuple[Step, ...]) -> None:
        self.scope = scope
        self.items = items
        self.name = name
        self.arguments = arguments

    def argument(self, position: int) -> Items:
        """An argument evaluated on the `$this` around the call; empty when it wasn't given."""
        return self.arguments[position](self.scope) if position < len(self.arguments) else []

    def each(self, position: int = 0) -> Iterator[tuple[Item, Items]]:
        """Each input item with the argument evaluated on it, `$this` and `$index` set."""
        step, scope = self.arguments[position], self.scope
        scope.environment.spend(_COST_OF_AN_ITERATION * len(self.items))
        for index, item in enumerate(self.items):
            yield item, step(scope.inner([item], index=index))

    def each_condition(self, position: int = 0) -> Iterator[tuple[Item, bool | None]]:
        """Each input item with the argument as a condition on it."""
        for item, found in self.each(position):
            yield item, boolean(found)

    def value(self) -> Any:
        """The System value of the input's only item; None when empty or without a value. Raises NotSingleError."""
        return single_value(self.items)

    def text(self) -> str | None:
        """The input as a String. Raises NotSingleError, WrongTypeError."""
        return self._as_text(self.value())

    def number(self) -> Any:
        """The input as a number. Raises NotSingleError, WrongTypeError."""
        return self._as_number(self.value())

    def text_argument(self, position: int) -> str | None:
        """An argument as a String. Raises NotSingleError, WrongTypeError."""
        return self._as_text(single_value(self.argument(position)))

    def number_argument(self, position: int) -> Any:
        """An argument as a number. Raises NotSingleError, WrongTypeError."""
        return self._as_number(single_value(self.argument(position)))

    def integer_argument(self, position: int) -> int | None:
        """An argument as an Integer. Raises NotSingleError, WrongTypeError."""
        value = single_value(self.argument(position))
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self.wrong(value)

    def wrong(self, value: Any) -> FHIRPathError:
        """The complaint that `value` is of a type the function doesn't take."""
        return WrongTypeError(operation=f"{self.name}()", found=system_name(value) or "complex")

    def _as_text(self, value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(value)

    def _as_number(self, value: Any) -> Any:
        if value is None or is_number(value):
            return value
        raise self.wrong(value)
