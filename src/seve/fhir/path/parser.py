"""From tokens to the syntax tree: precedence climbing over the grammar of FHIRPath N1."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, cast

from seve.fhir.path.errors import ExpressionTooLargeError, FHIRPathSyntaxError
from seve.fhir.path.quantity import CALENDAR_UNITS, Quantity
from seve.fhir.path.syntax import (
    Binary,
    Constant,
    Expression,
    Indexed,
    Invocation,
    Member,
    Nothing,
    Operator,
    Signed,
    Special,
    TypeOperation,
    Variable,
    walk,
)
from seve.fhir.path.temporal import literal
from seve.fhir.path.tokens import Token, tokens
from seve.fhir.path.values import Long

if TYPE_CHECKING:
    from collections.abc import Callable

MAXIMUM_DEPTH = 200
_MOST_DIGITS = 60
_LONG_DIGITS = 19
_LEVELS: dict[str, int] = {
    "implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "~": 5, "!=": 5, "!~": 5,
    "<": 6, ">": 6, "<=": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9, "*": 10, "/": 10, "div": 10,
    "mod": 10,
}  # fmt: skip
_UNARY_LEVEL = 11
_WORDS = frozenset(("implies", "or", "xor", "and", "in", "contains", "is", "as", "div", "mod"))
_NAMES_TOO = frozenset(("in", "contains", "is", "as"))
_SPECIALS = frozenset(("$this", "$index", "$total"))


def parse(source: str) -> Expression:
    """The syntax tree of an expression. Raises FHIRPathSyntaxError with the line and column of the wrong token."""
    parser = _Parser(source)
    try:
        expression = parser.expression(0)
    except RecursionError:
        raise ExpressionTooLargeError(limit=MAXIMUM_DEPTH).located(source, 0) from None
    parser.expect_end()
    for part, depth in walk(expression):
        if depth > MAXIMUM_DEPTH:
            raise ExpressionTooLargeError(limit=MAXIMUM_DEPTH).located(source, part.at)
    return expression


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokens(source)
        self._position = 0
        self._depth = 0

    def expression(self, level: int) -> Expression:
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise ExpressionTooLargeError(limit=MAXIMUM_DEPTH).located(self._source, self._current.at)
        left = self._unary()
        while (found := self._operator_level()) > level:
            left = self._binary(left, found)
        self._depth -= 1
        return left

    def expect_end(self) -> None:
        if self._current.kind != "end":
            raise self._unexpected()

    @property
    def _current(self) -> Token:
        return self._tokens[self._position]

    def _next(self) -> Token:
        token = self._current
        self._position += 1
        return token

    def _is(self, symbol: str) -> bool:
        return self._current.kind == "symbol" and self._current.text == symbol

    def _take(self, symbol: str) -> bool:
        if self._is(symbol):
            self._position += 1
            return True
        return False

    def _expect(self, symbol: str) -> None:
        if not self._take(symbol):
            raise self._unexpected()

    def _unexpected(self) -> FHIRPathSyntaxError:
        token = self._current
        return FHIRPathSyntaxError(token=token.text or "∎").located(self._source, token.at)

    def _operator_level(self) -> int:
        token = self._current
        if token.kind == "symbol" or (token.kind == "name" and token.text in _WORDS):
            return _LEVELS.get(token.text, 0)
        return 0

    def _binary(self, left: Expression, level: int) -> Expression:
        token = self._next()
        if token.text in {"is", "as"}:
            return TypeOperation(cast("Literal['is', 'as']", token.text), left, self._type_name(), token.at)
        return Binary(cast("Operator", token.text), left, self.expression(level), token.at)

    def _type_name(self) -> str:
        name = self._name()
        return f"{name}.{self._name()}" if self._take(".") else name

    def _unary(self) -> Expression:
        token = self._current
        if token.kind == "symbol" and token.text in {"+", "-"}:
            self._next()
            return Signed(cast("Literal['+', '-']", token.text), self.expression(_UNARY_LEVEL - 1), token.at)
        return self._path()

    def _path(self) -> Expression:
        found = self._term()
        while True:
            at = self._current.at
            if self._take("."):
                found = self._invocation(found)
            elif self._take("["):
                found = Indexed(found, self.expression(0), at)
                self._expect("]")
            else:
                return found

    def _term(self) -> Expression:
        token = self._current
        if token.kind == "symbol":
            return self._bracketed(token)
        reader = self._literals.get(token.kind)
        if reader is not None:
            self._next()
            return reader(self, token)
        if token.text in {"true", "false"} and token.kind == "name":
            self._next()
            return Constant(token.text == "true", token.at)
        return self._invocation(None)

    def _bracketed(self, token: Token) -> Expression:
        if self._take("("):
            inner = self.expression(0)
            self._expect(")")
            return inner
        if self._take("{"):
            self._expect("}")
            return Nothing(token.at)
        raise self._unexpected()

    def _invocation(self, source: Expression | None) -> Expression:
        token = self._current
        if token.kind == "name" and token.text in _SPECIALS:
            if source is not None:
                raise self._unexpected()
            self._next()
            return Special(token.text, token.at)
        name = self._name()
        if self._take("("):
            return Invocation(source, name, self._arguments(), token.at)
        return Member(source, name, token.at)

    def _name(self) -> str:
        token = self._current
        is_word = token.text in _WORDS and token.text not in _NAMES_TOO
        if token.kind == "quoted" or (token.kind == "name" and not is_word and token.text[0] != "$"):
            return self._next().text
        raise self._unexpected()

    def _arguments(self) -> tuple[Expression, ...]:
        if self._take(")"):
            return ()
        found = [self.expression(0)]
        while self._take(","):
            found.append(self.expression(0))
        self._expect(")")
        return tuple(found)

    def _number(self, token: Token) -> Expression:
        if len(token.text) > _MOST_DIGITS:
            raise ExpressionTooLargeError(limit=_MOST_DIGITS).located(self._source, token.at)
        unit = self._current
        if unit.kind == "string":
            self._next()
            return Constant(Quantity(Decimal(token.text), unit.text), token.at)
        if unit.kind == "name" and unit.text in CALENDAR_UNITS:
            self._next()
            return Constant(Quantity(Decimal(token.text), CALENDAR_UNITS[unit.text], is_calendar=True), token.at)
        return Constant(Decimal(token.text) if "." in token.text else int(token.text), token.at)

    def _text(self, token: Token) -> Expression:
        return Constant(token.text, token.at)

    def _long(self, token: Token) -> Expression:
        if len(token.text) > _LONG_DIGITS:
            raise ExpressionTooLargeError(limit=_LONG_DIGITS).located(self._source, token.at)
        return Constant(Long(token.text), token.at)

    def _variable(self, token: Token) -> Expression:
        return Variable(token.text, token.at)

    def _moment(self, token: Token) -> Expression:
        value = literal(token.text)
        if value is None:
            raise FHIRPathSyntaxError(token=token.text).located(self._source, token.at)
        return Constant(value, token.at)

    _literals: dict[str, Callable[[_Parser, Token], Expression]] = {  # noqa: RUF012 - a private dispatch table, never written
        "string": _text,
        "number": _number,
        "long": _long,
        "variable": _variable,
        "date": _moment,
        "time": _moment,
    }
