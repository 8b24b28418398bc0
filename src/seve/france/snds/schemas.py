"""The published schema of a table: its columns with their types, and which of them are keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from seve.kernel.refusals import Refusal

_YEAR = re.compile(r"^(T_(?:MCO|SUP|HAD|SSR|RIP))(\d\d)(?=[A-Z])")
_SUFFIX = re.compile(r"_(?:19|20)\d\d(?:_?\d\d)?$")
_TYPES = frozenset({"string", "integer", "number", "boolean", "date", "datetime", "year", "yearmonth"})


class SndsRefusal(Refusal):
    """The root of what the readers of the SNDS say no to."""


class SchemaUnreadable(SndsRefusal):
    """A document is no schema of a table. Fields: `name`, `place`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "france.snds.schema_unreadable"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `type` and `format` are the schema's; `minimum` and the others its constraints, None without one. The numbers
    of a key are read as text: FINESS numbers have zeros in front (`01…`) and letters (`2A…`).
    """

    name: str
    type: str
    format: str
    is_key: bool
    minimum: float | None = None
    maximum: float | None = None
    least_length: int = 0
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns by name, and the texts that mean “nothing here”."""

    name: str
    title: str
    columns: Mapping[str, Column]
    missing: frozenset[str]


def table(document: Mapping[str, Any], *, name: str) -> Table:
    """From a Table Schema, as parsed JSON; `name` is its file, for messages. Raises SchemaUnreadable."""
    fields = document.get("fields")
    if not isinstance(document.get("name"), str) or not isinstance(fields, list):
        raise SchemaUnreadable(name=name, place="name, fields")
    keys = frozenset(_keys(document))
    columns = {column.name: column for index, told in enumerate(fields) if (column := _column(told, index, keys, name))}
    missing = document.get("missingValues", [""])
    return Table(document["name"], document.get("title") or "", columns, frozenset([*missing, ""]))


def schema_name(file: str) -> str:
    """The name of the schema for a file's own: `T_MCO19B` is a `T_MCOaaB`, `ER_PRS_F_2019` an `ER_PRS_F`."""
    return _SUFFIX.sub("", _YEAR.sub(r"\1aa", file))


def edition(file: str) -> str:
    """The year in the name of a table of the PMSI: `19` of `T_MCO19B`; "" for others."""
    found = _YEAR.match(file)
    return found[2] if found else ""


def _column(told: Any, index: int, keys: frozenset[str], name: str) -> Column:
    if not isinstance(told, dict) or not isinstance(told.get("name"), str) or told.get("type") not in _TYPES:
        raise SchemaUnreadable(name=name, place=f"fields[{index}]")
    held = told.get("constraints") or {}
    return Column(
        told["name"],
        told["type"],
        told.get("format") or "default",
        told["name"] in keys,
        minimum=held.get("minimum"),
        maximum=held.get("maximum"),
        least_length=held.get("minLength", 0),
        allowed=frozenset(held.get("enum", ())),
    )


def _keys(document: Mapping[str, Any]) -> Iterator[str]:
    parts = [document.get("primaryKey") or [], *(key.get("fields") or [] for key in document.get("foreignKeys") or [])]
    for part in parts:
        yield from [part] if isinstance(part, str) else part
