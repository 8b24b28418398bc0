"""The general way to run a view: every path by the FHIRPath engine, on nodes that know their types."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from seve.fhir import Resource
from seve.fhir.path import Compiled
from seve.fhir.path.errors import FHIRPathError, TooMuchWorkError
from seve.fhir.path.values import Node, single_value, system_name
from seve.fhir.views.constants import ROW_INDEX
from seve.fhir.views.converting import cell
from seve.fhir.views.model import Column, Select, View
from seve.fhir.views.refusals import NotBooleanError, RowRefused, TooManyRowsError
from seve.kernel.refusals import Refusal

Row = tuple[object, ...]
MOST_ITEMS = 10_000
"""How many elements a `repeat` may reach in one resource."""
MOST_ROWS = 100_000
"""How many rows one resource may give: selections side by side multiply."""


class General:
    """Runs a view on one resource at a time."""

    def __init__(self, view: View) -> None:
        self._view = view

    def rows(self, resource: Resource) -> list[Row]:
        """The rows of a resource of the view's type. Raises RowRefused."""
        node = Node(resource, self._view.resource, owner=resource)
        if not all(self.holds(path, node) for path in self._view.where):
            return []
        return self._product(self._view.selects, node, within=node, index=0)

    def holds(self, path: Compiled, resource: Node) -> bool:
        """Whether a condition is true. Raises RowRefused when it is neither true, false nor empty."""
        try:
            value = single_value(path.nodes(resource, variables={ROW_INDEX: 0}))
            if value is None or isinstance(value, bool):
                return value is True
            raise NotBooleanError(found=system_name(value) or "complex")
        except Refusal as error:
            raise refused(resource, "where", error) from error

    def select_rows(self, select: Select, node: Node, *, within: Node, index: int) -> list[Row]:
        """The rows of one selection structure on an element."""
        rows: list[Row] = []
        for position, focus in enumerate(self.foci(select, node, within=within, index=index)):
            at = position if select.iteration else index
            rows += self._rows_at(select, focus, within=within, index=at)
            _check(len(rows), within)
        return rows

    def foci(self, select: Select, node: Node, *, within: Node, index: int) -> list[Node]:
        """The elements that a selection structure is evaluated on: one without a value where `forEachOrNull` finds none."""
        if select.iteration is None:
            return [node]
        try:
            if select.iteration == "repeat":
                return list(_descended(select.paths, node, within=within, index=index))
            found = [_node(item) for item in _items(select.paths[0], node, within=within, index=index)]
        except Refusal as error:
            raise refused(within, select.iteration, error) from error
        return found or ([Node(None, select.focus or "")] if select.iteration == "forEachOrNull" else [])

    def cell(self, column: Column, node: Node, *, within: Node, index: int) -> Any:
        """The value of a column on an element. Raises RowRefused."""
        try:
            return cell(_items(column.compiled, node, within=within, index=index), column)
        except Refusal as error:
            raise refused(within, column.name, error) from error

    def _rows_at(self, select: Select, node: Node, *, within: Node, index: int) -> list[Row]:
        own = tuple(self.cell(column, node, within=within, index=index) for column in select.columns)
        rows = self._product(select.selects, node, within=within, index=index)
        if select.union:
            united = [row for part in select.union for row in self.select_rows(part, node, within=within, index=index)]
            _check(len(rows) * len(united), within)
            rows = [(*one, *other) for one, other in product(rows, united)]
        return [(*own, *row) for row in rows]

    def _product(self, selects: tuple[Select, ...], node: Node, *, within: Node, index: int) -> list[Row]:
        parts = [self.select_rows(select, node, within=within, index=index) for select in selects]
        _check(prod(len(part) for part in parts), within)
        return [tuple(value for row in rows for value in row) for rows in product(*parts)]


def _check(rows: int, resource: Node) -> None:
    if rows > MOST_ROWS:
        raise refused(resource, "", TooManyRowsError(most=MOST_ROWS))


def refused(resource: Node, column: str, cause: Refusal) -> RowRefused:
    """The refusal of a resource at one of its columns."""
    value = resource.value
    return RowRefused(resource=f"{value.get('resourceType')}/{value.get('id', '?')}", column=column, cause=cause)


def _items(path: Compiled, node: Node, *, within: Node, index: int) -> list[Any]:
    try:
        return path.nodes(node, variables={ROW_INDEX: index}, within=within)
    except FHIRPathError as error:
        raise error.located(path.expression, 0) from None


def _descended(paths: tuple[Compiled, ...], node: Node, *, within: Node, index: int) -> Iterator[Node]:
    """Every element that the paths reach, and reach again from there; an element before those inside it."""
    waiting = [iter(_reached(paths, node, within=within, index=index))]
    count = 0
    while waiting:
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
            continue
        count += 1
        if count > MOST_ITEMS or len(waiting) > MOST_ITEMS:
            raise TooMuchWorkError(limit=MOST_ITEMS).located(paths[0].expression, 0)
        yield found
        waiting.append(iter(_reached(paths, found, within=within, index=index)))


def _reached(paths: tuple[Compiled, ...], node: Node, *, within: Node, index: int) -> list[Node]:
    return [_node(item) for path in paths for item in _items(path, node, within=within, index=index)]


def _node(item: Any) -> Node:
    return item if type(item) is Node else Node(item, "")
