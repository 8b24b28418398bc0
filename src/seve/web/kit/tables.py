"""Tables that sort by a link, so that a sorted table has an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlencode

AriaSort: TypeAlias = Literal["ascending", "descending", ""]


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is that of its cells; `is_head` marks the column that names a row."""

    key: str
    label: str
    is_sortable: bool = False
    is_numeric: bool = False
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Its cells by column; `link` leads from its head."""

    cells: dict[str, str]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`sort` is a column's key, after `-` from the greatest; `query` is the rest of the page's address, which sorting keeps."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    path: str = ""
    sort: str = ""
    query: tuple[tuple[str, str], ...] = ()

    def sorted_by(self, column: Column) -> AriaSort:
        """For `aria-sort`."""
        if self.sort.removeprefix("-") != column.key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def link(self, column: Column) -> str:
        """Where the head of a column leads: sorted by it, or the other way round when it is."""
        key = f"-{column.key}" if self.sorted_by(column) == "ascending" else column.key
        return f"{self.path}?{urlencode([*((n, v) for n, v in self.query if n != 'sort'), ('sort', key)])}"
