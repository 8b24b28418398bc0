"""The syntax tree of an expression. `at` is the offset of the token that a complaint would name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

Operator: TypeAlias = Literal[
    "implies", "or", "xor", "and", "in", "contains", "=", "~", "!=", "!~", "<", ">", "<=", ">=", "|", "+", "-", "&",
    "*", "/", "div", "mod",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: bool, int, Long, Decimal, str, Date, DateTime, Time or Quantity."""

    value: Any
    at: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """`{}`."""

    at: int


@dataclass(frozen=True, slots=True)
class Variable:
    """`%name`."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Special:
    """A word of the language: `$this`, `$index` or `$total`."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Member:
    """An element by name. `source` is None at the head of a path, where a type name may stand too."""

    source: Expression | None
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function call. `source` is None at the head of a path: the function is then invoked on `$this`."""

    source: Expression | None
    name: str
    arguments: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """`source[index]`."""

    source: Expression
    index: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Signed:
    """`+x` or `-x`."""

    sign: Literal["+", "-"]
    operand: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: Operator
    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, slots=True)
class TypeOperation:
    """`operand is Type` or `operand as Type`."""

    operator: Literal["is", "as"]
    operand: Expression
    type_name: str
    at: int


Expression: TypeAlias = (
    Constant | Nothing | Variable | Special | Member | Invocation | Indexed | Signed | Binary | TypeOperation
)


def parts(expression: Expression) -> Iterator[Expression]:
    """The direct sub-expressions, in the order they're evaluated."""
    match expression:
        case Member(source=source) if source is not None:
            yield source
        case Invocation(source=source, arguments=arguments):
            if source is not None:
                yield source
            yield from arguments
        case Indexed(source=source, index=index):
            yield source
            yield index
        case Signed(operand=operand) | TypeOperation(operand=operand):
            yield operand
        case Binary(left=left, right=right):
            yield left
            yield right
        case _:
            pass


def walk(expression: Expression) -> Iterator[tuple[Expression, int]]:
    """Every sub-expression with its depth, without recursion."""
    waiting = [(expression, 1)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting.extend((part, depth + 1) for part in parts(current))


def rewritten(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The tree with every sub-expression replaced by what `change` makes of it, the innermost first."""
    match expression:
        case Member(source=source) if source is not None:
            expression = replace(expression, source=rewritten(source, change))
        case Invocation(source=source, arguments=arguments):
            expression = replace(
                expression,
                source=None if source is None else rewritten(source, change),
                arguments=tuple(rewritten(argument, change) for argument in arguments),
            )
        case Indexed(source=source, index=index):
            expression = replace(expression, source=rewritten(source, change), index=rewritten(index, change))
        case Signed(operand=operand) | TypeOperation(operand=operand):
            expression = replace(expression, operand=rewritten(operand, change))
        case Binary(left=left, right=right):
            expression = replace(expression, left=rewritten(left, change), right=rewritten(right, change))
        case _:
            pass
    return change(expression)


def qualified_name(expression: Expression) -> str | None:
    """`FHIR.Patient` when the expression is nothing but a name, possibly qualified: how types stand in arguments."""
    match expression:
        case Member(source=None, name=name):
            return name
        case Member(source=Member(source=None, name=namespace), name=name):
            return f"{namespace}.{name}"
        case _:
            return None
