"""From a view to functions: `rows` of a resource by specialised code, and by the general engine where that code can't tell."""

from __future__ import annotations

from typing import NoReturn

from seve.fhir import Resource
from seve.fhir.views.general import General
from seve.fhir.views.generating import Rows, generate
from seve.fhir.views.model import Column, View

_SHAPE_ERRORS = (AttributeError, TypeError, KeyError)


class CompiledView:
    """A view ready to be run. Immutable and safe to share between threads; pickled as its definition."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._general = General(view)
        self.source, self._fast = generate(view, self._general)

    def __reduce__(self) -> NoReturn:
        raise TypeError("pickle the definition and compile it where it runs")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order of the rows' values."""
        return self.view.columns

    @property
    def fast(self) -> Rows:
        """The specialised code alone: for a loop that catches its errors and asks `rows` about that resource."""
        return self._fast

    def rows(self, resource: Resource) -> list[tuple[object, ...]]:
        """The rows that a resource gives; none when it is of another type or a condition isn't met.

        Values are str (dates and times as FHIR writes them), int, Decimal, bool, a complex element's JSON, None, or for a
        collection a list of these. Raises RowRefused with the resource and the column.
        """
        if resource.get("resourceType") != self.view.resource:
            return []
        try:
            return self._fast(resource)
        except _SHAPE_ERRORS:
            return self._general.rows(resource)

    def general_rows(self, resource: Resource) -> list[tuple[object, ...]]:
        """The same by the general engine alone: what the specialised code is measured against. Raises RowRefused."""
        return self._general.rows(resource) if resource.get("resourceType") == self.view.resource else []


def compile_view(view: View) -> CompiledView:
    """A view compiled to Python code."""
    return CompiledView(view)
