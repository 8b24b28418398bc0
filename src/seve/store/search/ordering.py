"""Order: the values to sort collected versions by, and the index to walk when there are too many to collect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seve.fhir.search.keys import TEXT, WIDE
from seve.fhir.search.query import Sort
from seve.store.search.arguments import Statement

_TABLES = {
    "date": ("moment", "lo"),
    "number": ("quantity", "lo"),
    "quantity": ("quantity", "lo"),
    "string": ("text_value", "value"),
    "uri": ("text_value", "value"),
    "token": ("text_value", "value"),
}


@dataclass(frozen=True, slots=True)
class Walk:
    """An index read in order: its entries as a relation of `vid` and `value`, the test that an entry (alias `d`) is its
    version's first, and the ORDER BY list.
    """

    entries: str
    is_first: str
    order: str


def order_by(sort: tuple[Sort, ...], statement: Statement, v: str) -> str:
    """The ORDER BY list for versions `v`; those without a value come last, the newest first among equals."""
    return ", ".join([*(_term(level, statement, v) for level in sort), f"{v}.vid DESC"])


def walk(level: Sort, statement: Statement, *, most: int) -> Walk | None:
    """The first `most` values in the order of one level, by index; None when no index has that order.

    A version with several values comes several times: `is_first` leaves all but the one that counts. Versions without a
    value are not in it.
    """
    if level.kind not in _TABLES:
        return None
    table, column = _TABLES[level.kind]
    direction, before = ("DESC", ">") if level.is_descending else ("ASC", "<")
    keys = statement.bind(list(_keys(level)), "bigint[]")
    parts = " UNION ALL ".join(
        f"(SELECT s.vid, s.patient, s.{column} AS value FROM {table} s WHERE s.key = {statement.bind(key, 'bigint')} "
        f"ORDER BY s.{column} {direction} LIMIT {most})"
        for key in _keys(level)
    )
    narrow = statement.within("patient")
    return Walk(
        entries=f"SELECT vid, value FROM (SELECT * FROM ({parts}) u ORDER BY value {direction} LIMIT {most}) n WHERE true{narrow}",
        is_first=f"NOT EXISTS (SELECT 1 FROM {table} o WHERE o.vid = d.vid AND o.key = ANY({keys}) "
        f"AND o.{column} {before} d.value OFFSET 0)",
        order=f"d.value {direction}, v.vid DESC",
    )


def _keys(level: Sort) -> tuple[int, ...]:
    if level.kind == "token":
        return tuple(key ^ TEXT for key in level.keys)
    if level.kind in ("date", "number", "quantity"):
        return (*level.keys, *(key ^ WIDE for key in level.keys))
    return level.keys


def _term(level: Sort, statement: Statement, v: str) -> str:
    direction: Literal["DESC", "ASC"] = "DESC" if level.is_descending else "ASC"
    if level.kind == "last_updated":
        return f"{v}.vid {direction}"
    if level.kind == "document":
        path = "$." + ".".join(f'"{member}"' for member in level.path)
        found = f"jsonb_path_query_first({v}.body::jsonb, {statement.bind(path, 'text')}::jsonpath)"
        return f"({found} #>> '{{}}') {direction} NULLS LAST"
    if level.kind == "id":
        return f"{v}.id {direction}"
    table, column = _TABLES[level.kind]
    aggregate = "max" if level.is_descending else "min"
    keys = statement.is_key("s.key", _keys(level))
    value = f"(SELECT {aggregate}(s.{column}) FROM {table} s WHERE s.vid = {v}.vid AND {keys})"
    return f"{value} {direction} NULLS LAST"
