"""The text of a cell as a value of its column's type; dates as FHIR writes them, cut to what is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from seve.france.snds.schemas import Column

Value: TypeAlias = str | int | Decimal | bool

_INTEGER = re.compile(r"[+-]?\d+(?:\.0*)?")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_YEAR_MONTH = re.compile(r"(\d{4})-?(0[1-9]|1[0-2])")
_SAS = "%d%b%Y:%H:%M:%S"
_DATES = ("%Y-%m-%d", "%Y%m%d", _SAS, "%d/%m/%Y")
_TIMES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", _SAS)
_NUMBERS = frozenset({"integer", "number"})
_TRUTH: Final = {"0": False, "1": True, "false": False, "true": True, "0.0": False, "1.0": True}


class ValueWrong(ValueError):  # noqa: N818 - a no to data, told as the reason of a RowRefused
    """A text is no value of its type. `reason` is the last part of a text key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def value(text: str, column: Column) -> Value:
    """The value of a cell that is not empty. Raises ValueWrong."""
    return text if column.is_key and column.type in _NUMBERS else _READERS[column.type](text, column)


def is_expected(found: Value, column: Column) -> bool:
    """Whether a value keeps the constraints of the schema, which published rows themselves often break."""
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        return not (column.minimum is not None and found < column.minimum) and not (
            column.maximum is not None and found > column.maximum
        )
    text = str(found)
    return len(text) >= column.least_length and (not column.allowed or text in column.allowed)


def _text(text: str, _: Column) -> str:
    return text


def _integer(text: str, _: Column) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueWrong("not_integer")
    return int(text.partition(".")[0])


def _number(text: str, _: Column) -> Decimal:
    try:
        found = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise ValueWrong("not_number") from error
    if not found.is_finite():
        raise ValueWrong("not_number")
    return found


def _boolean(text: str, _: Column) -> bool:
    found = _TRUTH.get(text.lower())
    if found is None:
        raise ValueWrong("not_boolean")
    return found


def _date(text: str, column: Column) -> str:
    if column.format == "%m":
        if not _MONTH.fullmatch(text):
            raise ValueWrong("not_month")
        return text.zfill(2)
    formats = _DATES if column.format == "default" else (column.format, *_DATES)
    return _moment(text, formats, "not_date").strftime("%Y-%m-%d")


def _datetime(text: str, column: Column) -> str:
    formats = _TIMES if column.format == "default" else (column.format, *_TIMES)
    return _moment(text, formats, "not_datetime").strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str, formats: tuple[str, ...], reason: str) -> datetime:
    for known in formats:
        try:
            return datetime.strptime(text, known)  # noqa: DTZ007 - days have no zone
        except ValueError:
            continue
    raise ValueWrong(reason)


def _year(text: str, _: Column) -> str:
    if not _YEAR.fullmatch(text):
        raise ValueWrong("not_year")
    return text


def _year_month(text: str, _: Column) -> str:
    found = _YEAR_MONTH.fullmatch(text)
    if found is None:
        raise ValueWrong("not_year_month")
    return f"{found[1]}-{found[2]}"


_READERS: Final[dict[str, Callable[[str, Column], Value]]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "year": _year,
    "yearmonth": _year_month,
}
