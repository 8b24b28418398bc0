"""Items of a collection: nodes of a resource with their FHIR type, and the System values that expressions make.

A collection is a list of items. A `Node` stands for an element; every other item is a System value: bool, int, Long, Decimal,
str, Date, DateTime, Time, Quantity, or the TypeInfo that `type()` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from seve.fhir.path.errors import NotSingleError
from seve.fhir.path.quantity import Quantity, from_fhir
from seve.fhir.path.temporal import Date, DateTime, Time, parse_date, parse_datetime, parse_time


class Long(int):
    """FHIRPath's 64-bit integer; a Python int that knows that it was written `5L`."""

    __slots__ = ()


class Node:
    """An element of a resource.

    `value` is its JSON (None for a primitive that has extensions only), `type` its FHIR type (`""` when the data model doesn't
    know it), `extra` the object of the sibling key `_name`, `owner` the resource it belongs to, for contained references.
    """

    __slots__ = ("extra", "owner", "type", "value")

    def __init__(
        self, value: Any, type_: str, *, extra: dict[str, Any] | None = None, owner: dict[str, Any] | None = None
    ) -> None:
        self.value = value
        self.type = type_
        self.extra = extra
        self.owner = owner

    def __repr__(self) -> str:
        return f"Node({self.value!r}, {self.type!r})"


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """What `type()` answers: a namespace (`System` or `FHIR`), a name, and the name of the base type."""

    namespace: str
    name: str
    base: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}.{self.name}"


System: TypeAlias = bool | int | Decimal | str | Date | DateTime | Time | Quantity | TypeInfo
Item: TypeAlias = Any
Items: TypeAlias = list[Item]
EMPTY: Items = []

_SYSTEM_NAMES: Mapping[type, str] = {
    bool: "Boolean",
    int: "Integer",
    Long: "Long",
    Decimal: "Decimal",
    str: "String",
    Date: "Date",
    DateTime: "DateTime",
    Time: "Time",
    Quantity: "Quantity",
    TypeInfo: "TypeInfo",
}
_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "date": parse_date,
    "dateTime": parse_datetime,
    "instant": parse_datetime,
    "time": parse_time,
}
_QUANTITIES = frozenset(
    ("Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity", "Money", "MoneyQuantity")
)


def system(item: Item) -> Any:
    """The System value of an item (FHIR R4, 2.9.0: primitives and quantities convert by themselves).

    A complex element gives its dict, a primitive without a value None, a malformed date its text.
    """
    if type(item) is not Node:
        return item
    value = item.value
    if type(value) is str:
        parser = _PARSERS.get(item.type)
        return value if parser is None else parser(value) or value
    if type(value) is dict:
        return (from_fhir(value) or value) if item.type in _QUANTITIES else value
    return Decimal(value) if item.type == "decimal" and type(value) is int else value


def system_name(value: Any) -> str:
    """The name of a System value's type, `""` for a complex element."""
    return _SYSTEM_NAMES.get(type(value), "")


def is_number(value: Any) -> bool:
    """Whether a System value is an Integer, Long or Decimal (Booleans aren't numbers)."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def single(items: Items) -> Item | None:
    """The only item, None when there is none. Raises NotSingleError."""
    if not items:
        return None
    if len(items) > 1:
        raise NotSingleError(count=len(items))
    return items[0]


def single_value(items: Items) -> Any:
    """The System value of the only item, None when there is none. Raises NotSingleError."""
    item = single(items)
    return None if item is None else system(item)


def boolean(items: Items) -> bool | None:
    """A collection as a condition: its Boolean, True for any other single value, None when empty (N1, 4.5). Raises NotSingleError."""
    if not items:
        return None
    value = single_value(items)
    return value if type(value) is bool or value is None else True


def plain(items: Iterable[Item]) -> list[Any]:
    """Items as results: the JSON of nodes, the System values as they are; primitives without a value are left out."""
    found = ((item.value if type(item) is Node else item) for item in items)
    return [value for value in found if value is not None]
