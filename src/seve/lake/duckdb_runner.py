"""Views by DuckDB: the query of a view over files, what it can't judge judged by compiled Python."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from seve.fhir.codec import encode_json
from seve.fhir.views import CompiledView
from seve.lake.batching import ROWS, Batch, batches
from seve.lake.problems import LakeRefused
from seve.lake.schema import schema
from seve.lake.sources import Documents, Ndjson, Resources, Source, Stream
from seve.lake.sql.pieces import text
from seve.lake.sql.views import Query

MEMORY = "600MB"
_LONGEST_LINE = 32 << 20  # a longer one is refused: compiled Python has no such bound


def run(compiled: CompiledView, source: Source, query: Query, *, threads: int | None) -> Iterator[Batch]:
    """The batches of a view's query. Raises LakeRefused when DuckDB can't read the source."""
    with tempfile.TemporaryDirectory(prefix="seve-duckdb-") as folder, duckdb.connect() as connection:
        _set_up(connection, folder, threads)
        try:
            over = _documents(connection, source, compiled.view.resource)
            reader = connection.sql(query.over(over)).to_arrow_reader(ROWS)
            for found in reader:
                yield _judged(compiled, found)
        except (duckdb.Error, OSError) as error:
            raise LakeRefused("engine", engine="DuckDB", reason=str(error).partition("\n")[0][:400]) from error


def _set_up(connection: duckdb.DuckDBPyConnection, folder: str, threads: int | None) -> None:
    connection.execute(f"SET memory_limit = {text(MEMORY)}")
    connection.execute(f"SET temp_directory = {text(folder)}")
    if threads is not None:
        connection.execute(f"SET threads = {threads}")


def _documents(connection: duckdb.DuckDBPyConnection, source: Source, resource_type: str) -> str:
    """A query with the documents of a source as `doc`."""
    match source:
        case Ndjson():
            reading = (
                f"read_csv({_listed(source.files)}, columns = {{'doc': 'VARCHAR'}}, delim = {text(chr(1))}, quote = '', "
                f"escape = '', header = false, auto_detect = false, max_line_size = {_LONGEST_LINE}, buffer_size = {_LONGEST_LINE})"
            )
            return f"SELECT doc FROM {reading} WHERE doc IS NOT NULL AND trim(doc) <> ''"
        case Documents():
            reading = f"read_parquet({_listed(source.files)})"
            return f"SELECT document AS doc FROM {reading} WHERE type = {text(resource_type)} AND document IS NOT NULL"
        case Stream():
            connection.register("given", _texts(source))
            return "SELECT doc FROM given WHERE doc IS NOT NULL"
        case Resources():
            found = [encode_json(resource).decode() for resource in source.resources]
            connection.register("given", pa.table({"doc": pa.array(found, pa.string())}))
            return "SELECT doc FROM given"


def _texts(source: Stream) -> pa.RecordBatchReader:
    """The documents, which DuckDB takes as it gets through them."""
    schema_ = pa.schema([pa.field("doc", pa.string())])
    texts = (batch.column("document").cast(pa.string()) for batch in source.batches)
    return pa.RecordBatchReader.from_batches(schema_, (pa.RecordBatch.from_arrays([t], schema=schema_) for t in texts))


def _listed(files: list[Path]) -> str:
    return f"[{', '.join(text(str(file)) for file in files)}]"


def _judged(compiled: CompiledView, found: pa.RecordBatch) -> Batch:
    """A batch of the query: its rows, and those of the documents that came back whole."""
    documents = found.column(found.num_columns - 1)
    expected = schema(compiled.columns)
    returned = [str(document).encode() for document in documents.drop_null().to_pylist()]
    rows = found if not returned else found.filter(documents.is_null())
    arrays = [column.cast(field.type) for column, field in zip(rows.columns[:-1], expected, strict=True)]
    ours = pa.RecordBatch.from_arrays(arrays, schema=expected)
    if not returned:
        return Batch(ours)
    judged = list(batches(compiled, returned))
    whole = pa.Table.from_batches([ours, *(batch.rows for batch in judged)], expected).combine_chunks().to_batches()
    problems = [problem for batch in judged for problem in batch.problems]
    return Batch(whole[0] if whole else ours, problems)
