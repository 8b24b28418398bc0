"""A view run over a source: by which runner, with what said of the resources that don't fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import pyarrow as pa

from seve.fhir.views import CompiledView, View, compile_view
from seve.lake import duckdb_runner, python_runner
from seve.lake.batching import Batch
from seve.lake.choosing import Choice, Runner, choose
from seve.lake.problems import OnError, Problems
from seve.lake.schema import schema
from seve.lake.sources import Source
from seve.lake.sql import query

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Asked: TypeAlias = Literal["auto", "python", "duckdb", "spark"]


@dataclass(slots=True)
class Run:
    """The rows of a view as Arrow batches, once. `problems` is complete when the last batch was taken."""

    schema: pa.Schema
    runner: Runner
    problems: Problems
    found: Iterator[Batch]

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """The batches. Raises RowsRefused when a resource doesn't fit, unless problems are reported."""
        for batch in self.found:
            self.problems.add(batch.problems)
            if batch.rows.num_rows:
                yield batch.rows

    def limited(self, most: int | None) -> Iterator[pa.RecordBatch]:
        """The batches of the first rows; all without a limit."""
        left = most
        for batch in self:
            yield batch if left is None else batch.slice(0, left)
            left = None if left is None else left - batch.num_rows
            if left is not None and left <= 0:
                return

    def reader(self) -> pa.RecordBatchReader:
        """The same as Arrow's own stream."""
        return pa.RecordBatchReader.from_batches(self.schema, iter(self))

    def table(self) -> pa.Table:
        """All rows in memory."""
        return pa.Table.from_batches(list(self), self.schema)


def run_view(
    view: View,
    source: Source,
    *,
    runner: Asked = "auto",
    processes: int | None = None,
    on_error: OnError = "refuse",
    spark: SparkSession | None = None,
) -> Run:
    """A view over a source. Rows come as they are made; memory doesn't grow with the source.

    `processes` are those of Python or DuckDB's threads (None: one a core). With `on_error="report"` the resources that don't
    fit are in `problems` of the run and the others go on. `spark` is the session that the runner `spark` uses. Raises
    NotInSqlError when DuckDB is asked for what SQL can't say.
    """
    chosen: Runner = choose(view, source).runner if runner == "auto" else runner
    compiled = compile_view(view)
    found = _batches(compiled, source, chosen, processes=processes, spark=spark)
    return Run(schema(view.columns), chosen, Problems(on_error), found)


def _batches(
    compiled: CompiledView, source: Source, runner: Runner, *, processes: int | None, spark: SparkSession | None
) -> Iterator[Batch]:
    if runner == "python":
        return python_runner.run(compiled, source, processes=processes)
    if runner == "duckdb":
        return duckdb_runner.run(compiled, source, query(compiled.view), threads=processes)
    from seve.lake import spark_runner

    return spark_runner.run(compiled, source, session=spark)


def explain(view: View, source: Source | None = None) -> Choice:
    """Which runner `auto` takes for a view, why, and its SQL where there is any."""
    return choose(view, source)
