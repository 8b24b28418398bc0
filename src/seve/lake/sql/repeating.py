"""`repeat` in SQL: its paths written out level below level, and a document that goes deeper left to Python.

SQL has no function that calls itself, and a recursive query would take a resource's rows apart and put them together again.
What a level reads of an element differs from the next one's, since each holds the levels below it: so every element is cast
to what the selection touches.
"""

from __future__ import annotations

from seve.fhir.path.model import is_primitive
from seve.fhir.views import Select
from seve.fhir.views.general import MOST_ITEMS
from seve.lake.sql.expressions import Expressions, Scope
from seve.lake.sql.pieces import Many, One, Piece, length
from seve.lake.sql.refusals import OutsideError, RepeatOutsideError
from seve.lake.sql.touched import Touched

_LEVELS = {1: 6, 2: 3, 3: 2}
"""How deep, by the number of paths: the query and what it reads grow with their power."""


class Repeats:
    """Writes the `repeat`s of one query."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._elements: dict[str, Touched] = {}

    def reaches_nothing(self, select: Select, scope: Scope) -> bool:
        """Whether the paths are names that the element has none of."""
        return select.iteration == "repeat" and select.focus is None and not self._reached(select, scope)

    def foci(self, select: Select, scope: Scope) -> tuple[str, Touched]:
        """Every element that the paths reach, each before those inside it, and what is touched of one. Raises RepeatOutsideError.

        An item is NULL where the document goes deeper than the query does.
        """
        if select.focus is None or is_primitive(select.focus):
            raise RepeatOutsideError("repeat", 0)
        element = self._elements.setdefault(select.place, Touched(select.focus))
        return self._level(select, scope, element, _LEVELS.get(len(select.paths), 2)), element

    def doubts(self, foci: str) -> list[str]:
        """When Python judges the document."""
        name = self._expressions.name()
        return [f"(len(list_filter({foci}, lambda {name}: {name} IS NULL)) > 0)", f"(len({foci}) > {MOST_ITEMS})"]

    def _reached(self, select: Select, scope: Scope) -> list[Piece]:
        found: list[Piece] = []
        for index, path in enumerate(select.paths):
            try:
                reached = self._expressions.reached(path.tree, scope)
            except OutsideError as error:
                raise RepeatOutsideError(error.part, index) from error
            if reached is None:
                continue
            if select.focus is not None and (reached.type != select.focus or reached.touched is None):
                raise RepeatOutsideError(reached.type, index)
            found.append(reached)
        return found

    def _level(self, select: Select, scope: Scope, element: Touched, levels: int) -> str:
        """The elements from one on which the paths are evaluated; at the last level a NULL where there are any."""
        reached = self._reached(select, scope)
        if levels == 0:
            any_ = " OR ".join(f"{_length(piece)} > 0" for piece in reached) or "FALSE"
            return f"CASE WHEN {any_} THEN [NULL] ELSE [] END"
        parts = [self._below(select, scope, piece, element, levels) for piece in reached]
        sql = parts[0] if parts else f"[]::{element.type_sql()}[]"
        for part in parts[1:]:
            sql = f"list_concat({sql}, {part})"
        return sql

    def _below(self, select: Select, scope: Scope, piece: Piece, element: Touched, levels: int) -> str:
        assert piece.touched is not None
        piece.touched.share(element)
        name = self._expressions.name()
        inner = Scope(One(name, piece.type, piece.touched), scope.root, scope.row_index)
        below = self._level(select, inner, element, levels - 1)
        own = f"[CAST({name} AS {element.type_sql()})]"
        items = piece.sql if isinstance(piece, Many) else f"CASE WHEN {piece.sql} IS NOT NULL THEN [{piece.sql}] END"
        return f"flatten(list_transform({items}, lambda {name}: list_concat({own}, {below})))"


def _length(piece: Piece) -> str:
    return length(piece) if isinstance(piece, Many) else f"({piece.sql} IS NOT NULL)::INTEGER"
