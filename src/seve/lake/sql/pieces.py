"""Pieces of SQL: what stands for a value, a collection, a condition; and how literals are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from seve.fhir.path.code import TEXTS, WHOLE_NUMBERS
from seve.lake.schema import DECIMAL_SQL
from seve.lake.sql.refusals import OutsideError
from seve.lake.sql.touched import Touched


@dataclass(frozen=True, slots=True)
class One:
    """At most one value: NULL when there is none. `touched` None: a computed value of a primitive type.

    `is_rounded`: the value has nine places where FHIRPath has more, so that nothing but a column may take it.
    """

    sql: str
    type: str
    touched: Touched | None = None
    is_rounded: bool = False


@dataclass(frozen=True, slots=True)
class Many:
    """A list without NULLs, or NULL."""

    sql: str
    type: str
    touched: Touched | None = None


Piece: TypeAlias = One | Many


def kind(type_name: str) -> str:
    """How values of a type compare: `text`, `boolean`, `integer`, `decimal`. Raises OutsideError for others."""
    if type_name in TEXTS:
        return "text"
    if type_name in WHOLE_NUMBERS:
        return "integer"
    if type_name in {"boolean", "decimal"}:
        return type_name
    raise OutsideError(type_name)


def value(piece: One) -> str:
    """The SQL of a value in its own type: what was read of a decimal is text."""
    if piece.type == "decimal" and piece.touched is not None:
        return f"TRY_CAST({piece.sql} AS {DECIMAL_SQL})"
    return piece.sql


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(content: str) -> str:
    """A text in SQL. Raises OutsideError for one with NUL, which has no literal."""
    if "\0" in content:
        raise OutsideError("NUL")
    return "'" + content.replace("'", "''") + "'"


def literal(content: object) -> One:
    """A constant. Raises OutsideError for those of types that SQL doesn't compare as FHIRPath does."""
    match content:
        case bool():
            return One("TRUE" if content else "FALSE", "boolean")
        case int() if type(content) is int and abs(content) < 1 << 31:
            return One(f"{content}::BIGINT", "integer")
        case Decimal() if content.is_finite() and abs(content) < Decimal("1e15") and _is_short(content):
            return One(f"{content:f}::{DECIMAL_SQL}", "decimal")
        case str():
            return One(text(content), "string")
        case _:
            raise OutsideError(type(content).__name__)


def _is_short(content: Decimal) -> bool:
    exponent = content.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -9


def length(many: Many) -> str:
    """How many items a list has."""
    return f"coalesce(len({many.sql}), 0)"
