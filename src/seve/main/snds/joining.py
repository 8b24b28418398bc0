"""What later tables need of earlier ones, on disk: rows under their key, and the birth ranks under each pseudonym."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from seve.france.snds.rows import Row

_TABLES = """
CREATE TABLE kept (kind TEXT, key TEXT, line INTEGER, name TEXT, cells BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE person (pseudonym TEXT, rank TEXT, PRIMARY KEY (pseudonym, rank)) WITHOUT ROWID;
"""


class Joins:
    """A scratch database, gone when it is closed."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "joins", isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def keep(self, kind: str, key: Sequence[str], row: Row) -> None:
        """Keeps a row; one with the same key before it gives way."""
        cells = msgspec.json.encode(row.values)
        text = (
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)",
            (kind, "\0".join(key), row.line, row.table, cells),
        )
        self._database.execute(*text)

    def kept(self, kind: str, key: Sequence[str]) -> Row | None:
        """The row under a key. Its values are text, for they only go on into other rows' resources."""
        query = "SELECT line, name, cells FROM kept WHERE kind = ? AND key = ?"
        found = self._database.execute(query, (kind, "\0".join(key))).fetchone()
        return Row(found[1], found[0], msgspec.json.decode(found[2])) if found else None

    def add_person(self, pseudonym: str, rank: str) -> bool:
        """Whether the person was not known before."""
        text = "INSERT OR IGNORE INTO person VALUES (?, ?)"
        return self._database.execute(text, (pseudonym, rank)).rowcount > 0

    def ranks(self, pseudonym: str) -> list[str]:
        """The birth ranks that are known under a pseudonym: two for twins of the same parent."""
        query = "SELECT rank FROM person WHERE pseudonym = ? ORDER BY rank"
        return [row[0] for row in self._database.execute(query, (pseudonym,))]
