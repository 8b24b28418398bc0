"""Constants of a view: `value[x]` to FHIRPath values, and how they enter the paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from seve.fhir.path.evaluation import STANDARD_VARIABLES
from seve.fhir.path.syntax import Binary, Constant, Expression, Invocation, Variable, walk
from seve.fhir.path.temporal import parse_date, parse_datetime, parse_time
from seve.fhir.path.values import Long

ROW_INDEX = "rowIndex"
_TEXTS = ("base64Binary", "canonical", "code", "id", "oid", "string", "uri", "url", "uuid")
_INTEGERS = ("integer", "positiveInt", "unsignedInt")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _long(value: Any) -> Long | None:
    text = str(value) if _integer(value) is not None else _text(value)
    return Long(text) if text is not None and text.removeprefix("-").isdecimal() else None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value))


def _parsed(parser: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: parser(value) if isinstance(value, str) else None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    **{f"value{name[0].upper()}{name[1:]}": _text for name in _TEXTS},
    **{f"value{name[0].upper()}{name[1:]}": _integer for name in _INTEGERS},
    "valueBoolean": _boolean,
    "valueInteger64": _long,
    "valueDecimal": _decimal,
    "valueDate": _parsed(parse_date),
    "valueDateTime": _parsed(parse_datetime),
    "valueInstant": _parsed(parse_datetime),
    "valueTime": _parsed(parse_time),
}
VALUE_KEYS = frozenset(_READERS)


def constant_value(constant: Mapping[str, Any]) -> Any:
    """The FHIRPath value of a `ViewDefinition.constant`; None when it has no value, several, or one that isn't of its type."""
    keys = [key for key in constant if key in VALUE_KEYS]
    return _READERS[keys[0]](constant[keys[0]]) if len(keys) == 1 else None


def bound(constants: Mapping[str, Any]) -> Callable[[Expression], Expression]:
    """How a view reads an expression: constants stand for their values, and `join()` of nothing is an empty text."""

    def change(expression: Expression) -> Expression:
        match expression:
            case Variable(name=name, at=at) if name in constants:
                return Constant(constants[name], at)
            case Invocation(name="join", at=at):
                return Binary("&", expression, Constant("", at), at)
            case _:
                return expression

    return change


def unknown_variables(tree: Expression) -> Iterator[str]:
    """The `%name`s that nothing defines."""
    defined = {ROW_INDEX, *STANDARD_VARIABLES, *_defined(tree)}
    names = [expression.name for expression, _ in walk(tree) if isinstance(expression, Variable)]
    return (name for name in names if name not in defined and not name.startswith(("vs-", "ext-")))


def _defined(tree: Expression) -> Iterator[str]:
    for expression, _ in walk(tree):
        if isinstance(expression, Invocation) and expression.name == "defineVariable" and expression.arguments:
            name = expression.arguments[0]
            if isinstance(name, Constant):
                yield str(name.value)
