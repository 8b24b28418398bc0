"""Which runner takes a view: the one that was measured to be quicker for views and sources of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.fhir.views import View
from seve.lake.sources import Resources, Source
from seve.lake.sql import NotInSqlError, query

Runner: TypeAlias = Literal["python", "duckdb", "spark"]
_SMALL_BYTES = 1 << 20


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
        return Choice("python", "the resources are in memory already", sql)
    return Choice("duckdb", "SQL", sql)
