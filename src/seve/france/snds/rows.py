"""The lines of a table's CSV as typed rows. One bad row is refused with its place and reason; the others go on."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from seve.france.snds.schemas import SndsRefusal, Table
from seve.france.snds.values import Value, ValueWrong, is_expected, value
from seve.kernel.refusals import Issue

_SEPARATORS = ";,\t|"


class HeaderUnknown(SndsRefusal):
    """The first line of a file lacks columns that are needed. Fields: `table`, `column`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "france.snds.column_missing"


class RowRefused(SndsRefusal):
    """A row can't be read. Fields: `table`, `line`, `column` (the line's own trouble: ""), `value`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"

    def __init__(self, reason: str, **fields: object) -> None:
        super().__init__(expression="", **fields)
        self._reason = reason

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The one reason."""
        return (Issue("error", self.code, f"france.snds.{self._reason}", self.fields),)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its table, its line in the file, its values by column; what is empty has none. `edition` is the year that the
    file's name has (`19` of `T_MCO19B`), without which the keys of the PMSI are not unique.
    """

    table: str
    line: int
    values: Mapping[str, Value]
    edition: str = ""

    def text(self, column: str) -> str:
        """The value as text, "" when there is none."""
        return str(self.values.get(column, ""))


@dataclass(slots=True)
class Reader:
    """Reads the rows of one table. `columns` are those wanted (all of the schema's when empty); the others are not looked at,
    since extracts are seldom sound in columns that nobody uses. `doubts` counts values outside the schema's constraints by column.
    """

    table: Table
    columns: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    edition: str = ""
    doubts: Counter[str] = field(default_factory=Counter[str])

    def rows(self, lines: Iterable[str], *, refuse: Callable[[RowRefused], None]) -> Iterator[Row]:
        """The rows of a file whose first line names its columns. Raises HeaderUnknown."""
        source = iter(lines)
        header, separator = self._header(next(source, ""))
        wanted = set(self.columns or self.table.columns)
        places = [(at, name) for at, name in enumerate(header) if name in wanted]
        records = csv.reader(source, delimiter=separator)
        while True:
            try:
                cells = next(records)
            except StopIteration:
                return
            except csv.Error:
                refuse(self._refused("line_unreadable", records.line_num + 1))
                continue
            if not cells:
                continue
            try:
                yield self._row(cells, places, width=len(header), line=records.line_num + 1)
            except RowRefused as refused:
                refuse(refused)

    def _header(self, line: str) -> tuple[list[str], str]:
        separator = max(_SEPARATORS, key=line.count)
        header = [name.strip().strip('"').upper() for name in line.lstrip("\ufeff").rstrip("\r\n").split(separator)]
        known = {name.upper(): name for name in self.table.columns}
        header = [known.get(name, name) for name in header]
        if absent := [name for name in self.needed if name not in header]:
            raise HeaderUnknown(table=self.table.name, column=", ".join(absent))
        return header, separator

    def _row(self, cells: list[str], places: list[tuple[int, str]], *, width: int, line: int) -> Row:
        if len(cells) != width:
            raise self._refused("fields_wrong", line, found=len(cells), expected=width)
        values = dict[str, Value]()
        for at, name in places:
            if (text := cells[at].strip()) not in self.table.missing:
                values[name] = self._value(text, name, line)
        if absent := next((name for name in self.needed if name not in values), None):
            raise self._refused("value_missing", line, column=absent)
        return Row(self.table.name, line, values, self.edition)

    def _value(self, text: str, name: str, line: int) -> Value:
        column = self.table.columns[name]
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self._refused("not_utf8", line, column=name)
        try:
            found = value(text, column)
        except ValueWrong as wrong:
            raise self._refused(wrong.reason, line, column=name, value=text[:40]) from wrong
        if not is_expected(found, column):
            self.doubts[name] += 1
        return found

    def _refused(self, reason: str, line: int, **fields: object) -> RowRefused:
        return RowRefused(reason, **({"table": self.table.name, "line": line, "column": "", "value": ""} | fields))
