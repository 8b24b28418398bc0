"""The CDM's tables as Parquet files, one a table, from documents of any source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seve.fhir import Resource
from seve.fhir.views import RowRefused, compile_view, parse_view
from seve.lake.omop.making import MAKINGS, Maker, Making
from seve.lake.omop.tables import TABLES, schema
from seve.lake.shipped import omop_views

Documents = Callable[[str], Iterable[Resource]]
"""The resources of a type."""

Refuse = Callable[[RowRefused], None]

_BATCH = 20_000


def write(
    folder: Path,
    documents: Documents,
    *,
    maker: Maker,
    tell: Callable[[int], None],
    refuse: Refuse,
) -> Counter[str]:
    """Writes all tables; how many rows each has. Files get their names when all are complete. `tell` hears of rows as they come,
    `refuse` of resources that don't fit their view: they are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = Counter[str]()
    with ExitStack() as stack:
        for table in TABLES:
            writer = stack.enter_context(pq.ParquetWriter(_partial(folder, table), schema(table)))
            for batch in _batches(table, documents, maker=maker, refuse=refuse):
                writer.write_table(pa.Table.from_pylist(batch, schema=schema(table)))
                rows[table] += len(batch)
                tell(len(batch))
    for table in TABLES:
        _partial(folder, table).replace(folder / f"{table}.parquet")
    return rows


def _batches(table: str, documents: Documents, *, maker: Maker, refuse: Refuse) -> Iterator[list[dict[str, Any]]]:
    batch = list[dict[str, Any]]()
    for making in (making for making in MAKINGS if making.table == table):
        for row in _rows(making, documents, maker=maker, refuse=refuse):
            batch.append(row)
            if len(batch) >= _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _rows(making: Making, documents: Documents, *, maker: Maker, refuse: Refuse) -> Iterator[dict[str, Any]]:
    view = compile_view(parse_view(omop_views()[making.view]))
    names = [column.name for column in view.columns]
    for resource in documents(view.view.resource):
        try:
            found = view.rows(resource)
        except RowRefused as refused:
            maker.report.refused[making.table] += 1
            refuse(refused)
            continue
        for values in found:
            if row := maker.row(making, dict(zip(names, values, strict=True))):
                yield row


def _partial(folder: Path, table: str) -> Path:
    return folder / f".{table}.partial"
