"""Views by Spark: the compiled view on every partition of a DataFrame, on as many machines as the session has.

The executors need this package; the view travels as its definition and is compiled where it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from seve.fhir.codec import encode_json
from seve.fhir.views import Column, CompiledView, View
from seve.lake.batching import Batch, batches
from seve.lake.problems import LakeRefused, Problem
from seve.lake.python_runner import compiled_from, definition_text
from seve.lake.schema import DECIMAL_DIGITS, DECIMAL_PLACES, schema
from seve.lake.sources import Documents, Ndjson, Resources, Source, Stream

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PROBLEM = "__problem"
_TYPES = {
    "text": "string",
    "complex": "string",
    "integer": "bigint",
    "boolean": "boolean",
    "decimal": f"decimal({DECIMAL_DIGITS},{DECIMAL_PLACES})",
}


def run(compiled: CompiledView, source: Source, *, session: SparkSession | None) -> Iterator[Batch]:
    """The batches of a view, brought together where the session is. Raises LakeRefused without a session."""
    if session is None:
        raise LakeRefused("no-spark", reason="no SparkSession was given")
    table = data_frame(compiled.view, source, session).toArrow()
    expected = schema(compiled.columns)
    for found in table.to_batches():
        told = found.column(found.num_columns - 1)
        problems = [msgspec.json.decode(str(text), type=Problem) for text in told.drop_null().to_pylist()]
        rows = found.filter(told.is_null()) if problems else found
        arrays = [column.cast(field.type) for column, field in zip(rows.columns[:-1], expected, strict=True)]
        yield Batch(pa.RecordBatch.from_arrays(arrays, schema=expected), problems)


def session(master: str) -> SparkSession:
    """A session on a cluster (`spark://host:7077`, `yarn`, `local[2]`). Raises LakeRefused without pyspark or Java."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise LakeRefused("no-spark", reason=str(error)) from error
    try:
        return SparkSession.builder.master(master).appName("seve").getOrCreate()
    except (PySparkException, FileNotFoundError) as error:
        raise LakeRefused("no-spark", reason=str(error)) from error


def data_frame(view: View, source: Source, session: SparkSession) -> DataFrame:
    """The rows of a view as a DataFrame, made on the cluster: write it from there when it is large.

    A row whose column `__problem` isn't null is a resource that doesn't fit, as JSON; its other columns are null.
    """
    columns = ", ".join(f"`{column.name}` {_type(column)}" for column in view.columns)
    documents = _documents(source, view.resource, session)
    return documents.mapInArrow(_work(definition_text(view.definition)), f"{columns}, `{PROBLEM}` string")


def _type(column: Column) -> str:
    type_ = _TYPES[column.kind]
    return f"array<{type_}>" if column.is_collection else type_


def _documents(source: Source, resource_type: str, session: SparkSession) -> DataFrame:
    match source:
        case Ndjson():
            return session.read.text([str(file) for file in source.files])
        case Documents():
            read = session.read.parquet(*(str(file) for file in source.files))
            return read.where(read["type"] == resource_type).select("document")
        case Stream():  # brought here first: a cluster reads a snapshot's files itself
            texts = (text for batch in source.batches for text in batch.column("document").drop_null().to_pylist())
            return session.createDataFrame([(str(text),) for text in texts], "value string")
        case Resources():
            rows = [(encode_json(resource).decode(),) for resource in source.resources]
            return session.createDataFrame(rows, "value string")


def _work(definition: str) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What an executor does with the documents of a partition."""

    def work(partition: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        compiled = compiled_from(definition)
        documents = (
            text.encode() for found in partition for text in found.column(0).to_pylist() if text and not text.isspace()
        )
        for batch in batches(compiled, documents):
            yield _with_problems(batch)

    return work


def _with_problems(batch: Batch) -> pa.RecordBatch:
    rows, problems = batch.rows, [msgspec.json.encode(problem).decode() for problem in batch.problems]
    arrays = [pa.concat_arrays([column, pa.nulls(len(problems), column.type)]) for column in rows.columns]
    told = pa.concat_arrays([pa.nulls(rows.num_rows, pa.string()), pa.array(problems, pa.string())])
    return pa.RecordBatch.from_arrays([*arrays, told], names=[*rows.schema.names, PROBLEM])
