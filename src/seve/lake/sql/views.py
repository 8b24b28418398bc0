"""A whole view as one query over documents.

A document that the query can't judge as the FHIRPath engine does comes back whole, in the column `__document`, for compiled
Python to judge: what isn't JSON of the type, primitives with extensions, empty arrays, numbers that a DECIMAL can't hold,
several values where the column takes one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from seve.fhir.path import Compiled
from seve.fhir.path.model import is_primitive
from seve.fhir.views import Column, Select, View
from seve.fhir.views.kinds import fits
from seve.lake.schema import DECIMAL_SQL
from seve.lake.sql.expressions import Expressions, Scope
from seve.lake.sql.pieces import Many, One, Piece, length, quoted, text
from seve.lake.sql.refusals import NotInSqlError, OutsideError, RepeatOutsideError
from seve.lake.sql.repeating import Repeats
from seve.lake.sql.touched import Touched

DOCUMENT = "__document"
_SQL_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "decimal": DECIMAL_SQL, "boolean": "BOOLEAN"}
# Numbers that a double, which DuckDB makes of them on its way, shows with other digits.
_LOST_DIGITS = r"[:,\[]\s*-?[0-9]+(?:\.[0-9]*0|(?:\.[0-9]+)?[eE][-+]?[0-9]+)\s*[,}\]]"
_LONGEST = 60_000
"""Characters of a query: DuckDB plans one of several `repeat`s inside each other for longer than Python would run it."""
_ODD = ("null", "{}", "[]", "{ }", "[ ]")


@dataclass(frozen=True, slots=True)
class Query:
    """A view as SQL. `over` puts what the documents come from in its place: a query with the one column `doc`."""

    text: str

    def over(self, documents: str) -> str:
        """The whole query."""
        return self.text.replace("{documents}", documents, 1)  # a text of the view's own may say the same


def query(view: View) -> Query:
    """The SQL of a view. Raises NotInSqlError with the place of the first path that has no faithful SQL."""
    return _Writer(view).query()


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands side by side in a row: one cell, or rows of several columns."""

    columns: tuple[Column, ...]
    sql: str
    is_rows: bool


class _Writer:
    def __init__(self, view: View) -> None:
        self._view = view
        self._expressions = Expressions()
        self._touched = Touched(view.resource)
        self._repeats = Repeats(self._expressions)

    def query(self) -> Query:
        """Written twice: only then is it known what each `repeat` touches of its elements."""
        self._written()
        found = self._written()
        if len(found.text) > _LONGEST:
            raise NotInSqlError(expression="ViewDefinition.select", path=self._view.name, part=f"{len(found.text)} B")
        return found

    def _written(self) -> Query:
        this = One("d", self._view.resource, self._touched)
        scope = Scope(this, this)
        conditions = [self._condition(path, scope, index) for index, path in enumerate(self._view.where)]
        parts = [part for select in self._view.selects for part in self._parts(select, scope)]
        doubts = [doubt for select in self._view.selects for doubt in self._select_doubts(select, scope)]
        return Query(self._assembled(parts, doubts, conditions))

    def _assembled(self, parts: Sequence[_Part], doubts: list[str], conditions: list[str]) -> str:
        where = " AND ".join(f"coalesce({condition}, FALSE)" for condition in conditions) or "TRUE"
        doubt = " OR ".join(["d IS NULL", *self._odd(), *(f"coalesce({found}, FALSE)" for found in doubts)])
        structure = self._structure()
        columns = self._view.columns
        names = ", ".join(quoted(column.name) for column in columns)
        parsed = f"SELECT doc, TRY(from_json(doc, {text(structure)})) AS d FROM ({{documents}})"
        judged = (
            f"SELECT doc, d, ({doubt}) AS is_doubtful FROM parsed "
            f'WHERE d IS NULL OR d."resourceType" = {text(self._view.resource)}'
        )
        head = f"WITH parsed AS ({parsed}), judged AS ({judged})"
        document = f"CASE WHEN is_doubtful THEN doc END AS {DOCUMENT}"
        if not any(part.is_rows for part in parts):
            cells = ", ".join(f"{part.sql} AS {quoted(part.columns[0].name)}" for part in parts)
            return f"{head} SELECT {cells}, {document} FROM judged WHERE is_doubtful OR ({where})"
        rows = self._rows(parts)
        nothing = f"[{_nothing(columns)}]"
        unnested = (
            f"SELECT unnest(CASE WHEN is_doubtful THEN {nothing} ELSE {rows} END) AS r, {document} "
            f"FROM judged WHERE is_doubtful OR ({where})"
        )
        cells = ", ".join(f"r.{quoted(column.name)}" for column in columns)
        return f"{head} SELECT {cells}, {DOCUMENT} FROM ({unnested})" if names else ""

    def _structure(self) -> str:
        touched = self._touched.fields()
        return json.dumps({"resourceType": "VARCHAR", **(touched if isinstance(touched, dict) else {})})

    def _odd(self) -> list[str]:
        """Signs in a document that SQL and the FHIRPath engine may read it differently."""
        found = [f"contains(doc, {text(sign)})" for sign in _ODD]
        if names := sorted(self._touched.primitives()):
            pattern = text(f'"_(?:{"|".join(names)})"')
            found.append(f"(contains(doc, '\"_') AND regexp_matches(doc, {pattern}))")
        if any(element.needs_digits for _, element in self._touched.all()):
            found.append(f"regexp_matches(doc, {text(_LOST_DIGITS)})")
        return [*found, *(f"coalesce({condition}, FALSE)" for condition in self._touched.doubts("d"))]

    def _condition(self, path: Compiled, scope: Scope, index: int) -> str:
        try:
            return self._expressions.condition(path.tree, scope)
        except OutsideError as error:
            raise _refused(f"ViewDefinition.where[{index}].path", path, error.part) from error

    def _cell(self, column: Column, scope: Scope) -> Piece:
        if column.kind == "complex":
            raise _refused(f"{column.place}.path", column.compiled, column.type)
        try:
            found = self._expressions.of(column.compiled.tree, scope)
        except OutsideError as error:
            raise _refused(f"{column.place}.path", column.compiled, error.part) from error
        if not fits(found.type, column.type):  # a column of no known type is a text, and other values would become one
            raise _refused(f"{column.place}.path", column.compiled, found.type)
        return found

    def _cell_sql(self, column: Column, scope: Scope) -> str:
        found, type_ = self._cell(column, scope), _SQL_TYPES[column.kind]
        if column.is_collection:
            one = found.sql if isinstance(found, Many) else f"CASE WHEN {found.sql} IS NOT NULL THEN [{found.sql}] END"
            return f"TRY_CAST(coalesce({one}, []) AS {type_}[])"
        sql = f"({found.sql})[1]" if isinstance(found, Many) else found.sql
        return sql if column.kind in {"text", "boolean"} else f"TRY_CAST({sql} AS {type_})"

    def _parts(self, select: Select, scope: Scope) -> list[_Part]:
        if select.iteration is not None:
            return [_Part(select.all_columns, self._iterated(select, scope), is_rows=True)]
        return self._inside(select, scope)

    def _inside(self, select: Select, scope: Scope) -> list[_Part]:
        found = [_Part((column,), self._cell_sql(column, scope), is_rows=False) for column in select.columns]
        for inner in select.selects:
            found += self._parts(inner, scope)
        if select.union:
            parts = [self._rows(self._parts(part, scope)) for part in select.union]
            sql = parts[0]
            for part in parts[1:]:
                sql = f"list_concat({sql}, {part})"
            found.append(_Part(select.union[0].all_columns, sql, is_rows=True))
        return found

    def _iterated(self, select: Select, scope: Scope) -> str:
        if self._repeats.reaches_nothing(select, scope):
            return f"list_filter([{_nothing(select.all_columns)}], lambda {self._expressions.name()}: FALSE)"
        foci, inner, index = self._foci(select, scope)
        rows = self._rows(self._inside(select, inner))
        return f"flatten(list_transform({foci}, lambda {inner.this.sql}, {index}: {rows}))"

    def _foci(self, select: Select, scope: Scope) -> tuple[str, Scope, str]:
        """The list iterated over, the scope inside, and the name of the position (from 1)."""
        place = f"{select.place}.{select.iteration}"
        if select.iteration == "repeat":
            return self._repeated(select, scope)
        try:
            found = self._expressions.of(select.paths[0].tree, scope)
        except OutsideError as error:
            raise _refused(place, select.paths[0], error.part) from error
        if found.touched is None or (not is_primitive(found.type) and select.focus != found.type):
            raise _refused(place, select.paths[0], found.type)
        this, index = self._expressions.name(), self._expressions.name()
        sql = _as_list(found, or_null=select.iteration == "forEachOrNull")
        return sql, Scope(One(this, found.type, found.touched), scope.root, f"{index} - 1"), index

    def _repeated(self, select: Select, scope: Scope) -> tuple[str, Scope, str]:
        try:
            sql, element = self._repeats.foci(select, scope)
        except RepeatOutsideError as error:
            path = select.paths[error.index]
            raise _refused(f"{select.place}.repeat[{error.index}]", path, error.part) from error
        this, index = self._expressions.name(), self._expressions.name()
        return sql, Scope(One(this, element.type, element), scope.root, f"{index} - 1"), index

    def _rows(self, parts: Sequence[_Part]) -> str:
        """The product of what stands side by side, as a list of rows."""
        names = {id(part): self._expressions.name() for part in parts if part.is_rows}
        fields: list[str] = []
        for part in parts:
            for column in part.columns:
                sql = f"{names[id(part)]}.{quoted(column.name)}" if part.is_rows else part.sql
                fields.append(f"{quoted(column.name)}: {sql}")
        rows = f"[{{{', '.join(fields)}}}]"
        for part in reversed(parts):
            if part.is_rows:
                rows = f"flatten(list_transform({part.sql}, lambda {names[id(part)]}: {rows}))"
        return rows

    def _select_doubts(self, select: Select, scope: Scope) -> list[str]:
        """Where a resource may have several values for a column that takes one."""
        if select.iteration is None:
            return self._inside_doubts(select, scope)
        if self._repeats.reaches_nothing(select, scope):
            return []
        foci, inner, _ = self._foci(select, scope)
        own = self._repeats.doubts(foci) if select.iteration == "repeat" else []
        found = self._inside_doubts(select, inner)
        if not found:
            return own
        any_ = " OR ".join(f"coalesce({doubt}, FALSE)" for doubt in found)
        return [*own, f"(len(list_filter({foci}, lambda {inner.this.sql}: {any_})) > 0)"]

    def _inside_doubts(self, select: Select, scope: Scope) -> list[str]:
        found: list[str] = []
        for column in select.columns:
            cell = self._cell(column, scope)
            if isinstance(cell, Many) and not column.is_collection:
                found.append(f"({length(cell)} > 1)")
        for inner in (*select.selects, *select.union):
            found += self._select_doubts(inner, scope)
        return found


def _as_list(found: Piece, *, or_null: bool) -> str:
    if isinstance(found, Many):
        return f"CASE WHEN {length(found)} > 0 THEN {found.sql} ELSE [NULL] END" if or_null else found.sql
    return f"[{found.sql}]" if or_null else f"CASE WHEN {found.sql} IS NOT NULL THEN [{found.sql}] ELSE [] END"


def _nothing(columns: Sequence[Column]) -> str:
    fields = (f"{quoted(c.name)}: NULL::{_SQL_TYPES[c.kind]}{'[]' if c.is_collection else ''}" for c in columns)
    return f"{{{', '.join(fields)}}}"


def _refused(place: str, path: Compiled, part: str) -> NotInSqlError:
    return NotInSqlError(expression=place, path=path.expression, part=part)
