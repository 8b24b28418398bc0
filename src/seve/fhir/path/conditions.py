"""Generated code for what gives a Boolean or a number: logic, comparison, and the functions that test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from seve.fhir.path.code import (
    TEXTS,
    WHOLE_NUMBERS,
    Condition,
    Literal,
    Number,
    Unsupported,
    Values,
    certain,
    uncertain,
)
from seve.fhir.path.errors import BadValueError
from seve.fhir.path.functions.strings import pattern
from seve.fhir.path.model import is_primitive
from seve.fhir.path.syntax import Binary, Constant, Expression, Invocation

_NUMBERS = WHOLE_NUMBERS | {"decimal"}
BOOLEAN = frozenset(("boolean",))
_XHTML = frozenset(("xhtml",))
_MOMENTS = frozenset(("date", "dateTime", "instant", "time"))
_PYTHON = {"=": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_TESTS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda found: found < 0,
    ">": lambda found: found > 0,
    "<=": lambda found: found <= 0,
    ">=": lambda found: found >= 0,
}
_IN_ORDER = frozenset(_TESTS)


class Writer(Protocol):
    """What these functions need of the writer of the code."""

    def constant(self, value: Any) -> str:
        """The name under which the code finds a value."""
        ...

    def piece(self, expression: Expression, this: Values) -> Any:
        """The code for an expression."""
        ...

    def values(self, expression: Expression | None, this: Values) -> Values:
        """The code for a collection."""
        ...

    def truth(self, expression: Expression, this: Values) -> str:
        """The code for a condition."""
        ...

    def loop(self, source: Values) -> tuple[str, Values]:
        """A loop variable over a collection."""
        ...


def condition_of(piece: Any) -> Condition:
    """A piece as a condition. Raises Unsupported for what may not be a single Boolean."""
    if isinstance(piece, Condition):
        return piece
    if isinstance(piece, Literal) and isinstance(piece.value, bool):
        return certain(str(piece.value))
    if isinstance(piece, Values) and piece.is_one and piece.types == BOOLEAN:
        return uncertain(piece.text)
    raise Unsupported


def negation(condition: Condition) -> Condition:
    """`not()`."""
    if condition.is_certain:
        return certain(f"(not {condition.truth})")
    return Condition(f"({condition.three} is False)", f"negated({condition.three})", is_certain=False)


def combined(operator: str, left: Any, right: Any) -> Condition:
    """`and`, `or`, `xor`, `implies`; Python's own operators wherever one side can't be empty."""
    one, other = condition_of(left), condition_of(right)
    if operator == "implies":
        return _implied(one, other)
    if operator == "xor":
        text = f"exactly_one({one.three}, {other.three})"
        both = one.is_certain and other.is_certain
        return certain(f"({one.truth} is not {other.truth})") if both else uncertain(text)
    truth = f"({one.truth} {operator} {other.truth})"
    if one.is_certain:
        return Condition(truth, f"({one.truth} {operator} {other.three})", is_certain=other.is_certain)
    if other.is_certain:
        return Condition(truth, f"({other.truth} {operator} {one.three})", is_certain=False)
    name = "both" if operator == "and" else "either"
    return Condition(truth, f"{name}({one.three}, {other.three})", is_certain=False)


def _implied(one: Condition, other: Condition) -> Condition:
    if one.is_certain:
        return Condition(
            f"(not {one.truth} or {other.truth})",
            f"(not {one.truth} or {other.three})",
            is_certain=other.is_certain,
        )
    not_one = negation(one)
    truth = f"({not_one.truth} or {other.truth})"
    if other.is_certain:
        return Condition(truth, f"({other.truth} or {not_one.three})", is_certain=False)
    return Condition(truth, f"either({not_one.three}, {other.three})", is_certain=False)


def binary_condition(writer: Writer, expression: Binary, this: Values) -> Any:
    """Comparison, membership, and sums of counts. Raises Unsupported."""
    if expression.operator == "in":
        return _membership(writer, expression, this)
    left, right = writer.piece(expression.left, this), writer.piece(expression.right, this)
    if isinstance(left, Number) or isinstance(right, Number):
        return _on_numbers(expression.operator, left, right)
    if isinstance(left, Condition) and isinstance(right, Condition):
        return _same_truth(expression.operator, left, right)
    if expression.operator in {"=", "!="}:
        return _equality(expression.operator, left, right)
    if expression.operator in _IN_ORDER:
        return _ordering(writer, expression.operator, left, right)
    raise Unsupported


def _number(piece: Any) -> str:
    if isinstance(piece, Number):
        return piece.text
    if isinstance(piece, Literal) and type(piece.value) is int:
        return piece.name
    raise Unsupported


def _on_numbers(operator: str, left: Any, right: Any) -> Any:
    one, other = _number(left), _number(right)
    if operator == "+":
        return Number(f"({one} + {other})")
    if operator in _PYTHON:
        return certain(f"({one} {_PYTHON[operator]} {other})")
    raise Unsupported


def _same_truth(operator: str, left: Condition, right: Condition) -> Condition:
    if operator not in {"=", "!="}:
        raise Unsupported
    if left.is_certain and right.is_certain:
        return certain(f"({left.truth} {_PYTHON[operator]} {right.truth})")
    name = "equals" if operator == "=" else "differs"
    return uncertain(f"{name}({left.three}, {right.three})")


def _kind(piece: Any) -> str:
    """What a piece is compared as. Raises Unsupported for what the general engine must convert."""
    if isinstance(piece, Literal):
        kinds: dict[type, str] = {str: "text", bool: "boolean", int: "number", Decimal: "number"}
        return kinds.get(type(piece.value)) or _raise_unsupported()
    if not isinstance(piece, Values) or not piece.types:
        raise Unsupported
    for kind, types in (("text", TEXTS), ("boolean", BOOLEAN), ("number", _NUMBERS), ("moment", _MOMENTS)):
        if piece.types <= types:
            return kind
    raise Unsupported


def _raise_unsupported() -> str:
    raise Unsupported


def _equality(operator: str, left: Any, right: Any) -> Condition:
    kind = _kind(left)
    if kind != _kind(right) or kind == "moment":
        raise Unsupported
    one, other = (piece.name if isinstance(piece, Literal) else piece.text for piece in (left, right))
    if isinstance(right, Values) and not right.is_one:
        raise Unsupported
    if isinstance(left, Values) and not left.is_one:
        text = f"equals_only({left.text}, {other})"
        return uncertain(text if operator == "=" else f"negated({text})")
    three = f"{'equals' if operator == '=' else 'differs'}({one}, {other})"
    is_quick = operator == "=" and isinstance(right, Literal)
    return Condition(f"({one} == {other})" if is_quick else f"({three} is True)", three, is_certain=False)


def _ordering(writer: Writer, operator: str, left: Any, right: Any) -> Condition:
    kind = _kind(left)
    if kind != _kind(right) or kind not in {"number", "moment"}:
        raise Unsupported
    if any(isinstance(piece, Values) and not piece.is_one for piece in (left, right)):
        raise Unsupported
    one, other = (piece.name if isinstance(piece, Literal) else piece.text for piece in (left, right))
    types = tuple(piece.only_type if isinstance(piece, Values) else "" for piece in (left, right))
    return uncertain(f"compared({one}, {other}, {types!r}, {writer.constant(_TESTS[operator])})")


def _membership(writer: Writer, expression: Binary, this: Values) -> Condition:
    item = writer.values(expression.left, this)
    constants = frozenset(_constants(expression.right))
    if not item.is_one or not item.types or not item.types <= TEXTS:
        raise Unsupported
    return uncertain(f"within({item.text}, {writer.constant(constants)})")


def _constants(expression: Expression) -> list[str]:
    match expression:
        case Constant(value=str() as value):
            return [value]
        case Binary(operator="|", left=left, right=right):
            return _constants(left) + _constants(right)
        case _:
            raise Unsupported


def call_condition(writer: Writer, invocation: Invocation, this: Values) -> Any:
    """A function that gives a Boolean or a count. Raises Unsupported."""
    write = _CALLS.get(invocation.name)
    if write is None:
        raise Unsupported
    return write(writer, invocation, this)


def _exists(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = writer.values(invocation.source, this)
    if not invocation.arguments:
        return certain(source.exists)
    name, inner = writer.loop(source)
    return certain(f"any({writer.truth(invocation.arguments[0], inner)} for {name} in {source.each})")


def _empty(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    return certain(f"(not {writer.values(invocation.source, this).exists})")


def _all(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = writer.values(invocation.source, this)
    name, inner = writer.loop(source)
    return certain(f"all({writer.truth(invocation.arguments[0], inner)} for {name} in {source.each})")


def _not(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = this if invocation.source is None else writer.piece(invocation.source, this)
    return negation(condition_of(source))


def _count(writer: Writer, invocation: Invocation, this: Values) -> Number:
    match invocation.source:
        case Invocation(name="children", source=None):
            return Number(f"children_count({this.text}, {'S' if this.text == 'V' else None})")
        case source:
            found = writer.values(source, this)
            if not found.count:
                raise Unsupported
            return Number(found.count)


def _has_value(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = writer.values(invocation.source, this)
    if not source.is_one or not source.types:
        raise Unsupported
    if all(is_primitive(type_name) for type_name in source.types):
        return certain(f"({source.text} is not None)")
    if any(is_primitive(type_name) for type_name in source.types):
        raise Unsupported
    return certain("False")


def _is_distinct(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = writer.values(invocation.source, this)
    if not source.types or not source.types <= TEXTS:
        raise Unsupported
    return certain(f"are_distinct([*{source.each}])")


def _html_checks(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = writer.values(invocation.source, this)
    if source.types != _XHTML or not source.is_one:
        raise Unsupported
    return certain(f"is_narrative({source.text})")


def _text_test(writer: Writer, invocation: Invocation, this: Values) -> Condition:
    source = writer.values(invocation.source, this)
    argument = invocation.arguments[0]
    if not isinstance(argument, Constant) or not isinstance(argument.value, str) or len(invocation.arguments) > 1:
        raise Unsupported
    if not source.is_one or not source.types or not source.types <= TEXTS:
        raise Unsupported
    test = _TEXT_TESTS[invocation.name](argument.value)
    return uncertain(f"tested({source.text}, {writer.constant(test)})")


def _matcher(source: str) -> Callable[[str], bool]:
    try:
        search = pattern(source).search
    except BadValueError:
        raise Unsupported from None
    return lambda text: search(text) is not None


_TEXT_TESTS: Mapping[str, Callable[[str], Callable[[str], bool]]] = {
    "matches": _matcher,
    "startsWith": lambda part: lambda text: text.startswith(part),
    "endsWith": lambda part: lambda text: text.endswith(part),
    "contains": lambda part: lambda text: part in text,
}
_CALLS: Mapping[str, Callable[[Writer, Invocation, Values], Any]] = {
    "exists": _exists,
    "empty": _empty,
    "all": _all,
    "not": _not,
    "count": _count,
    "hasValue": _has_value,
    "isDistinct": _is_distinct,
    "htmlChecks": _html_checks,
    **dict.fromkeys(_TEXT_TESTS, _text_test),
}
