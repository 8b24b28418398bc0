"""Arguments of a statement, and who may be seen: the two things every piece of search SQL needs."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from seve.store.access.rule import Terms, in_force, is_seen, is_still_seen, patients_in_sight
from seve.store.grant import Grant, Sight, Window

_MARK = re.compile(r"/\* seen: (\w+) \*/")


@dataclass(slots=True)
class Arguments:
    """The arguments of a statement in the making. Values only ever enter as `$n`."""

    arguments: list[Any] = field(default_factory=list[Any], init=False)
    _aliases: int = field(default=0, init=False)

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


@dataclass(slots=True)
class Statement(Arguments):
    """A statement for a grant.

    `snapshot` is the pg_snapshot a page is pinned to; `until` the last `vid` of an export; without them, what is current is read.
    `is_narrowed` makes each set leave out what the reader can't reach before any version is looked at, which pays when most
    of it is out of reach.
    """

    grant: Grant
    snapshot: str | None = None
    until: int | None = None
    is_narrowed: bool = False
    _terms: Terms | None = field(default=None, init=False)
    _bound_readers: str = field(default="", init=False)
    _bound_now: str = field(default="", init=False)

    def current(self, version: str) -> str:
        """The version was in force and not deleted, now, at the snapshot or after `until`, and the grant lets it be seen.

        Every way to a version passes here.
        """
        if self.until is not None:
            until, later = self.bind(self.until, "bigint"), self.alias("n")
            return (
                f"{version}.body IS NOT NULL AND {version}.vid <= {until} AND ({version}.ended IS NULL OR NOT EXISTS "
                f"(SELECT 1 FROM version {later} WHERE {later}.ref = {version}.ref "
                f"AND {later}.version = {version}.version + 1 AND {later}.vid <= {until})) AND {self.seen(version)}"
            )
        if self.snapshot is None:
            return f"{version}.ended IS NULL AND {version}.body IS NOT NULL AND {self._seen_now(version)}"
        snapshot = self.bind(self.snapshot, "text::pg_snapshot")
        return (
            f"{version}.body IS NOT NULL AND pg_visible_in_snapshot({version}.xid, {snapshot}) "
            f"AND ({version}.ended IS NULL OR NOT pg_visible_in_snapshot({version}.ended, {snapshot})) AND {self.seen(version)}"
        )

    def seen(self, version: str) -> str:
        """The grant lets a version be seen that may be an old one."""
        sight = self.grant.sight
        if sight is None:
            return "true"
        if sight.reaches_all:
            return self._seen_now(version)
        return f"{self._seen_now(version)} AND {is_still_seen(version, self.terms(sight))}"

    def _seen_now(self, version: str) -> str:
        sight = self.grant.sight
        if sight is None:
            return "true"
        terms = self.terms(sight)
        reached = "true" if sight.reaches_all else is_seen(version, terms)
        windows = "true" if sight.windows is None else self._through(sight.windows, version)
        return f"{in_force(terms)} AND {windows} AND {reached}"

    def within(self, patient: str) -> str:
        """What the column `patient` of an index row must satisfy for its version to be seen at all; "" when not narrowed.

        Wrapped in IS TRUE, or the planner makes a join of it, which loses the order of the index.
        """
        sight = self.grant.sight
        if sight is None or sight.reaches_all or not self.is_narrowed:
            return ""
        return f" AND ({patient} IN ({self.patients_in_sight(sight)} UNION ALL SELECT 0)) IS TRUE"

    def patients_in_sight(self, sight: Sight) -> str:
        """The patients of whom the reader may see anything, as a set."""
        return patients_in_sight(self._readers(sight))

    def filled(self, sql: str, *values: Any) -> str:
        """A statement of `queries/` with its values, and the access rule at each mark `/* seen: alias */`."""
        self.arguments.extend(values)
        return _MARK.sub(lambda mark: f"AND {self.seen(mark[1])}", sql)

    def terms(self, sight: Sight) -> Terms:
        """What the grant says, as arguments that are bound once a statement."""
        if self._terms is None:
            self._terms = Terms(
                session="NULL::bigint" if sight.session is None else self.bind(sight.session, "bigint"),
                standing=self.bind(sight.standing, "bigint[]"),
                readers="" if sight.reaches_all else self._readers(sight),
                purpose="" if sight.reaches_all else self.bind(sight.purpose, "smallint"),
                profession="" if sight.profession is None else self.bind(sight.profession, "text"),
                at=self._now(),
                alias=self.alias,
            )
        return self._terms

    def _readers(self, sight: Sight) -> str:
        """Of an office, what belongs to its territory too: asked once a statement, and only when it is needed."""
        if not self._bound_readers:
            bound = self.bind(sight.readers, "bigint[]")
            at = self._now() if sight.is_office else ""
            self._bound_readers = f"(SELECT offices_of({bound}, {at}))::bigint[]" if at else bound
        return self._bound_readers

    def _now(self) -> str:
        self._bound_now = self._bound_now or self.bind(time.time_ns() // 1_000, "bigint")
        return self._bound_now

    def _through(self, windows: tuple[Window, ...], version: str) -> str:
        return "(" + (" OR ".join(self._window(window, version) for window in windows) or "false") + ")"

    def _window(self, window: Window, version: str) -> str:
        from seve.store.search.conditions import conditions  # which is made of statements

        parts = list[str]()
        if window.type is not None:
            parts.append(f"{version}.type = {self.bind(window.type, 'text')}")
        if window.patient is not None:
            parts.append(f"({version}.patient = {self.bind(window.patient, 'bigint')} OR {version}.patient = 0)")
        if window.criteria:
            parts.append(conditions(window.criteria, self, version))
        return "(" + (" AND ".join(parts) or "true") + ")"
