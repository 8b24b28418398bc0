"""Arrow batches as bytes: CSV, NDJSON, JSON, Parquet, bit by bit."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

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


def encoded(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, format_: Format, *, header: bool = True
) -> Iterator[bytes]:
    """A table as bytes. `header`: whether CSV begins with the names of the columns."""
    match format_:
        case "csv":
            return _csv(batches, schema, header=header)
        case "ndjson":
            return (b"".join(line + b"\n" for line in _objects(batch)) for batch in batches)
        case "json":
            return _json(batches)
        case "parquet":
            return _parquet(batches, schema)


def _csv(batches: Iterable[pa.RecordBatch], schema: pa.Schema, *, header: bool) -> Iterator[bytes]:
    if header:
        yield (",".join(f'"{name}"' for name in schema.names) + "\n").encode()
    options = pc_csv.WriteOptions(include_header=False)
    for batch in batches:
        sink = io.BytesIO()
        pc_csv.write_csv(_flat(batch), sink, options)
        yield sink.getvalue()


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


def _json(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    is_first = True
    yield b"["
    for batch in batches:
        for line in _objects(batch):
            yield b"\n" + line if is_first else b",\n" + line
            is_first = False
    yield b"\n]\n"


class _Drain(io.RawIOBase):
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


def _parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[bytes]:
    drain = _Drain()
    with pq.ParquetWriter(drain, schema) as writer:
        for group in _groups(batches, schema):
            writer.write_table(group, row_group_size=ROW_GROUP)
            yield drain.taken()
    yield drain.taken()


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(found.num_rows for found in waiting) >= ROW_GROUP:
            yield pa.Table.from_batches(waiting, schema)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
