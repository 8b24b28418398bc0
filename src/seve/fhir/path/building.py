"""From the syntax tree to steps: closures that take a scope and give a collection. The general way to evaluate, for any item."""

from __future__ import annotations

from collections.abc import Callable

from seve.fhir.path.errors import FHIRPathError, UnknownNameError, WrongArgumentsError
from seve.fhir.path.evaluation import Call, Descending, Scope, Step
from seve.fhir.path.functions import FUNCTIONS
from seve.fhir.path.model import is_resource, is_subtype, named
from seve.fhir.path.operators import BINARY, signed
from seve.fhir.path.quantity import Quantity
from seve.fhir.path.syntax import (
    Binary,
    Constant,
    Expression,
    Indexed,
    Invocation,
    Member,
    Nothing,
    Signed,
    Special,
    TypeOperation,
    Variable,
    qualified_name,
    walk,
)
from seve.fhir.path.types import TypeSpecifier, type_specifier
from seve.fhir.path.values import Item, Items, Node, TypeInfo, single, single_value

_TYPE_FUNCTIONS = frozenset(("is", "as", "ofType"))
_TAKES_TYPE_NAME = frozenset(("getReferenceKey",))


class Builder:
    """Builds the steps of one expression; `source` is its text, to name places in complaints. Strictly, `as` takes one item."""

    def __init__(self, source: str, *, is_strict: bool = False) -> None:
        self._source = source
        self._is_strict = is_strict

    def step(self, expression: Expression) -> Step:
        """The step for an expression. Raises UnknownNameError and WrongArgumentsError for what no evaluation could mend."""
        match expression:
            case Constant(value=value):
                return lambda _: [value]
            case Nothing():
                return lambda _: []
            case Special():
                return _special(expression.name)
            case Variable():
                return self._located(_variable(expression.name), expression.at)
            case Member():
                return self._member(expression)
            case Invocation():
                return self._invocation(expression)
            case _:
                return self._located(self._operation(expression), expression.at)

    def _operation(self, expression: Expression) -> Step:
        match expression:
            case Binary():
                left, right = self._apart(expression.left), self._apart(expression.right)
                return BINARY[expression.operator](left, right)
            case Signed():
                return signed(self.step(expression.operand), is_negative=expression.sign == "-")
            case Indexed():
                return _indexed(self.step(expression.source), self._apart(expression.index))
            case TypeOperation():
                specifier = self._specifier(expression.type_name, expression.at)
                return self._cast(expression.operator, self.step(expression.operand), specifier=specifier)
            case _:
                raise AssertionError(expression)

    def _apart(self, expression: Expression) -> Step:
        """The step of an operand or argument, whose variables are its own."""
        step = self.step(expression)
        if any(isinstance(part, Invocation) and part.name == "defineVariable" for part, _ in walk(expression)):
            return lambda scope: step(scope.fork())
        return step

    def _member(self, member: Member) -> Step:
        if member.source is None:
            return _head(member.name)
        return _path(self.step(member.source), member.name)

    def _invocation(self, invocation: Invocation) -> Step:
        source = _this if invocation.source is None else self.step(invocation.source)
        if invocation.name in _TYPE_FUNCTIONS:
            return self._located(self._type_function(invocation, source), invocation.at)
        known = FUNCTIONS.get(invocation.name)
        if known is None:
            raise UnknownNameError(kind="function", name=f"{invocation.name}()").located(self._source, invocation.at)
        if not known.minimum <= len(invocation.arguments) <= known.maximum:
            raise WrongArgumentsError(name=f"{invocation.name}()").located(self._source, invocation.at)
        arguments = tuple(self._argument(invocation, argument) for argument in invocation.arguments)
        name, implementation = invocation.name, known.implementation

        def step(scope: Scope) -> Items:
            return implementation(Call(scope, source(scope), name=name, arguments=arguments))

        return self._located(step, invocation.at)

    def _argument(self, invocation: Invocation, argument: Expression) -> Step:
        if invocation.name == "sort":
            return self._sort_key(argument)
        name = qualified_name(argument) if invocation.name in _TAKES_TYPE_NAME else None
        if name is None:
            return self._apart(argument)
        local = self._specifier(name, invocation.at).name
        return lambda _: [local]

    def _sort_key(self, expression: Expression) -> Step:
        if isinstance(expression, Signed) and expression.sign == "-":
            return Descending(self._apart(expression.operand))
        return self._apart(expression)

    def _type_function(self, invocation: Invocation, source: Step) -> Step:
        name = qualified_name(invocation.arguments[0]) if len(invocation.arguments) == 1 else None
        if name is None:
            raise WrongArgumentsError(name=f"{invocation.name}()").located(self._source, invocation.at)
        return self._cast(invocation.name, source, specifier=self._specifier(name, invocation.at))

    def _cast(self, operator: str, operand: Step, *, specifier: TypeSpecifier) -> Step:
        if operator == "as" and self._is_strict:
            return lambda scope: [
                item for item in (single(operand(scope)),) if item is not None and specifier.gives(item)
            ]
        return _type_operation(operator, operand, specifier=specifier)

    def _specifier(self, name: str, at: int) -> TypeSpecifier:
        try:
            return type_specifier(name)
        except FHIRPathError as error:
            raise error.located(self._source, at) from None

    def _located(self, step: Step, at: int) -> Step:
        source = self._source

        def located(scope: Scope) -> Items:
            try:
                return step(scope)
            except FHIRPathError as error:
                raise error.located(source, at) from None

        return located


def _this(scope: Scope) -> Items:
    return scope.this


def _special(name: str) -> Step:
    specials: dict[str, Step] = {
        "$this": _this,
        "$index": lambda scope: [] if scope.index is None else [scope.index],
        "$total": lambda scope: scope.total or [],
    }
    return specials[name]


def _variable(name: str) -> Step:
    return lambda scope: scope.variable(name)


def _path(source: Step, name: str) -> Step:
    def step(scope: Scope) -> Items:
        found: Items = []
        items = source(scope)
        for item in items:
            found += named(item, name) if type(item) is Node else _property(item, name)
        scope.environment.spend(len(found) + 1)
        return found

    return step


def _head(name: str) -> Step:
    """A name at the head of a path: the type of `$this`, or one of its elements."""
    navigate = _path(_this, name)
    if not name[:1].isupper():
        return navigate  # `code` is an element, whatever type $this has

    def step(scope: Scope) -> Items:
        found = [item for item in scope.this if type(item) is Node and _is_a(item, name)]
        return found or navigate(scope)

    return step


def _is_a(node: Node, name: str) -> bool:
    if node.type == name:
        return True
    if not node.type:
        return isinstance(node.value, dict) and node.value.get("resourceType") == name
    return is_resource(name) and is_subtype(node.type, name)


_PROPERTIES: dict[tuple[type, str], Callable[[Item], Item]] = {
    (TypeInfo, "namespace"): lambda item: item.namespace,
    (TypeInfo, "name"): lambda item: item.name,
    (TypeInfo, "baseType"): lambda item: item.base,
    (Quantity, "value"): lambda item: item.value,
    (Quantity, "unit"): lambda item: item.unit,
    (Quantity, "code"): lambda item: item.unit,
}


def _property(item: Item, name: str) -> Items:
    reader = _PROPERTIES.get((type(item), name))
    return [] if reader is None else [reader(item)]


def _indexed(source: Step, index: Step) -> Step:
    def step(scope: Scope) -> Items:
        items, position = source(scope), single_value(index(scope))
        if position is None:
            return []
        if type(position) is bool or not isinstance(position, int):
            raise WrongArgumentsError(name="[]")
        return [items[position]] if 0 <= position < len(items) else []

    return step


def _type_operation(operator: str, operand: Step, *, specifier: TypeSpecifier) -> Step:
    if operator != "is":
        # `as` on several items filters, as R4's own search parameters and dom-3 need.
        return lambda scope: [item for item in operand(scope) if specifier.gives(item)]

    def step(scope: Scope) -> Items:
        item = single(operand(scope))
        return [] if item is None else [specifier.matches(item)]

    return step
