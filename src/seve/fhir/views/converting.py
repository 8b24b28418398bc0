"""From what an expression gives to what a row holds: str, int, Decimal, bool, a complex element's JSON, or a list of these."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from seve.fhir.path import Date, DateTime, Quantity, Time
from seve.fhir.path.values import Items, Node, system_name
from seve.fhir.views.kinds import fits, normal
from seve.fhir.views.model import Column, Kind
from seve.fhir.views.refusals import ClashingTypeError, SeveralValuesError

_KINDS: Mapping[type, Kind] = {str: "text", int: "integer", Decimal: "decimal", bool: "boolean", dict: "complex"}


def cell(items: Items, column: Column) -> Any:
    """The value of a column; a list for a collection. Raises SeveralValuesError, ClashingTypeError."""
    values = [value for item in items if (value := _value(item, column)) is not None]
    if column.is_collection:
        return values
    if len(values) > 1:
        raise SeveralValuesError(count=len(values))
    return values[0] if values else None


def _value(item: Any, column: Column) -> Any:
    value = _json(item)
    if value is None:
        return None
    if column.is_assumed:
        return _as_text(value, column)
    found = item.type if type(item) is Node else ""
    kind = _KINDS.get(type(value))
    if found and not fits(normal(found), column.type):
        raise ClashingTypeError(found=found, type=column.type)
    if kind == column.kind:
        return value
    if kind == "integer" and column.kind == "decimal":
        return Decimal(int(value))
    raise ClashingTypeError(found=found or system_name(value) or type(value).__name__, type=column.type)


def _json(item: Any) -> Any:
    """An item as JSON: dates and times as their text, a Quantity as its element."""
    value = item.value if type(item) is Node else item
    if isinstance(value, Date | DateTime | Time):
        return str(value)
    if isinstance(value, Quantity):
        return {"value": value.value, "unit": value.unit}
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


def _as_text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise ClashingTypeError(found="complex", type=column.type)
