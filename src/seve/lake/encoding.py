"""Arrow batches as bytes: CSV, NDJSON, JSON, Parquet, bit by bit."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

Format: TypeAlias = Literal["csv", "ndjson", "json", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "ndjson", "json", "parquet")
CONTENT_TYPES: Mapping[Format, str] = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
ROW_GROUP = 131_072
_ENCODER = msgspec.json.Encoder()


class Encoder(Protocol):
    """A table on its way to bytes: what comes before the rows, each batch, what comes after."""

    def begin(self) -> bytes:
        """What comes before the first row."""
        ...

    def add(self, batch: pa.RecordBatch) -> bytes:
        """The bytes of a batch, as far as they can be told yet."""
        ...

    def end(self) -> bytes:
        """The rest."""
        ...


def encoder(schema: pa.Schema, format_: Format, *, header: bool = True) -> Encoder:
    """What writes a table. `header`: whether CSV begins with the names of the columns."""
    match format_:
        case "csv":
            return _Csv(schema, header=header)
        case "ndjson":
            return _Ndjson()
        case "json":
            return _Json()
        case "parquet":
            return _Parquet(schema)


def encoded(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, format_: Format, *, header: bool = True
) -> Iterator[bytes]:
    """A table as bytes, batch by batch."""
    writer = encoder(schema, format_, header=header)
    yield writer.begin()
    for batch in batches:
        yield writer.add(batch)
    yield writer.end()


class _Csv:
    def __init__(self, schema: pa.Schema, *, header: bool) -> None:
        self._header = ",".join(f'"{name}"' for name in schema.names) + "\n" if header else ""

    def begin(self) -> bytes:
        return self._header.encode()

    def add(self, batch: pa.RecordBatch) -> bytes:
        sink = io.BytesIO()
        pc_csv.write_csv(_flat(batch), sink, pc_csv.WriteOptions(include_header=False))
        return sink.getvalue()

    def end(self) -> bytes:
        return b""


class _Ndjson:
    def begin(self) -> bytes:
        return b""

    def add(self, batch: pa.RecordBatch) -> bytes:
        return b"".join(line + b"\n" for line in _objects(batch))

    def end(self) -> bytes:
        return b""


class _Json:
    def __init__(self) -> None:
        self._before = b"\n"

    def begin(self) -> bytes:
        return b"["

    def add(self, batch: pa.RecordBatch) -> bytes:
        if not batch.num_rows:
            return b""
        before, self._before = self._before, b",\n"
        return before + b",\n".join(_objects(batch))

    def end(self) -> bytes:
        return b"\n]\n"


class _Parquet:
    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._drain = _Drain()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._drain, mode="w"), schema)
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def begin(self) -> bytes:
        return b""

    def add(self, batch: pa.RecordBatch) -> bytes:
        self._waiting.append(batch)
        self._rows += batch.num_rows
        return self._group() if self._rows >= ROW_GROUP else b""

    def end(self) -> bytes:
        before = self._group()
        self._writer.close()
        return before + self._drain.taken()

    def _group(self) -> bytes:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting, self._rows = [], 0
        if table.num_rows:
            self._writer.write_table(table, row_group_size=ROW_GROUP)
        return self._drain.taken()


def _flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch as CSV can hold it: decimals without idle zeros, lists as JSON."""
    arrays = [_flat_column(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _flat_column(column: Any) -> Any:
    if pa.types.is_list(column.type):
        return pa.array([None if v is None else _ENCODER.encode(_plain(v)).decode() for v in column.to_pylist()])
    if pa.types.is_decimal(column.type):
        return pa.array([None if v is None else plain_number(v) for v in column.to_pylist()], type=pa.string())
    return pc.cast(column, pa.string()) if pa.types.is_null(column.type) else column


def _objects(batch: pa.RecordBatch) -> Iterator[bytes]:
    names = batch.schema.names
    columns = [_values(column) for column in batch.columns]
    for row in zip(*columns, strict=True):
        yield _ENCODER.encode(dict(zip(names, row, strict=True)))


def _values(column: Any) -> list[Any]:
    return [_plain(value) for value in column.to_pylist()]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return msgspec.Raw(plain_number(value).encode())
    return [_plain(item) for item in value] if isinstance(value, list) else value


def plain_number(value: Decimal) -> str:
    """A decimal without idle zeros and without exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Drain(io.BufferedIOBase):
    """A file that gives away what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any, /) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def taken(self) -> bytes:
        """What was written since the last time."""
        found, self._parts = b"".join(self._parts), []
        return found
