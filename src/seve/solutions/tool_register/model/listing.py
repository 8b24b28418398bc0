"""Lists as CSV: the register for everybody's own use, and lists that the desk takes in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from seve.solutions.tool_register.model.tools import Tool
from seve.solutions.tool_register.model.typing import FIELDS, PROOF_FIELDS, typed

COLUMNS: Final = (
    "id", "name", "maker", "functions", "price_eur_month", "terms", "site", "proofs_held", "proofs", "checked",
    "checked_for", "next_check", "state", "reason",
)  # fmt: skip
IMPORTED: Final = ("maker", *FIELDS, *PROOF_FIELDS)
"""The columns that a list may have, in any order: fields of the form, and the name of the maker."""
NEEDED: Final = ("maker", "name", "functions", "price", "site")
MOST_ROWS: Final = 500
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list, by its number in the file; `problems` are keys of `problems.` by column, none when it can be taken in."""

    number: int
    tool: Tool
    problems: dict[str, str]


def written(tools: Iterable[Tool], *, today: date) -> bytes:
    """A table with semicolons in UTF-8 with its mark, as spreadsheets read it. No cell begins a formula."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    for tool in tools:
        table.writerow([_harmless(cell) for cell in _cells(tool, today)])
    return out.getvalue().encode("utf-8-sig")


def read(text: str) -> tuple[Line, ...]:
    """The lines of a list. Raises ValueError, whose argument is a key of `problems.` and what is meant, when it is no list at all."""
    rows = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=";")
    try:
        head = [one.strip() for one in next(rows, [])]
        if foreign := [one for one in head if one not in IMPORTED]:
            raise ValueError("column", ", ".join(foreign)[:100])
        if missing := [one for one in NEEDED if one not in head]:
            raise ValueError("missing", ", ".join(missing))
        lines = tuple(_line(rows.line_num, head, row) for row in rows if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise ValueError("broken", str(rows.line_num)) from error
    if not lines or len(lines) > MOST_ROWS:
        raise ValueError("rows", str(MOST_ROWS))
    return lines


def _line(number: int, head: list[str], row: list[str]) -> Line:
    cells = dict(zip(head, row, strict=False))

    def all_(name: str) -> list[str]:
        said = cells.get(name, "")
        return said.split() if name == "functions" else [said]

    tool, problems = typed(all_)
    maker = " ".join(cells.get("maker", "").split())[:120]
    if not maker:
        problems["maker"] = "maker"
    if set(all_("functions")) - set(tool.functions):
        problems["functions"] = "functions"
    if len(row) != len(head):
        problems["maker"] = "cells"
    return Line(number, replace(tool, maker=maker), problems)


def _cells(tool: Tool, today: date) -> Iterator[str]:
    yield from (tool.id, tool.name, tool.maker, " ".join(tool.functions))
    yield "" if tool.price is None else f"{tool.price:f}"
    yield from (tool.terms, tool.site, " ".join(one.code for one in tool.held(today)))
    yield " | ".join(f"{one.code}: {one.number}, {one.issuer}, {one.until or '-'}" for one in tool.proofs)
    yield from (tool.checked, tool.by, tool.due, tool.state, tool.reason)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
