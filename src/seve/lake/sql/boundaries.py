"""`lowBoundary` and `highBoundary` in SQL: texts of dates and times completed, decimals moved by half a unit of their last place.

What isn't written as these functions read it (a day that no calendar has, a leap second, a decimal that a double shows with
other digits than were written) is doubtful and goes to Python.
"""

from __future__ import annotations

from collections.abc import Sequence

from seve.fhir.path.syntax import Constant, Expression
from seve.lake.schema import DECIMAL_SQL
from seve.lake.sql.pieces import Many, One, Piece, kind
from seve.lake.sql.refusals import OutsideError

_DAY = "[0-9]{{4}}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{{2}}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?"
_OFFSET = "(?:Z|[-+](?:0[0-9]|1[0-3]):[0-5][0-9])"
_NO_DAY = "({0}[:4] = '0000') OR (length({0}) > 7 AND TRY_CAST({0}[:10] AS DATE) IS NULL)"
_ODD_DATE = f"(NOT regexp_full_match({{0}}, '{_DAY})?)?') OR {_NO_DAY})"
_ODD_MOMENT = f"(NOT regexp_full_match({{0}}, '{_DAY}(?:T{_CLOCK}{_OFFSET})?)?)?') OR {_NO_DAY})"
_ODD_TIME = f"(NOT regexp_full_match({{0}}, '{_CLOCK}'))"
_LONG = r"(NOT regexp_full_match({0}, '-?[0-9]{{1,6}}(?:\.[0-9]{{1,7}})?'))"
_ODD = {"date": _ODD_DATE, "dateTime": _ODD_MOMENT, "instant": _ODD_MOMENT, "time": _ODD_TIME}
_HALVES = ", ".join(f"0.{'0' * places}5" for places in range(8))
_DAYS = {4: 4, 6: 7, 8: 10}
_WHOLE = {"date": 8, "dateTime": 17, "instant": 17, "time": 9}


def boundary(source: Piece, arguments: Sequence[Expression], *, is_low: bool) -> One:
    """The least or greatest value that a value may stand for. Raises OutsideError."""
    name = "lowBoundary()" if is_low else "highBoundary()"
    if isinstance(source, Many):
        raise OutsideError(name)
    if source.type in _ODD and source.touched is not None:
        source.touched.doubt(_ODD[source.type])
        return _moment(source, _digits(source.type, arguments, name), is_low=is_low)
    if arguments or source.is_rounded:
        raise OutsideError(name)
    sign = "-" if is_low else "+"
    if kind(source.type) == "integer":
        return One(f"(CAST({source.sql} AS {DECIMAL_SQL}) {sign} 0.5)", "decimal")
    if source.touched is None:
        raise OutsideError(name)
    source.touched.doubt(_LONG)
    source.touched.needs_digits = True
    places = f"CASE WHEN contains({source.sql}, '.') THEN length({source.sql}) - instr({source.sql}, '.') ELSE 0 END"
    half = f"([{_HALVES}]::{DECIMAL_SQL}[])[{places} + 1]"
    return One(f"(TRY_CAST({source.sql} AS {DECIMAL_SQL}) {sign} {half})", "decimal")


def _digits(type_name: str, arguments: Sequence[Expression], name: str) -> int:
    """The precision asked for. Raises OutsideError for one between those of a day and of milliseconds."""
    whole = _WHOLE[type_name]
    argument = arguments[0] if arguments else Constant(whole, 0)
    digits = argument.value if isinstance(argument, Constant) else None
    if type(digits) is int and (digits == whole or (digits in _DAYS and type_name != "time")):
        return digits
    raise OutsideError(name)


def _moment(source: One, digits: int, *, is_low: bool) -> One:
    sql = source.sql
    if source.type == "time":
        return One(_clock(sql, is_low=is_low), "time")
    type_name = "date" if source.type == "date" else "dateTime"
    day = _day(sql, is_low=is_low)
    if digits in _DAYS:
        return One(f"({day})[:{_DAYS[digits]}]", type_name)
    clock = _clock(f"regexp_extract({sql}, 'T([0-9:.]+)', 1)", is_low=is_low)
    unknown = "+14:00" if is_low else "-12:00"
    written = f"regexp_extract({sql}, 'T.*(Z|[-+][0-9:]+)$', 1)"
    offset = f"CASE {written} WHEN '' THEN '{unknown}' WHEN '+00:00' THEN 'Z' WHEN '-00:00' THEN 'Z' ELSE {written} END"
    return One(f"({day} || 'T' || {clock} || {offset})", "dateTime")


def _day(sql: str, *, is_low: bool) -> str:
    last = f"lpad(day(last_day(TRY_CAST({sql} || '-01' AS DATE)))::VARCHAR, 2, '0')"
    year, month = ("'-01-01'", "'01'") if is_low else ("'-12-31'", last)
    return f"CASE length({sql}) WHEN 4 THEN {sql} || {year} WHEN 7 THEN {sql} || '-' || {month} ELSE {sql}[:10] END"


def _clock(sql: str, *, is_low: bool) -> str:
    """A time to its milliseconds: what wasn't written from the first or the last time of a day."""
    rest = "00:00:00.000" if is_low else "23:59:59.999"
    return f"({sql} || '{rest}'[length({sql}) + 1:])[:12]"
