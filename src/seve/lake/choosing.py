"""Which runner takes a view: the one that was measured to be quicker for views and sources of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.fhir.views import View
from seve.lake.sources import Resources, Source
from seve.lake.sql import NotInSqlError, query

Runner: TypeAlias = Literal["python", "duckdb", "spark"]
# Measured by `python -m bench.lake`: microseconds of processor a resource, for a flat view and for one that unnests lists.
_MEASURED = "20 µs a resource against 29 by compiled Python, 18 against 29 where lists are unnested (bench.lake)"


@dataclass(frozen=True, slots=True)
class Choice:
    """A runner, why in one sentence, and the view's SQL (None where it has none)."""

    runner: Runner
    reason: str
    sql: str | None


def choose(view: View, source: Source | None) -> Choice:
    """The runner for a view over a source."""
    try:
        sql = query(view).text
    except NotInSqlError as error:
        return Choice("python", f"{error.expression}: {error}", None)
    if isinstance(source, Resources):
        return Choice("python", "the resources are in memory: DuckDB would read them from text again", sql)
    return Choice("duckdb", f"SQL says all of it, and DuckDB was measured to cost less: {_MEASURED}", sql)
