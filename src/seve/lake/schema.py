"""Arrow types of a view's columns.

Texts, dates and times are strings, since a FHIR date may be a year alone; whole numbers are int64; decimals have nine places;
a complex element is its JSON as text; a collection is a list of these. The FHIR type stands in the field's metadata.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import msgspec
import pyarrow as pa

from seve.fhir.views.model import Column

DECIMAL_PLACES = 9
DECIMAL_DIGITS = 38
DECIMAL_SQL = f"DECIMAL({DECIMAL_DIGITS}, {DECIMAL_PLACES})"

_QUANTUM = Decimal(1).scaleb(-DECIMAL_PLACES)
_WIDE = Context(prec=DECIMAL_DIGITS, rounding=ROUND_HALF_UP)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_TYPES: dict[str, Any] = {
    "text": pa.string(),
    "complex": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "decimal": pa.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES),
}


def schema(columns: tuple[Column, ...]) -> pa.Schema:
    """The Arrow schema of a view's rows."""
    return pa.schema([_field(column) for column in columns])


def _field(column: Column) -> pa.Field[Any]:
    type_ = _TYPES[column.kind]
    metadata = {"fhir:type": column.type, **({"description": column.description} if column.description else {})}
    found = {**metadata, **column.tags}
    return pa.field(column.name, pa.list_(type_) if column.is_collection else type_, metadata=found)


def json_text(value: Any) -> str:
    """A complex element as JSON, its numbers as they were written."""
    return _ENCODER.encode(value).decode()


def rounded(value: Decimal) -> Decimal:
    """A decimal with nine places, halves away from zero. Raises InvalidOperation (an ArithmeticError) when it is too large."""
    return value.quantize(_QUANTUM, context=_WIDE)
