"""Comparison and arithmetic in SQL, exact as FHIRPath's: whole numbers of 32 bits, decimals of 28 digits.

What is read of a decimal has at most six digits before the point and nine after it (`touched`), so that sums are exact in a
DECIMAL of nine places, and products too where each side has eight places at most.
"""

from __future__ import annotations

import re

from seve.lake.schema import DECIMAL_SQL
from seve.lake.sql.pieces import Many, One, Piece, kind, length, value
from seve.lake.sql.refusals import OutsideError

_NUMBERS = frozenset(("integer", "decimal"))
_FACTOR = "DECIMAL(19, 8)"  # DuckDB keeps a product of narrower ones in 64 bits, where it overflows
_LONG_FACTOR = r"(NOT regexp_full_match({}, '-?[0-9]{{1,6}}(?:\.[0-9]{{1,8}})?'))"
_LARGE = "({} NOT BETWEEN -2147483648 AND 2147483647)"
_SHORT_LITERAL = re.compile(rf"-?\d{{1,6}}(?:\.\d{{1,8}})?::{re.escape(DECIMAL_SQL)}")
_LITERAL = re.compile(rf"-?\d{{1,6}}(?:\.\d{{1,9}})?::{re.escape(DECIMAL_SQL)}")
_BILLION = 1_000_000_000


def compared(operator: str, left: Piece, right: Piece) -> One:
    """`=`, `!=` and the order of numbers. Raises OutsideError."""
    kinds = {kind(left.type), kind(right.type)}
    _check_exact(operator, left, right)
    if len(kinds) > 1 and not kinds <= _NUMBERS:
        raise OutsideError(operator)
    if operator not in {"=", "!="} and not kinds <= _NUMBERS:
        raise OutsideError(operator)
    if isinstance(left, One) and isinstance(right, One):
        return _boolean(f"({value(left)} {'<>' if operator == '!=' else operator} {value(right)})")
    if operator not in {"=", "!="} or (isinstance(left, Many) and isinstance(right, Many)):
        raise OutsideError(operator)
    same = _same_as_only(left, right) if isinstance(left, Many) else _same_as_only(right, left)
    return _boolean(same if operator == "=" else f"(NOT {same})")


def _boolean(sql: str) -> One:
    return One(sql, "boolean")


def _check_exact(operator: str, *sides: Piece) -> None:
    if any(isinstance(side, One) and side.is_rounded for side in sides):
        raise OutsideError(operator)


def _same_as_only(many: Piece, one: Piece) -> str:
    """Whether a collection is one value and no more; NULL when either side is empty."""
    assert isinstance(many, Many)
    assert isinstance(one, One)
    first = value(One(f"({many.sql})[1]", many.type, many.touched))
    is_empty = f"{length(many)} = 0 OR {one.sql} IS NULL"
    return f"(CASE WHEN {is_empty} THEN NULL ELSE {length(many)} = 1 AND {first} = {value(one)} END)"


def computed(operator: str, left: Piece, right: Piece) -> One:
    """`+ - * / div mod &`. Raises OutsideError for what isn't exact."""
    if isinstance(left, Many) or isinstance(right, Many):
        raise OutsideError(operator)
    _check_exact(operator, left, right)
    kinds = {kind(left.type), kind(right.type)}
    if operator in {"&", "+"} and kinds == {"text"}:
        return One(f"({_text(left, operator)} || {_text(right, operator)})", "string")
    if not kinds <= _NUMBERS or operator not in {"+", "-", "*", "/", "div", "mod"}:
        raise OutsideError(operator)
    if kinds == {"integer"} and operator != "/":
        return _of_integers(operator, left, right)
    if operator in {"+", "-"}:
        one, other = (f"CAST({value(side)} AS {DECIMAL_SQL})" for side in (left, right))
        return One(f"({one} {operator} {other})", "decimal")
    if operator == "*":
        return One(f"({_factor(left)} * {_factor(right)})", "decimal", is_rounded=True)
    if operator == "/":
        return One(_quotient(_billions(left), _billions(right)), "decimal", is_rounded=True)
    raise OutsideError(operator)


def signed(sign: str, operand: Piece) -> One:
    """`-x` and `+x` of a number. Raises OutsideError."""
    if isinstance(operand, Many) or kind(operand.type) not in _NUMBERS:
        raise OutsideError(sign)
    if sign == "+":
        return operand
    if sign == "-" and _LITERAL.fullmatch(operand.sql) and not operand.sql.startswith("-"):
        return One(f"-{operand.sql}", operand.type)
    return One(f"(-{value(operand)})", kind(operand.type), is_rounded=operand.is_rounded)


def _text(side: One, operator: str) -> str:
    return f"coalesce({side.sql}, '')" if operator == "&" else side.sql


def _of_integers(operator: str, left: One, right: One) -> One:
    """Empty beyond 32 bits and where the divisor is 0."""
    sign = {"div": "//", "mod": "%"}.get(operator, operator)
    one, other = (f"{side.sql}::HUGEINT" for side in (left, right))
    other = f"nullif({other}, 0)" if operator in {"div", "mod"} else other
    return One(f"TRY_CAST(TRY_CAST(({one} {sign} {other}) AS INTEGER) AS BIGINT)", "integer")


def _factor(side: One) -> str:
    """A number as it enters a product: what has more than 14 digits goes to Python. Raises OutsideError for computed decimals."""
    _check_short(side, "*", _SHORT_LITERAL)
    if side.touched is not None:
        side.touched.doubt(_LONG_FACTOR if side.type == "decimal" else _LARGE)
    return f"TRY_CAST({side.sql} AS {_FACTOR})"


def _billions(side: One) -> str:
    """A number in billionths: a whole number without rounding. Raises OutsideError for computed decimals."""
    _check_short(side, "/", _LITERAL)
    if side.touched is not None and side.type != "decimal":
        side.touched.doubt(_LARGE)
    return f"CAST(TRY_CAST({side.sql} AS {DECIMAL_SQL}) * {_BILLION}::HUGEINT AS HUGEINT)"


def _check_short(side: One, operator: str, literal: re.Pattern[str]) -> None:
    if side.touched is None and kind(side.type) == "decimal" and not literal.fullmatch(side.sql):
        raise OutsideError(operator)


def _quotient(one: str, other: str) -> str:
    """A quotient with nine places, halves away from zero: as FHIRPath's 28 digits round there, since both sides are short."""
    top, bottom = f"abs({one}) * 2 * {_BILLION}", f"abs({other})"
    sign = f"sign({one}) * sign({other})"
    whole = f"({top} + {bottom}) // nullif(2 * {bottom}, 0) * ({sign})"
    return f"(CAST({whole} AS DECIMAL(28, 0)) * 0.000000001::DECIMAL(9, 9))"
