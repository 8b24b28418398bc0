"""Lines of a separated file as rows by column name. One bad line is refused with its number; the others go on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from seve.france.identity.traits import folded
from seve.kernel.refusals import Refusal

_PARENTHESIS = re.compile(r"\([^)]*\)")
_NUMBER = re.compile(r"\bN[O°º]\b\s*|\bNUMERO\b")


class DirectoryRefusal(Refusal):
    """The root of what readers of directory files say no to."""


class ColumnMissing(DirectoryRefusal):
    """The header lacks a column that is needed. Field: `column`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "france.directory.column_missing"


class LineUnreadable(DirectoryRefusal):
    """A line has another number of fields than the header. Fields: `line`, `found`, `expected`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "france.directory.line_unreadable"


class ValueMissing(DirectoryRefusal):
    """A line has nothing where something is needed. Fields: `line`, `column`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "france.directory.value_missing"


class NotUtf8(DirectoryRefusal):
    """A line of a file in UTF-8 isn't. Field: `line`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "france.directory.not_utf8"


def column_name(text: str) -> str:
    """A column's name without accents, parentheses and ways to write “number”: `N° SIRET site` is `NO SIRET SITE`."""
    bare = _PARENTHESIS.sub("", text.lstrip("\ufeff"))
    return folded(_NUMBER.sub("NO ", bare.upper().replace("É", "E")))


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number in the file, its values by column name; "" for a column that the file doesn't have."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def needed(self, column: str) -> str:
        """The value. Raises ValueMissing when it is empty."""
        if not (value := self[column]):
            raise ValueMissing(line=self.line, column=column)
        return value


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file in UTF-8 with `separator`; a last empty field, which the agency's files have, may be there or not."""

    columns: tuple[str, ...]
    separator: str

    @classmethod
    def read(cls, line: bytes, *, separator: str, aliases: Mapping[str, Sequence[str]]) -> Header:
        """From the first line. `aliases` gives the names of a column in use (their first is ours) under our short name."""
        ours = {column_name(name): short for short, names in aliases.items() for name in names}
        found = (column_name(name) for name in _decoded(line, number=1).rstrip("\r\n").split(separator))
        return cls(tuple(ours.get(name, name) for name in found), separator)

    def require(self, *columns: str) -> None:
        """Raises ColumnMissing for the first that isn't there."""
        if missing := next((column for column in columns if column not in self.columns), None):
            raise ColumnMissing(column=missing)

    def row(self, line: bytes, *, number: int) -> Row:
        """One line. Raises LineUnreadable, NotUtf8."""
        values = [value.strip() for value in _decoded(line, number=number).rstrip("\r\n").split(self.separator)]
        width = len(self.columns)
        if len(values) == width + 1 and not values[-1]:
            values.pop()
        elif len(values) == width - 1 and not self.columns[-1]:
            values.append("")
        if len(values) != width:
            raise LineUnreadable(line=number, found=len(values), expected=width)
        return Row(number, {column: value for column, value in zip(self.columns, values, strict=True) if value})


def _decoded(line: bytes, *, number: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise NotUtf8(line=number) from error
