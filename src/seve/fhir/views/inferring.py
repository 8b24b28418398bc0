"""The FHIR types that an expression may give: those of elements by R4's definitions, those of functions by their results."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from seve.fhir.path import Compiled, Date, DateTime, Quantity, Time
from seve.fhir.path.syntax import (
    Binary,
    Constant,
    Expression,
    Indexed,
    Invocation,
    Signed,
    TypeOperation,
    Variable,
)
from seve.fhir.path.typing import Types, result_types
from seve.fhir.views.kinds import normal

_BOOLEAN = frozenset(("boolean",))
_INTEGER = frozenset(("integer",))
_STRING = frozenset(("string",))
_DECIMAL = frozenset(("decimal",))
_NUMBERS = frozenset(("integer", "positiveInt", "unsignedInt", "decimal"))
_OF_VALUES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    Decimal: "decimal",
    str: "string",
    Date: "date",
    DateTime: "dateTime",
    Time: "time",
    Quantity: "Quantity",
}
_TESTS = frozenset(("=", "!=", "~", "!~", "<", ">", "<=", ">=", "and", "or", "xor", "implies", "in", "contains"))
_RESULTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("exists", "empty", "not", "all", "allTrue", "anyTrue", "allFalse", "anyFalse", "hasValue", "hasExtension"),
        _BOOLEAN,
    ),
    **dict.fromkeys(
        ("startsWith", "endsWith", "contains", "matches", "matchesFull", "isDistinct", "subsetOf", "supersetOf"),
        _BOOLEAN,
    ),
    **dict.fromkeys(("memberOf", "subsumes", "subsumedBy", "conformsTo", "toBoolean", "is"), _BOOLEAN),
    **dict.fromkeys(("count", "length", "indexOf", "lastIndexOf", "toInteger", "precision"), _INTEGER),
    **dict.fromkeys(("join", "upper", "lower", "trim", "substring", "replace", "replaceMatches", "toString"), _STRING),
    **dict.fromkeys(("getResourceKey", "getReferenceKey", "split", "toChars", "encode", "decode"), _STRING),
    **dict.fromkeys(("toDecimal", "sqrt", "exp", "ln", "log"), _DECIMAL),
    "toDate": frozenset(("date",)),
    "toDateTime": frozenset(("dateTime",)),
    "toTime": frozenset(("time",)),
    "toQuantity": frozenset(("Quantity",)),
}
_KEEPING = frozenset(("where", "first", "last", "tail", "skip", "take", "single", "trace", "distinct", "sort"))
_BOUNDARIES = frozenset(("lowBoundary", "highBoundary"))
_BOUNDED = {"instant": "dateTime", "Period": "dateTime", "integer": "decimal"}


def inferred(compiled: Compiled) -> Types:
    """The types of an expression's items, System types under their FHIR names; None when they can't be told."""
    if compiled.root_type is None:
        return _apart(compiled.tree)
    found = _Inferring(compiled.expression, compiled.root_type).of(compiled.tree)
    return None if found is None else frozenset(normal(name) for name in found)


def _apart(tree: Expression) -> Types:
    """What can be told without knowing the input."""
    match tree:
        case Constant() | Binary() | Invocation() | TypeOperation():
            return _Inferring("", None).of(tree)
        case _:
            return None


class _Inferring:
    def __init__(self, source: str, root_type: str | None) -> None:
        self._source = source
        self._root_type = root_type

    def of(self, tree: Expression) -> Types:
        match tree:
            case Constant(value=value):
                return _one(_OF_VALUES.get(type(value)))
            case Variable(name="rowIndex"):
                return _INTEGER
            case Signed(operand=operand) | Indexed(source=operand):
                return self.of(operand)
            case Binary():
                return self._binary(tree)
            case TypeOperation(operator="is"):
                return _BOOLEAN
            case Invocation():
                return self._invocation(tree)
            case _:
                return self._elements(tree)

    def _elements(self, tree: Expression) -> Types:
        if self._root_type is None:
            return None
        return result_types(tree, source=self._source, root_type=self._root_type)

    def _binary(self, tree: Binary) -> Types:
        if tree.operator in _TESTS:
            return _BOOLEAN
        if tree.operator == "&":
            return _STRING
        left, right = self.of(tree.left), self.of(tree.right)
        if tree.operator == "|":
            return None if left is None or right is None else left | right
        return _arithmetic(tree.operator, left, right)

    def _invocation(self, tree: Invocation) -> Types:
        if tree.name in _RESULTS:
            return _RESULTS[tree.name]
        if tree.name in _BOUNDARIES and tree.source is not None:
            found = self.of(tree.source)
            return None if found is None else frozenset(_BOUNDED.get(normal(name), name) for name in found)
        if tree.name in _KEEPING and tree.source is not None:
            return self.of(tree.source)
        if tree.name == "iif" and tree.source is None:
            return self._choice(tree.arguments[1:])
        return self._elements(tree)

    def _choice(self, options: tuple[Expression, ...]) -> Types:
        found: frozenset[str] = frozenset()
        for option in options:
            types = self.of(option)
            if types is None:
                return None
            found |= types
        return found


def _one(name: str | None) -> Types:
    return None if name is None else frozenset((name,))


def _arithmetic(operator: str, left: Types, right: Types) -> Types:
    if left is None or right is None:
        return None
    both = frozenset(normal(name) for name in left | right)
    if not both <= _NUMBERS:
        return _STRING if operator == "+" and both == _STRING else None
    if operator == "/":
        return _DECIMAL
    return _DECIMAL if "decimal" in both and operator != "div" else _INTEGER
