"""Arguments of a statement, and who may be seen: the two things every piece of search SQL needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Statement:
    """A statement in the making. Values only ever enter as `$n` arguments.

    `snapshot` is the pg_snapshot a page is pinned to; `until` the last `vid` of an export; without them, what is current is read.
    """

    snapshot: str | None = None
    until: int | None = None
    arguments: list[Any] = field(default_factory=list[Any])
    _aliases: int = 0

    def bind(self, value: Any, type_: str) -> str:
        """A place for a value, with its PostgreSQL type."""
        self.arguments.append(value)
        return f"${len(self.arguments)}::{type_}"

    def alias(self, prefix: str) -> str:
        """A name that no other part of the statement uses."""
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    def is_key(self, column: str, keys: Sequence[int]) -> str:
        """`column` equals one of `keys`."""
        if len(keys) == 1:
            return f"{column} = {self.bind(keys[0], 'bigint')}"
        return f"{column} = ANY({self.bind(list(keys), 'bigint[]')})"

    def current(self, version: str) -> str:
        """The version was in force and not deleted, now, at the snapshot or after `until`. Every way to a version passes here."""
        if self.until is not None:
            until, later = self.bind(self.until, "bigint"), self.alias("n")
            return (
                f"{version}.body IS NOT NULL AND {version}.vid <= {until} AND ({version}.ended IS NULL OR NOT EXISTS "
                f"(SELECT 1 FROM version {later} WHERE {later}.ref = {version}.ref "
                f"AND {later}.version = {version}.version + 1 AND {later}.vid <= {until}))"
            )
        if self.snapshot is None:
            return f"{version}.ended IS NULL AND {version}.body IS NOT NULL"
        snapshot = self.bind(self.snapshot, "text::pg_snapshot")
        return (
            f"{version}.body IS NOT NULL AND pg_visible_in_snapshot({version}.xid, {snapshot}) "
            f"AND ({version}.ended IS NULL OR NOT pg_visible_in_snapshot({version}.ended, {snapshot}))"
        )
